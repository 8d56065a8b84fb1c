//! From a path to what is listened to.

use std::borrow::Cow;

use record_api::error::Error;
use record_api::query::form;

const PREFIX: &str = "/api/records/v1/";

/// A subscription. Names and ids are decoded, not yet checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Route<'a> {
    pub api: Cow<'a, str>,
    /// The id of a record, or `*` for all.
    pub id: Cow<'a, str>,
}

impl<'a> Route<'a> {
    /// Reads a path that is still percent-encoded.
    pub fn parse(method: &str, path: &'a str) -> Result<Self, Error> {
        let rest = path.strip_prefix(PREFIX).ok_or(Error::NotFound)?;
        let mut parts = rest.split('/');
        let (Some(api), Some("subscribe"), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Error::NotFound);
        };
        if method != "GET" {
            return Err(Error::MethodNotAllowed);
        }
        Ok(Self {
            api: form::decode_segment(api).ok_or(Error::UnknownApi)?,
            id: form::decode_segment(id).ok_or(Error::InvalidId)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_an_api_and_a_record_or_all() {
        for (path, id) in [
            ("/api/records/v1/t/subscribe/*", "*"),
            ("/api/records/v1/t/subscribe/%2A", "*"),
            ("/api/records/v1/t/subscribe/AZ%3D=", "AZ=="),
        ] {
            let route = Route::parse("GET", path).unwrap();
            assert_eq!((&*route.api, &*route.id), ("t", id), "{path}");
        }
    }

    #[test]
    fn nothing_else_is_served() {
        assert_eq!(
            Route::parse("POST", "/api/records/v1/t/subscribe/*"),
            Err(Error::MethodNotAllowed)
        );
        for path in [
            "/api/records/v1/t/subscribe",
            "/api/records/v1/t/other/*",
            "/t/subscribe/*",
            "/api/records/v1/t/subscribe/a/b",
        ] {
            assert_eq!(Route::parse("GET", path), Err(Error::NotFound), "{path}");
        }
    }
}
