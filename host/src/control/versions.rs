//! `components/{name}/versions`: list.

use super::{Answer, Control, ControlError, json};
use crate::components::deploy::Runtime;

pub async fn list<R: Runtime>(control: &Control<R>, name: &str) -> Answer {
    json(&control.deployer.versions(name).await.map_err(ControlError::Deploy)?)
}
