//! Patterns for the servers that a component may call: `https://api.example.com`, `https://*.example.org:8443`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// Host names in lower case; an IPv6 address keeps its brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HostPattern {
    Exact(String),
    /// Written `*.example.org`: every name below `example.org`, and not `example.org` itself.
    Below(String),
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OriginPattern {
    pub scheme: Scheme,
    pub host: HostPattern,
    pub port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an origin: write `https://host`, `https://host:port` or `https://*.host`, without a path")]
pub struct OriginError(String);

impl OriginPattern {
    pub fn matches(&self, scheme: Scheme, host: &str, port: u16) -> bool {
        self.scheme == scheme && self.port == port && self.host.matches(host)
    }

    /// Whether everything that `other` allows is allowed by this one.
    pub fn covers(&self, other: &OriginPattern) -> bool {
        let host = match (&self.host, &other.host) {
            (_, HostPattern::Exact(name)) => self.host.matches(name),
            (HostPattern::Below(wide), HostPattern::Below(narrow)) => wide == narrow || self.host.matches(narrow),
            (HostPattern::Exact(_), HostPattern::Below(_)) => false,
        };
        host && self.scheme == other.scheme && self.port == other.port
    }
}

impl HostPattern {
    fn matches(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        match self {
            HostPattern::Exact(name) => host == *name,
            HostPattern::Below(parent) => {
                let label = host
                    .strip_suffix(parent.as_str())
                    .and_then(|rest| rest.strip_suffix('.'));
                label.is_some_and(|label| !label.is_empty())
            }
        }
    }
}

impl FromStr for OriginPattern {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<OriginPattern, OriginError> {
        parse(text).ok_or_else(|| OriginError(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<OriginPattern> {
    let uri: http::Uri = text.parse().ok()?;
    let scheme = match uri.scheme_str()? {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return None,
    };
    let authority = uri.authority()?;
    let host = authority.host();
    // Whatever stands beside host and port (credentials, a port out of range) has no place in an origin.
    let port_text = authority.as_str().strip_prefix(host)?;
    let port = match (port_text, authority.port_u16()) {
        ("", _) => scheme.default_port(),
        (text, Some(port)) if port > 0 && text == format!(":{port}") => port,
        _ => return None,
    };
    if uri.path() != "/" || uri.query().is_some() || text.ends_with('/') {
        return None;
    }
    Some(OriginPattern {
        scheme,
        host: parse_host(host)?,
        port,
    })
}

fn parse_host(host: &str) -> Option<HostPattern> {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let (name, below) = match host.strip_prefix("*.") {
        Some(parent) => (parent, true),
        None => (host.as_str(), false),
    };
    let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    if name.is_empty() || name.starts_with('.') || !(is_address || is_name) || (is_address && below) {
        return None;
    }
    Some(if below {
        HostPattern::Below(name.to_owned())
    } else {
        HostPattern::Exact(name.to_owned())
    })
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (star, name) = match &self.host {
            HostPattern::Exact(name) => ("", name),
            HostPattern::Below(name) => ("*.", name),
        };
        write!(formatter, "{}://{star}{name}", self.scheme.as_str())?;
        if self.port != self.scheme.default_port() {
            write!(formatter, ":{}", self.port)?;
        }
        Ok(())
    }
}

impl Serialize for OriginPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OriginPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OriginPattern, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_printed_in_one_form() {
        for (text, printed) in [
            ("https://API.example.com", "https://api.example.com"),
            ("https://api.example.com:443", "https://api.example.com"),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
            ("http://[::1]:9000", "http://[::1]:9000"),
            ("https://*.example.org:8443", "https://*.example.org:8443"),
        ] {
            assert_eq!(
                text.parse::<OriginPattern>().map(|origin| origin.to_string()),
                Ok(printed.to_owned())
            );
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "example.com",
            "ftp://example.com",
            "https://",
            "https://example.com/",
            "https://example.com/path",
            "https://example.com?x=1",
            "https://name@example.com",
            "https://example.com:0",
            "https://example.com:99999",
            "https://*",
            "https://a.*.com",
            "https://*.127.0.0.1",
            "https://*.*.com",
            "https://example.com:",
        ] {
            assert!(text.parse::<OriginPattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_matches_names_below_and_nothing_that_merely_ends_alike() {
        let pattern: OriginPattern = "https://*.example.org".parse().expect("an origin");
        assert!(pattern.matches(Scheme::Https, "a.b.EXAMPLE.org.", 443));
        for (scheme, host, port) in [
            (Scheme::Https, "example.org", 443),
            (Scheme::Https, ".example.org", 443),
            (Scheme::Https, "badexample.org", 443),
            (Scheme::Https, "a.example.org", 8443),
            (Scheme::Http, "a.example.org", 443),
        ] {
            assert!(!pattern.matches(scheme, host, port), "{host}:{port}");
        }
    }
}
