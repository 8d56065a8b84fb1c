//! What a request brings to prove who calls.

use crate::{cookies, limits};

/// The credentials of a request. Nothing of them has been verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The token of an `authorization: Bearer` field. If there is such a field, cookies count for nothing.
    pub bearer: Option<String>,
    pub cookie_auth_token: Option<String>,
    pub cookie_refresh_token: Option<String>,
    /// The field `refresh-token`, which clients send along with a bearer token.
    pub refresh_token: Option<String>,
    /// The field `csrf-token`.
    pub request_token: Option<String>,
}

impl Credentials {
    /// Reads header fields, whose names are in lower case.
    pub fn read(headers: &[(String, Vec<u8>)]) -> Self {
        let mut credentials = Self::default();
        for (name, value) in headers {
            let text = std::str::from_utf8(value)
                .ok()
                .filter(|text| text.len() <= limits::CREDENTIAL_BYTES_MAX);
            let Some(text) = text.map(str::trim) else { continue };
            match name.as_str() {
                "authorization" => credentials.bearer = bearer(text),
                "refresh-token" => credentials.refresh_token = some(text),
                "csrf-token" => credentials.request_token = some(text),
                "cookie" => {
                    let found = |name| cookies::find(text, name).map(str::to_owned);
                    credentials.cookie_auth_token =
                        credentials.cookie_auth_token.or_else(|| found(cookies::AUTH_TOKEN));
                    credentials.cookie_refresh_token = credentials
                        .cookie_refresh_token
                        .or_else(|| found(cookies::REFRESH_TOKEN));
                }
                _ => {}
            }
        }
        credentials.without_cookies_beside_a_bearer()
    }

    fn without_cookies_beside_a_bearer(self) -> Self {
        if self.bearer.is_none() {
            return self;
        }
        Self {
            cookie_auth_token: None,
            cookie_refresh_token: None,
            ..self
        }
    }

    /// The refresh token, however it came.
    pub fn any_refresh_token(&self) -> Option<&str> {
        let explicit = self
            .refresh_token
            .as_deref()
            .filter(|_| self.cookie_refresh_token.is_none());
        explicit.or(self.cookie_refresh_token.as_deref())
    }
}

fn bearer(field: &str) -> Option<String> {
    let (scheme, token) = field.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> Credentials {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).into(), value.as_bytes().to_vec()))
            .collect();
        Credentials::read(&headers)
    }

    #[test]
    fn a_bearer_token_makes_cookies_count_for_nothing() {
        let both = read(&[
            ("cookie", "auth_token=a; refresh_token=b"),
            ("authorization", "bearer c"),
            ("refresh-token", "d"),
        ]);
        assert_eq!(both.bearer.as_deref(), Some("c"));
        assert_eq!(
            (both.cookie_auth_token.as_deref(), both.any_refresh_token()),
            (None, Some("d"))
        );
        let cookies = read(&[("cookie", "x=y"), ("cookie", "auth_token=a; refresh_token=b")]);
        assert_eq!(
            (cookies.cookie_auth_token.as_deref(), cookies.any_refresh_token()),
            (Some("a"), Some("b"))
        );
    }

    #[test]
    fn what_is_no_credential_is_passed_over() {
        assert_eq!(
            read(&[("authorization", "Basic YTpi"), ("refresh-token", "")]),
            Credentials::default()
        );
        assert_eq!(
            read(&[("cookie", &format!("auth_token={}", "a".repeat(10_000)))]),
            Credentials::default()
        );
    }
}
