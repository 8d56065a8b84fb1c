//! The type of a body: JSON, unless something else is said.

use guesthouse::http::Request;

use crate::error::Error;

/// Accepts JSON and a body without a type; refuses the rest before it is read.
pub fn check(request: &Request) -> Result<(), Error> {
    request.header("content-type").map_or(Ok(()), check_type)
}

fn check_type(content_type: &str) -> Result<(), Error> {
    let starts_with =
        |prefix: &str| (content_type.get(..prefix.len())).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if starts_with("application/json") {
        Ok(())
    } else if starts_with("application/x-www-form-urlencoded") || starts_with("multipart/form-data") {
        Err(Error::Unsupported("forms are not supported yet, send JSON"))
    } else {
        Err(Error::UnexpectedContentType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_accepted_and_nothing_else() {
        assert_eq!(check_type("Application/JSON; charset=utf-8"), Ok(()));
        assert!(matches!(
            check_type("multipart/form-data; boundary=x"),
            Err(Error::Unsupported(_))
        ));
        for other in ["", "text/plain", "application/jso", "é"] {
            assert_eq!(check_type(other), Err(Error::UnexpectedContentType), "{other}");
        }
    }
}
