//! How something that was done is said: as a text, or by sending the browser on to where the request wanted.

use guesthouse::http::Response;

use crate::error::Error;
use crate::head::Head;
use crate::redirect::Destination;
use crate::settings::Settings;

/// Where to go once something was done; checked before it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome(Option<Destination>);

impl Outcome {
    /// `redirect_uri` of the query, or else of the body.
    pub fn read(in_body: Option<&str>, head: &Head, settings: &Settings) -> Result<Self, Error> {
        let text = head
            .query
            .get("redirect_uri")
            .or(in_body)
            .filter(|text| !text.is_empty());
        let destination = text.map(|text| Destination::read(text, head.origin.as_deref(), settings));
        destination.transpose().map(Self)
    }

    /// Where a link leads on that is mailed on the way: `mail_redirect_uri` of the query, or else the same place.
    pub fn by_mail(&self, head: &Head, settings: &Settings) -> Result<Option<String>, Error> {
        let place = head.query.get("mail_redirect_uri").filter(|text| !text.is_empty());
        let place = place.map(|text| Destination::read(text, head.origin.as_deref(), settings));
        let place = place.transpose()?.or_else(|| self.0.clone());
        Ok(place.map(|place| place.as_str().to_owned()))
    }

    /// The same, with something more in the query there.
    pub fn and(&self, name: &str, value: &str) -> Self {
        Self(self.0.as_ref().map(|destination| destination.and(name, value)))
    }

    /// Says what was done: a person who is sent on is told in the query there.
    pub fn say(&self, text: &str) -> Response {
        match &self.0 {
            Some(destination) => Response::see_other(&destination.with("alert", text)),
            None => Response::text(200, text),
        }
    }

    /// Goes there without a word, or says it here.
    pub fn go(&self, text: &str) -> Response {
        match &self.0 {
            Some(destination) => Response::see_other(destination.as_str()),
            None => Response::text(200, text),
        }
    }
}
