//! The cookies by which browsers stay signed in.

use guesthouse::http::{Request, Response};

use crate::settings::Settings;
use crate::tokens::Tokens;

pub const AUTH_TOKEN: &str = "auth_token";
pub const REFRESH_TOKEN: &str = "refresh_token";

/// For ever, as far as browsers go: they keep no cookie for longer than 400 days.
const LONGEST_SEC: i64 = 400 * 24 * 60 * 60;

/// Whether browsers send a cookie along when another site leads to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    Strict,
    /// With a click or a redirect, not with a form.
    Lax,
}

/// Sets both. Whoever comes back from a provider was led here by another site, and needs the auth token at once.
pub fn set(
    response: Response,
    tokens: &Tokens,
    refresh_ttl_sec: i64,
    settings: &Settings,
    is_secure: bool,
    same_site: SameSite,
) -> Response {
    let auth = match same_site {
        SameSite::Strict => auth_token(&tokens.auth_token, settings, is_secure),
        SameSite::Lax => lax(
            AUTH_TOKEN,
            &tokens.auth_token,
            "/",
            settings.auth_token_ttl_sec,
            is_secure,
        ),
    };
    let refresh = cookie(REFRESH_TOKEN, &tokens.refresh_token, refresh_ttl_sec, is_secure);
    response
        .with_header("set-cookie", &auth)
        .with_header("set-cookie", &refresh)
}

/// Removes both.
pub fn remove(response: Response, is_secure: bool) -> Response {
    response
        .with_header("set-cookie", &cookie(AUTH_TOKEN, "", 1, is_secure))
        .with_header("set-cookie", &cookie(REFRESH_TOKEN, "", 1, is_secure))
}

/// The field that sets the auth token alone.
pub fn auth_token(token: &str, settings: &Settings, is_secure: bool) -> String {
    cookie(AUTH_TOKEN, token, settings.auth_token_ttl_sec, is_secure)
}

/// The field that sets a cookie which another site may lead here with.
pub fn lax(name: &str, value: &str, path: &str, ttl_sec: i64, is_secure: bool) -> String {
    field(name, value, path, SameSite::Lax, ttl_sec, is_secure)
}

fn cookie(name: &str, value: &str, ttl_sec: i64, is_secure: bool) -> String {
    field(name, value, "/", SameSite::Strict, ttl_sec, is_secure)
}

fn field(name: &str, value: &str, path: &str, same_site: SameSite, ttl_sec: i64, is_secure: bool) -> String {
    let max_age = if ttl_sec < 0 { LONGEST_SEC } else { ttl_sec };
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}={value}; HttpOnly; Path={path}; SameSite={same_site:?}; Max-Age={max_age}{secure}")
}

/// The value of a cookie of a request.
pub fn of_request(request: &Request, name: &str) -> Option<String> {
    let fields = request.headers().iter().filter(|(field, _)| field == "cookie");
    let mut texts = fields.filter_map(|(_, value)| std::str::from_utf8(value).ok());
    texts.find_map(|text| find(text, name)).map(str::to_owned)
}

/// The value of a cookie among those of a `cookie` field.
pub fn find<'a>(field: &'a str, name: &str) -> Option<&'a str> {
    let pairs = field.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs
        .filter(|(pair_name, _)| *pair_name == name)
        .map(|(_, value)| value);
    values.next().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let field = "a=1; xauth_token=2; auth_token=ey.a.b=; auth_token=3; refresh_token=";
        assert_eq!(find(field, AUTH_TOKEN), Some("ey.a.b="));
        assert_eq!(find(field, REFRESH_TOKEN), None);
        assert_eq!(find("", AUTH_TOKEN), None);
    }

    #[test]
    fn scripts_and_other_sites_have_no_part_in_it() {
        assert_eq!(
            cookie("a", "b", 60, true),
            "a=b; HttpOnly; Path=/; SameSite=Strict; Max-Age=60; Secure"
        );
        assert_eq!(
            cookie("a", "", -1, false),
            "a=; HttpOnly; Path=/; SameSite=Strict; Max-Age=34560000"
        );
        assert_eq!(
            lax("a", "b", "/c/", 60, false),
            "a=b; HttpOnly; Path=/c/; SameSite=Lax; Max-Age=60"
        );
    }
}
