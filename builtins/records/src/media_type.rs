//! The type of a body: JSON, unless something else is said.

use guesthouse::http::Request;
use record_api::error::Error;

/// How a body holds a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaType {
    Json,
    /// Names and values, as browsers send a form.
    Form,
    /// Names and values, and files, with this text between them.
    Multipart {
        boundary: String,
    },
}

impl MediaType {
    /// The type that the request says its body is of. Refuses what cannot be read, before it is read.
    pub fn of(request: &Request) -> Result<Self, Error> {
        request.header("content-type").map_or(Ok(Self::Json), Self::parse)
    }

    fn parse(content_type: &str) -> Result<Self, Error> {
        let starts_with =
            |prefix: &str| (content_type.get(..prefix.len())).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if starts_with("application/json") {
            Ok(Self::Json)
        } else if starts_with("application/x-www-form-urlencoded") {
            Ok(Self::Form)
        } else if starts_with("multipart/form-data") {
            let boundary = multer::parse_boundary(content_type)
                .map_err(|error| Error::MalformedBody(format!("the content type does not read: {error}")))?;
            Ok(Self::Multipart { boundary })
        } else {
            Err(Error::UnexpectedContentType)
        }
    }
}

/// Refuses a body that does not say that it is JSON.
pub fn expect_json(request: &Request) -> Result<(), Error> {
    match request.header("content-type").map(MediaType::parse) {
        Some(Ok(MediaType::Json)) => Ok(()),
        _ => Err(Error::NotJson),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_says_what_it_is() {
        for (content_type, expected) in [
            ("Application/JSON; charset=utf-8", MediaType::Json),
            ("application/x-www-form-urlencoded;charset=UTF-8", MediaType::Form),
            (
                "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"",
                MediaType::Multipart { boundary: "a b".into() },
            ),
        ] {
            assert_eq!(MediaType::parse(content_type), Ok(expected), "{content_type}");
        }
    }

    #[test]
    fn another_type_is_refused_and_so_are_parts_without_a_boundary() {
        for other in ["", "text/plain", "application/jso", "é"] {
            assert_eq!(MediaType::parse(other), Err(Error::UnexpectedContentType), "{other}");
        }
        for broken in [
            "multipart/form-data",
            "multipart/form-data; boundary",
            "multipart/form-datas; boundary=a",
        ] {
            assert!(
                matches!(MediaType::parse(broken), Err(Error::MalformedBody(_))),
                "{broken}"
            );
        }
    }
}
