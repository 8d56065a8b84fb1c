//! Where links lead that somebody else will follow than the client of this request, such as those in mail.
//!
//! A client says itself which host it means. Were that believed, whoever asks for a new password in somebody else's name could have
//! that person's code sent to a server of their own. So it is the operator who says it, with `--public-url`; without it links
//! lead to this very machine and nowhere else, which is enough to try things out.

use guesthouse::http::public_origin;

use crate::error::Error;
use crate::head::Head;

/// Scheme and host for links.
pub fn for_links(head: &Head) -> Result<String, Error> {
    known(head).ok_or_else(|| {
        Error::Internal(
            "mail with a link was wanted, but nobody has said where the link leads: start the server with --public-url"
                .into(),
        )
    })
}

/// The same, where a link can be done without.
pub fn known(head: &Head) -> Option<String> {
    public_origin().or_else(|| head.origin.clone().filter(|origin| is_this_machine(origin)))
}

fn is_this_machine(origin: &str) -> bool {
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let names = ["localhost", "127.0.0.1", "[::1]"];
    port.bytes().all(|byte| byte.is_ascii_digit()) && names.iter().any(|name| host.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names_alone() {
        for origin in [
            "http://localhost:4000",
            "http://127.0.0.1:1",
            "http://[::1]:4000",
            "https://LOCALHOST",
            "http://[::1]",
        ] {
            assert!(is_this_machine(origin), "{origin}");
        }
        for origin in [
            "http://localhost.evil.example",
            "http://evil.example:4000",
            "http://localhost@evil.example",
            "http://localhost:@evil.example",
            "http://127.0.0.1.evil.example:80",
            "http://[::1].evil.example",
            "http://localhost:80@evil.example:80",
            "localhost",
            "http://",
        ] {
            assert!(!is_this_machine(origin), "{origin}");
        }
    }
}
