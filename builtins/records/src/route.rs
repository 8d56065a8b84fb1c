//! From a method and a path to what is asked for.

use std::borrow::Cow;

use record_api::error::Error;
use record_api::query::form;

const PREFIX: &str = "/api/records/v1/";
const TRANSACTION: &str = "/api/transaction/v1/execute";

/// What a request asks for. Names and ids are decoded, not yet checked.
#[derive(Debug, PartialEq, Eq)]
pub enum Route<'a> {
    List {
        api: Cow<'a, str>,
    },
    Create {
        api: Cow<'a, str>,
    },
    Read {
        api: Cow<'a, str>,
        id: Cow<'a, str>,
    },
    Update {
        api: Cow<'a, str>,
        id: Cow<'a, str>,
    },
    Delete {
        api: Cow<'a, str>,
        id: Cow<'a, str>,
    },
    Schema {
        api: Cow<'a, str>,
    },
    /// Several operations, each with an API of its own.
    Execute,
}

impl<'a> Route<'a> {
    /// Reads a path that is still percent-encoded.
    pub fn parse(method: &str, path: &'a str) -> Result<Self, Error> {
        if path == TRANSACTION {
            return match method {
                "POST" => Ok(Self::Execute),
                _ => Err(Error::MethodNotAllowed),
            };
        }
        let rest = path.strip_prefix(PREFIX).ok_or(Error::NotFound)?;
        let (api, id) = match rest.split_once('/') {
            None => (rest, None),
            Some((_, id)) if id.is_empty() || id.contains('/') => return Err(Error::NotFound),
            Some((api, id)) => (api, Some(id)),
        };
        if api.is_empty() {
            return Err(Error::NotFound);
        }
        let api = form::decode_segment(api).ok_or(Error::UnknownApi)?;
        let Some(id) = id else {
            return match method {
                "GET" | "HEAD" => Ok(Self::List { api }),
                "POST" => Ok(Self::Create { api }),
                _ => Err(Error::MethodNotAllowed),
            };
        };
        // `schema` stands for itself and is never an id.
        if id == "schema" {
            return match method {
                "GET" | "HEAD" => Ok(Self::Schema { api }),
                _ => Err(Error::MethodNotAllowed),
            };
        }
        let id = form::decode_segment(id).ok_or(Error::InvalidId)?;
        match method {
            "GET" | "HEAD" => Ok(Self::Read { api, id }),
            "PATCH" => Ok(Self::Update { api, id }),
            "DELETE" => Ok(Self::Delete { api, id }),
            _ => Err(Error::MethodNotAllowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_paths_name_operations() {
        let parse = Route::parse;
        assert_eq!(parse("GET", "/api/records/v1/t"), Ok(Route::List { api: "t".into() }));
        assert_eq!(
            parse("POST", "/api/records/v1/t"),
            Ok(Route::Create { api: "t".into() })
        );
        assert_eq!(
            parse("GET", "/api/records/v1/t/AZ%3D%3D"),
            Ok(Route::Read {
                api: "t".into(),
                id: "AZ==".into()
            })
        );
        assert_eq!(
            parse("DELETE", "/api/records/v1/t/-1"),
            Ok(Route::Delete {
                api: "t".into(),
                id: "-1".into()
            })
        );
        let schema = "/api/records/v1/t/schema";
        assert_eq!(parse("GET", schema), Ok(Route::Schema { api: "t".into() }));
        assert_eq!(parse("PATCH", schema), Err(Error::MethodNotAllowed));
        assert_eq!(parse("POST", "/api/transaction/v1/execute"), Ok(Route::Execute));
        assert_eq!(
            parse("GET", "/api/transaction/v1/execute"),
            Err(Error::MethodNotAllowed)
        );
        assert_eq!(parse("PUT", "/api/records/v1/t/1"), Err(Error::MethodNotAllowed));
        assert_eq!(parse("PATCH", "/api/records/v1/t"), Err(Error::MethodNotAllowed));
    }

    #[test]
    fn what_is_not_served_is_not_found() {
        for path in [
            "/api/records/v1/",
            "/api/transaction/v1/execute/",
            "/api/records/v1//1",
            "/api/records/v1/t/",
            "/api/records/v1/t/schema/",
            "/api/records/v1/t/subscribe/*",
            "/api/records/v1/t/1/file/avatar",
            "/elsewhere",
        ] {
            assert_eq!(Route::parse("GET", path), Err(Error::NotFound), "{path}");
        }
    }
}
