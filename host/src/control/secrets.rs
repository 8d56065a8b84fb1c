//! `secrets` and `secrets/{name}`: list, set, remove. A value goes in and never comes out.

use std::error::Error as StdError;

use bytes::Bytes;
use http::Request;
use http_body::Body;
use serde::{Deserialize, Serialize};

use super::{Answer, Control, ControlError, body, json};
use crate::capability::secrets::{SecretError, listing};
use crate::components::deploy::Runtime;
use crate::components::version::Actor;
use crate::limits;

/// What became of a secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct Changed {
    pub name: String,
}

pub async fn list<R: Runtime>(control: &Control<R>) -> Answer {
    let deployed = control.deployer.granted().await.map_err(ControlError::Deploy)?;
    json(&listing(&control.stores.secrets, &deployed))
}

/// The body is the value, as it is.
pub async fn set<R: Runtime, B>(control: &Control<R>, name: &str, request: Request<B>, actor: Actor) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let value = body::read(request.into_body(), limits::SECRET_BYTES_MAX).await?;
    let set = control.stores.secrets.clone().set(name.to_owned(), value.into()).await;
    set.map_err(ControlError::Secret)?;
    note(control, actor, "set secret", name).await?;
    json(&Changed { name: name.to_owned() })
}

pub async fn remove<R: Runtime>(control: &Control<R>, name: &str, actor: Actor) -> Answer {
    let removed = control.stores.secrets.clone().remove(name.to_owned()).await;
    match removed.map_err(ControlError::Secret)? {
        true => {
            note(control, actor, "delete secret", name).await?;
            json(&Changed { name: name.to_owned() })
        }
        false => Err(ControlError::Secret(SecretError::Unknown(name.to_owned()))),
    }
}

/// Says in the log and in the audit what became of a secret, and never its value.
async fn note<R: Runtime>(
    control: &Control<R>,
    actor: Actor,
    action: &'static str,
    name: &str,
) -> Result<(), ControlError> {
    tracing::info!(name, actor = actor.as_str(), action, "a secret was changed");
    let stored = control.stores.audit.stored().await.map_err(ControlError::Audit)?;
    stored
        .note(actor.as_str(), action, name)
        .await
        .map_err(ControlError::Audit)
}
