//! `components/{name}/rollback`: create, which is to say, do one.

use std::error::Error as StdError;

use bytes::Bytes;
use http::Request;
use http_body::Body;
use serde::{Deserialize, Serialize};

use super::{Answer, Control, ControlError, body, json};
use crate::components::deploy::Runtime;
use crate::components::version::Actor;
use crate::limits;

/// The body; an empty one means the version before.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    #[serde(default)]
    pub version: Option<u64>,
}

pub async fn create<R: Runtime, B>(control: &Control<R>, name: &str, request: Request<B>, actor: Actor) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let _place = control.queue()?;
    let bytes = body::read(request.into_body(), limits::CONTROL_BODY_BYTES_MAX).await?;
    let target: Target = match bytes.is_empty() {
        true => Target::default(),
        false => serde_json::from_slice(&bytes).map_err(|error| ControlError::Body(error.to_string()))?,
    };
    let name = name.to_owned();
    let deployed = control
        .to_the_end(move |deployer| async move { deployer.rollback(&name, target.version, actor).await })
        .await?;
    json(&deployed)
}
