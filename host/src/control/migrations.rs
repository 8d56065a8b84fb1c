//! `migrations` and `migrations/apply`: list the SQL files of the data directory, and apply those that are pending.

use super::{Answer, Control, ControlError, json};
use crate::components::deploy::Runtime;
use crate::migrations;

pub async fn list<R: Runtime>(control: &Control<R>) -> Answer {
    let lines = migrations::list(&control.migrations, control.deployer.databases()).await;
    json(&lines.map_err(ControlError::Migrations)?)
}

/// The server is the only one that writes, so nothing has to wait: what was prepared for the old schema is prepared anew.
pub async fn apply<R: Runtime>(control: &Control<R>) -> Answer {
    let _place = control.queue()?;
    let lines = migrations::apply(&control.migrations, control.deployer.databases()).await;
    json(&lines.map_err(ControlError::Migrations)?)
}
