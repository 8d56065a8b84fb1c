//! `mail` and `mail/{number}`: what components have sent.

use super::{Answer, Control, ControlError, json};
use crate::capability::mail::MailError;
use crate::components::deploy::Runtime;
use crate::limits;

/// Newest first, without contents; `before=NUMBER` goes on behind that one.
pub async fn list<R: Runtime>(control: &Control<R>, query: Option<&str>) -> Answer {
    let before = match query.filter(|query| !query.is_empty()) {
        None => None,
        Some(query) => Some(before(query)?),
    };
    let listed = control.stores.mail.list(before, limits::MAIL_LISTED_MAX).await;
    json(&listed.map_err(ControlError::Mail)?)
}

fn before(query: &str) -> Result<u64, ControlError> {
    let number = query.strip_prefix("before=").and_then(|number| number.parse().ok());
    number.ok_or_else(|| ControlError::Query("the query may have `before` only, which is a number".to_owned()))
}

pub async fn show<R: Runtime>(control: &Control<R>, number: &str) -> Answer {
    let found = match number.parse() {
        Ok(number) => control.stores.mail.get(number).await.map_err(ControlError::Mail)?,
        Err(_) => None,
    };
    match found {
        Some(entry) => json(&entry),
        None => Err(ControlError::Mail(MailError::Unknown(number.to_owned()))),
    }
}
