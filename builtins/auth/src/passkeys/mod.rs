//! Passkeys (WebAuthn): keys that an authenticator keeps for somebody, a phone or a stick, and that no page can be tricked out of.
//!
//! `relying_party` says under which name and on which pages they are used, `challenges` keeps what authenticators are to sign,
//! `registration` and `assertion` talk to the library about a new key and about signing in with one, and `store` has the rows.

pub mod assertion;
pub mod challenges;
pub mod registration;
pub mod relying_party;
pub mod store;
#[cfg(test)]
mod tests;

use serde_json::Value;
use webauthn_rp::bin::Decode;
use webauthn_rp::request::register::UserHandle16;

use crate::account::Account;
use crate::error::Error;

/// What is asked of an authenticator.
pub struct Offer {
    /// For the browser: what `PublicKeyCredential.parse...OptionsFromJSON` takes.
    pub options: Value,
    /// To be kept until the answer comes.
    pub pending: challenges::Pending,
}

/// What authenticators know an account by: its id, which is a UUID.
fn user_handle(account: &Account) -> Result<UserHandle16, Error> {
    let id = <[u8; 16]>::try_from(account.id.as_slice());
    let id = id.map_err(|_| Error::Internal("the id of an account is no UUID".into()))?;
    let Ok(handle) = UserHandle16::decode(id);
    Ok(handle)
}

/// Ways to an authenticator that the library knows. The standard wants others to be passed over.
const TRANSPORTS: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];
const ATTACHMENTS: [&str; 2] = ["platform", "cross-platform"];

/// A credential as an object, which a form holds as text, without what newer or older browsers say of authenticators.
fn object_of(credential: &Value) -> Result<Value, Error> {
    let mut credential = match credential {
        Value::String(text) => serde_json::from_str(text).map_err(malformed)?,
        other => other.clone(),
    };
    let Some(object) = credential.as_object_mut() else {
        return Err(malformed("it is no object"));
    };
    let is_one_of = |value: &Value, known: &[&str]| value.as_str().is_some_and(|text| known.contains(&text));
    if let Some(attachment) = object.get_mut("authenticatorAttachment")
        && !is_one_of(attachment, &ATTACHMENTS)
    {
        *attachment = Value::Null;
    }
    if let Some(Value::Array(transports)) = credential.pointer_mut("/response/transports") {
        transports.retain(|transport| is_one_of(transport, &TRANSPORTS));
    }
    Ok(credential)
}

fn malformed(error: impl std::fmt::Display) -> Error {
    Error::MalformedBody(format!(
        "credential is not what toJSON() of a credential gives: {error}"
    ))
}
