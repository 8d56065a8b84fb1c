//! Errors of forms. A browser that sends a form shows whatever comes back, so a form may name a page in the query of its action,
//! `error_redirect_uri`: errors are then said there, in words for a person. So may a link. Programs and JSON get statuses as ever.

use guesthouse::http::{Request, Response};

use crate::body::Kind;
use crate::error::Error;
use crate::head::Head;
use crate::redirect::Destination;
use crate::{database, limits, settings};

/// An error, and what had been entered that is worth keeping and harmless to be seen: never a password or a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    error: Error,
    entered: Option<(&'static str, String)>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, entered: None }
    }
}

impl Failure {
    /// Keeps a field of the form, so that it need not be typed again.
    pub fn keeping(error: Error, name: &'static str, value: Option<String>) -> Self {
        let value = value.filter(|value| value.len() <= limits::EMAIL_BYTES_MAX);
        Self {
            error,
            entered: value.map(|value| (name, value)),
        }
    }
}

/// Where errors of a request are said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormErrors {
    /// To the program that asked, by a status.
    Here,
    /// To a person, on a page.
    There { page: Destination, path: String },
}

impl FormErrors {
    /// Held to the same rules as every other redirect, before anything is done.
    pub async fn of(request: &Request) -> Result<Self, Error> {
        // Links in mail are followed by people as well.
        let is_form = request.method() == "GET" || Kind::of(request) == Some(Kind::Form);
        let has_query = request
            .query()
            .is_some_and(|query| query.contains("error_redirect_uri="));
        if !is_form || !has_query {
            return Ok(Self::Here);
        }
        let head = Head::of(request);
        let Some(page) = head.query.get("error_redirect_uri").filter(|page| !page.is_empty()) else {
            return Ok(Self::Here);
        };
        let settings = settings::read(&database::open()?).await?;
        Ok(Self::There {
            page: Destination::read(page, head.origin.as_deref(), &settings)?,
            path: request.path().to_owned(),
        })
    }

    /// Says what went wrong.
    pub fn present(&self, failure: Failure) -> Response {
        let Self::There { page, path } = self else {
            return failure.error.into_response();
        };
        failure.error.tell_operator();
        let page = match &failure.entered {
            Some((name, value)) => page.and(name, value),
            None => page.clone(),
        };
        Response::see_other(&page.with("alert", &words(&failure.error, path)))
    }
}

/// An error in words for a person. What was unauthorized is known by where it was: it never tells which accounts there are.
fn words(error: &Error, path: &str) -> String {
    let route = path.strip_prefix("/api/auth/v1/").unwrap_or(path);
    let text = match (error, route) {
        (Error::Unauthorized, "login") => "That name and password do not belong together.",
        (Error::Unauthorized, "passkey/login/finish") => "That passkey opens no account here.",
        (Error::Unauthorized, "login_mfa" | "otp/login" | "totp/unregister") => {
            "That code is wrong, or it has expired."
        }
        (Error::Unauthorized, "reset_password/update") => {
            "This link has expired or was used already. Ask for a new one."
        }
        (Error::Unauthorized, _) => "Please sign in first.",
        (Error::Forbidden, _) => "That is not allowed here.",
        (Error::NotFound, _) => "There is no such thing, or not any more.",
        (Error::Conflict, "delete") => "The account cannot be deleted, because something else still refers to it.",
        (Error::Conflict, _) => "Somebody else has that already. Choose another one.",
        (Error::FailedDependency, _) => "That cannot be done with this account.",
        (Error::TooManyRequests | Error::AddressBusy, _) => "That was tried too often. Wait a while, then try again.",
        (Error::InvalidRequestToken, _) => "The page was out of date. Please try again.",
        (Error::Internal(_), _) => "Something went wrong on our side. Please try again later.",
        (Error::MalformedBody(_) | Error::WrongShape(_), _) => "The form was not filled in completely.",
        (other, _) => return sentence(&other.to_string()),
    };
    text.into()
}

/// The texts of errors begin in lower case and end without a stop.
pub fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>());
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.unwrap_or_default(), characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_person_are_sentences_and_tell_nothing_of_the_inside() {
        assert_eq!(
            words(&Error::PasswordTooShort(8), "/api/auth/v1/register"),
            "The password must have at least 8 characters."
        );
        assert!(!words(&Error::Internal("_user is gone".into()), "/").contains("_user"));
        assert_ne!(
            words(&Error::Unauthorized, "/api/auth/v1/login"),
            words(&Error::Unauthorized, "/api/auth/v1/login_mfa")
        );
    }
}
