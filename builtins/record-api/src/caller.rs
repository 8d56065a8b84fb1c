//! Who makes a request, as far as rules and access lists ask.

use std::rc::Rc;

use guesthouse::http::Request;
use guesthouse::identity::{self, Identity, Proof};
use guesthouse::sqlite::Value;
use subtle::ConstantTimeEq;

use crate::error::Error;

/// Someone who is known, or nobody in particular.
#[derive(Debug, Clone, Default)]
pub struct Caller(Option<Rc<identity::Caller>>);

/// Asks whoever provides identities. Without a provider everybody is nobody in particular; with one that does not answer
/// the request is refused.
pub async fn identify(request: &Request) -> Result<Identity, Error> {
    identity::identify(request).await.map_err(|error| match error {
        identity::Error::Unavailable => Error::Unidentified,
        identity::Error::TooLarge => Error::CredentialsTooLarge,
        identity::Error::Other(why) => Error::Internal(format!("who is calling could not be looked up: {why}")),
    })
}

impl Caller {
    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Whom an answer names.
    pub fn of(identity: &Identity) -> Self {
        Self(identity.caller.clone())
    }

    /// Whether it is someone who is known.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// What is known of them.
    pub fn known(&self) -> Option<&identity::Caller> {
        self.0.as_deref()
    }

    /// `_USER_.id`: NULL for nobody in particular.
    pub fn to_value(&self) -> Value {
        self.0
            .as_ref()
            .map_or(Value::Null, |caller| Value::Blob(caller.id.clone()))
    }

    /// Refuses a change that a browser may have been tricked into: it sends cookies by itself, but not the token that the
    /// caller's own pages know.
    pub fn check_intent(&self, is_change: bool, token: Option<&str>) -> Result<(), Error> {
        let Some(caller) = self.0.as_ref().filter(|_| is_change) else {
            return Ok(());
        };
        let is_own = match (caller.proof, &caller.request_token, token) {
            (Proof::Explicit, _, _) => true,
            (Proof::Ambient, Some(expected), Some(given)) => expected.as_bytes().ct_eq(given.as_bytes()).into(),
            (Proof::Ambient, _, _) => false,
        };
        match is_own {
            true => Ok(()),
            false => Err(Error::Forbidden),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::{known, proven};
    #[test]
    fn a_change_with_a_cookie_needs_the_token_of_the_session() {
        let refused = Err(Error::Forbidden);
        let cookie = proven(vec![1], Proof::Ambient, Some("token"));
        assert_eq!(cookie.check_intent(true, None), refused);
        assert_eq!(cookie.check_intent(true, Some("")), refused);
        assert_eq!(cookie.check_intent(true, Some("token2")), refused);
        assert_eq!(cookie.check_intent(true, Some("token")), Ok(()));
        assert_eq!(cookie.check_intent(false, None), Ok(()));
        let tokenless = proven(vec![1], Proof::Ambient, None);
        assert_eq!(tokenless.check_intent(true, None), refused);
        assert_eq!(tokenless.check_intent(true, Some("")), refused);
    }

    #[test]
    fn what_only_programs_send_needs_no_token_and_neither_does_nobody() {
        assert_eq!(known(vec![1]).check_intent(true, Some("wrong")), Ok(()));
        assert_eq!(Caller::anonymous().check_intent(true, None), Ok(()));
    }
}
