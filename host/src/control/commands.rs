//! `commands` and `commands/{name}`: list those that components bring, and run one.

use std::error::Error as StdError;

use base64::prelude::{BASE64_STANDARD, Engine};
use bytes::Bytes;
use http::Request;
use http_body::Body;
use serde::{Deserialize, Serialize};

use super::{Answer, Control, ControlError, body, json};
use crate::components::commands::Call;
use crate::components::deploy::Runtime;
use crate::limits;

/// The body of a call; an empty one gives the command nothing.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    #[serde(default)]
    arguments: Vec<String>,
    /// What standard input holds, in base64. Absent or null: the command is asked first whether it wants any.
    #[serde(default)]
    input: Option<String>,
}

impl CallBody {
    pub fn new(call: &Call) -> CallBody {
        CallBody {
            arguments: call.arguments.clone(),
            input: call.input.as_ref().map(|input| BASE64_STANDARD.encode(input)),
        }
    }

    fn read(bytes: &[u8]) -> Result<Call, ControlError> {
        if bytes.is_empty() {
            return Ok(Call::default());
        }
        let CallBody { arguments, input } =
            serde_json::from_slice(bytes).map_err(|error| ControlError::Body(error.to_string()))?;
        let input = input
            .map(|text| BASE64_STANDARD.decode(text))
            .transpose()
            .map_err(|_| ControlError::Body("`input` is not base64".to_owned()))?;
        Ok(Call { arguments, input })
    }
}

pub async fn list<R: Runtime>(control: &Control<R>) -> Answer {
    json(&control.deployer.commands().await.map_err(ControlError::Deploy)?)
}

pub async fn run<R: Runtime, B>(control: &Control<R>, name: &str, request: Request<B>) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let bytes = body::read(request.into_body(), limits::COMMAND_BODY_BYTES_MAX).await?;
    let call = CallBody::read(&bytes)?;
    drop(bytes);
    let answer = control.deployer.run_command(name, call).await;
    json(&answer.map_err(ControlError::Command)?)
}
