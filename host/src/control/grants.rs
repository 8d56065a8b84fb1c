//! `components/{name}/grants`: what a component may do, and what it made of that.

use super::query::Query;
use super::{Answer, Control, ControlError, json};
use crate::components::deploy::Runtime;
use crate::limits;

/// `hours=N`: the time to look at, up to now.
pub async fn show<R: Runtime>(control: &Control<R>, name: &str, query: Option<&str>) -> Answer {
    let mut query = Query::read(query)?;
    let hours = query.number("hours", limits::USAGE_HOURS_KEPT as usize)?;
    query.finish()?;
    let hours = u32::try_from(hours).unwrap_or(limits::USAGE_HOURS_KEPT);
    let stored = control.stores.audit.stored().await.map_err(ControlError::Audit)?;
    let usage = stored.usage(name, hours).await.map_err(ControlError::Audit)?;
    let report = control.deployer.used(name, hours, &usage).await;
    json(&report.map_err(ControlError::Deploy)?)
}
