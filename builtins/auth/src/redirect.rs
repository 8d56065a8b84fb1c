//! Where people may be sent after signing in.
//!
//! A place is a path of this server, a URL of this server, a URL with a scheme of the operator's apps, or one that the operator
//! listed. Everything else is refused: whoever could choose the place could have tokens sent to themselves. The text is compared
//! and never interpreted, so that there is no difference between how this reads a URL and how a browser does.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::limits;
use crate::settings::Settings;

/// What stands for itself in the value of a query: what RFC 3986 calls unreserved.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Schemes that browsers give a meaning of their own, which is never that of an app.
const SCHEMES_OF_BROWSERS: [&str; 10] = [
    "http",
    "https",
    "javascript",
    "data",
    "file",
    "blob",
    "about",
    "ws",
    "wss",
    "vbscript",
];

/// A place that somebody may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination(String);

impl Destination {
    /// Reads a place that a request names. `origin` is where this server is, such as `https://example.org`.
    pub fn read(text: &str, origin: Option<&str>, settings: &Settings) -> Result<Self, Error> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let is_allowed = is_plain
            && text.len() <= limits::REDIRECT_BYTES_MAX
            && (is_path(text)
                || origin.is_some_and(|origin| is_below(text, origin))
                || has_scheme_of_app(text, &settings.custom_uri_schemes)
                || settings.redirect_uri_allowlist.iter().any(|entry| entry == text));
        if is_allowed {
            Ok(Self(text.into()))
        } else {
            Err(Error::InvalidRedirect)
        }
    }

    /// The place, with a name and a value added to its query.
    pub fn with(&self, name: &str, value: &str) -> String {
        with(&self.0, name, value)
    }

    /// The same, to add more to.
    pub fn and(&self, name: &str, value: &str) -> Self {
        Self(self.with(name, value))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A place with a name and a value added to its query, before the fragment.
pub fn with(place: &str, name: &str, value: &str) -> String {
    let (place, fragment) = match place.split_once('#') {
        Some((place, fragment)) => (place, Some(fragment)),
        None => (place, None),
    };
    let separator = if place.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!(
        "{place}{separator}{name}={}{fragment}",
        utf8_percent_encode(value, VALUE)
    )
}

/// A path of this server. What begins with two slashes names another one, and servers on the way may decode some more.
fn is_path(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('/') else {
        return false;
    };
    let rest = rest.to_ascii_lowercase();
    !["/", "%2f", "%5c"].iter().any(|slash| rest.starts_with(slash))
}

/// Scheme and host of an origin, however they are written, and then nothing, a path, a query or a fragment.
fn is_below(text: &str, origin: &str) -> bool {
    let start = text.get(..origin.len());
    let rest = text.get(origin.len()..).unwrap_or("x");
    start.is_some_and(|start| start.eq_ignore_ascii_case(origin))
        && (rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

fn has_scheme_of_app(text: &str, schemes: &[String]) -> bool {
    let Some((scheme, _)) = text.split_once(':') else {
        return false;
    };
    let is_of_browsers = SCHEMES_OF_BROWSERS
        .iter()
        .any(|other| other.eq_ignore_ascii_case(scheme));
    !is_of_browsers && schemes.iter().any(|allowed| allowed.eq_ignore_ascii_case(scheme))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ORIGIN: &str = "https://example.org:8443";

    fn settings() -> Settings {
        Settings {
            custom_uri_schemes: vec!["my-app".into(), "javascript".into()],
            redirect_uri_allowlist: vec!["https://other.example/back?a=b".into()],
            ..Settings::default()
        }
    }

    fn read(text: &str) -> Result<Destination, Error> {
        Destination::read(text, Some(ORIGIN), &settings())
    }

    #[test]
    fn other_places_are_refused() {
        let long = format!("/{}", "a".repeat(3000));
        for text in [
            "",
            "evil.example",
            "//evil.example",
            "/\\evil.example",
            "/%2fevil.example",
            "/%2Fevil",
            "/%5cevil",
            "\\/evil",
            "https://evil.example",
            "https://example.org:8443@evil.example",
            "https://example.org:8443.evil.example",
            "https://user@example.org:8443/",
            "http://example.org:8443/",
            "https://example.org/",
            "https:/example.org:8443",
            "https:example.org:8443",
            "HTTPS://evil.example",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "other-app:x",
            "my-app",
            "https://other.example/back",
            "https://other.example/back?a=b&c",
            "/a\r\nset-cookie: a=b",
            "/a b",
            "/\t/evil",
            "/ü",
            " /a",
            "https://example.org:8443\\@evil.example",
            &long,
        ] {
            assert_eq!(read(text), Err(Error::InvalidRedirect), "{text}");
        }
        assert!(Destination::read("https:///", None, &settings()).is_err());
    }

    #[test]
    fn places_of_this_server_and_of_its_apps_are_taken() {
        for text in [
            "/",
            "/a?b=c#d",
            "/a//b",
            "https://example.org:8443",
            "HTTPS://Example.org:8443/a",
            "https://example.org:8443?a",
            "my-app://callback",
            "MY-APP:callback",
            "https://other.example/back?a=b",
        ] {
            assert_eq!(read(text).map(|place| place.0), Ok(text.to_owned()));
        }
    }

    #[test]
    fn values_are_added_to_the_query() {
        let with = |text: &str| read(text).unwrap().with("alert", "a&b #é");
        assert_eq!(with("/a"), "/a?alert=a%26b%20%23%C3%A9");
        assert_eq!(with("/a?b=c#d?e"), "/a?b=c&alert=a%26b%20%23%C3%A9#d?e");
    }

    /// Of what such texts are made.
    static PIECES: [&str; 18] = [
        "/",
        "\\",
        "%2f",
        "%5C",
        "https:",
        "HTTP:",
        "//",
        "example.org:8443",
        "evil.example",
        "@",
        "user:pass",
        "?",
        "#",
        ".",
        " ",
        "\t",
        "my-app:",
        "é",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        /// Browsers drop tabs, take `\` for `/`, and end a host at the first of `/?#`.
        #[test]
        fn nothing_that_is_taken_leads_to_another_host(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..8)) {
            let text = pieces.concat();
            if read(&text).is_ok() {
                let text = text.to_ascii_lowercase();
                let of_app = text.starts_with("my-app:");
                let is_path = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
                let host = text.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#', '\\']).next());
                prop_assert!(of_app || is_path || host == Some("example.org:8443"), "{}", text);
                prop_assert!(!text.contains(['\\', '\t', '\r', '\n', ' ']));
            }
        }
    }
}
