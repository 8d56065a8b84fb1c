//! Under which name passkeys are made, and which pages may use them.
//!
//! The name (RP id) is the host of this server unless a setting names one above it, such as `example.org` for pages at
//! `app.example.org` and an API at `api.example.org`. An authenticator signs for its name alone, whatever page asks, and says which
//! page did: pages of this server may ask if its host is that very name, and others if they are listed. So what a client says of
//! the host, where no `--public-url` does, never lets a page in that an operator did not.

use webauthn_rp::request::{AsciiDomain, RpId};

use crate::error::Error;
use crate::head::Head;
use crate::settings::Settings;

/// Who asks authenticators for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    pub id: RpId,
    /// As browsers write them; never empty.
    pub origins: Vec<String>,
}

impl RelyingParty {
    pub fn of(head: &Head, settings: &Settings) -> Result<Self, Error> {
        Self::new(
            head.origin.as_deref(),
            &settings.passkey_rp_id,
            &settings.passkey_origins,
        )
    }

    fn new(own_origin: Option<&str>, rp_id: &str, listed: &[String]) -> Result<Self, Error> {
        let own = own_origin.and_then(Origin::read);
        let name = match (rp_id, &own) {
            ("", Some(own)) => own.host.clone(),
            (name, _) => name.to_ascii_lowercase(),
        };
        if !is_name(&name) {
            return Err(Error::Invalid(
                "passkeys are for hosts with a name and not for an address: use http://localhost, or run the server with --public-url",
            ));
        }
        let mut origins = listed.to_vec();
        origins.extend(own.filter(|own| own.host == name).map(|own| own.text));
        if origins.is_empty() {
            return Err(Error::Invalid(
                "no page may use passkeys: the setting passkey_origins has to list those that may",
            ));
        }
        let domain = AsciiDomain::try_from(name).map_err(|_| Error::Invalid("the host is no name for passkeys"))?;
        Ok(Self {
            id: RpId::Domain(domain),
            origins,
        })
    }

    /// Refuses what was signed for a page that is not among these.
    pub fn check_origin(&self, origin: &str) -> Result<(), Error> {
        if self.origins.iter().any(|allowed| allowed == origin) {
            return Ok(());
        }
        Err(Error::Invalid(
            "the passkey was used on a page that may not: it is not of this server as --public-url has it, nor in passkey_origins",
        ))
    }
}

/// The parts of an origin that matter, as browsers write them: in lower case, without the port that the scheme implies.
struct Origin {
    text: String,
    host: String,
}

impl Origin {
    fn read(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://")?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
            _ => (authority, ""),
        };
        let is_implied = matches!((scheme, port), ("http", "80") | ("https", "443") | (_, ""));
        let port = if is_implied { String::new() } else { format!(":{port}") };
        Some(Self {
            text: format!("{scheme}://{host}{port}"),
            host: host.to_owned(),
        })
    }
}

/// Whether a host has a name; where the last part begins with a digit it is an address.
fn is_name(host: &str) -> bool {
    let is_plain = |part: &str| {
        let mut bytes = part.bytes();
        !part.is_empty() && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    host.split('.').all(is_plain) && !last.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(own: &str, rp_id: &str, listed: &[&str]) -> Result<(String, Vec<String>), Error> {
        let listed: Vec<String> = listed.iter().map(|origin| (*origin).to_owned()).collect();
        let party = RelyingParty::new(Some(own), rp_id, &listed)?;
        Ok((party.id.as_ref().to_owned(), party.origins))
    }

    #[test]
    fn addresses_have_no_passkeys() {
        for own in [
            "http://127.0.0.1:4000",
            "http://[::1]:4000",
            "http://1",
            "http://a.0x7f",
            "http://user@example.org",
            "http://",
            "http://a..b",
        ] {
            assert!(party(own, "", &[]).is_err(), "{own}");
        }
        assert!(RelyingParty::new(None, "", &[]).is_err());
    }

    #[test]
    fn the_server_itself_is_written_as_browsers_write_it() {
        for (own, id, origin) in [
            ("http://localhost:4000", "localhost", "http://localhost:4000"),
            ("https://Example.org:443", "example.org", "https://example.org"),
            ("http://example.org:80", "example.org", "http://example.org"),
            ("https://example.org:80", "example.org", "https://example.org:80"),
            (
                "https://xn--bcher-kva.example",
                "xn--bcher-kva.example",
                "https://xn--bcher-kva.example",
            ),
        ] {
            assert_eq!(party(own, "", &[]), Ok((id.into(), vec![origin.into()])));
        }
    }

    #[test]
    fn pages_of_other_hosts_are_let_in_by_name_alone() {
        let own = "https://api.example.org";
        assert!(party(own, "example.org", &[]).is_err());
        let (id, origins) = party(own, "example.org", &["https://app.example.org"]).unwrap();
        assert_eq!((id.as_str(), origins.len()), ("example.org", 1));
        let party = RelyingParty::new(
            Some("https://example.org"),
            "example.org",
            &["https://app.example.org".into()],
        )
        .unwrap();
        assert!(party.check_origin("https://app.example.org").is_ok());
        assert!(party.check_origin("https://example.org").is_ok());
        for other in [
            "https://api.example.org",
            "http://example.org",
            "https://example.org:8443",
            "https://example.org/",
            "",
        ] {
            assert!(party.check_origin(other).is_err(), "{other}");
        }
    }
}
