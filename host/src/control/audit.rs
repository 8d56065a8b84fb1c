//! `audit`: who changed what, and what components were denied.

use super::query::Query;
use super::{Answer, Control, ControlError, json};
use crate::components::deploy::Runtime;
use crate::limits;

/// The newest first: `component=NAME` of one alone, `limit=N` at most.
pub async fn list<R: Runtime>(control: &Control<R>, query: Option<&str>) -> Answer {
    let mut query = Query::read(query)?;
    let component = query.text("component");
    let limit = query.number("limit", limits::AUDIT_LINES_LISTED_MAX)?;
    query.finish()?;
    let stored = control.stores.audit.stored().await.map_err(ControlError::Audit)?;
    let lines = stored.lines(component.as_deref(), limit).await;
    json(&lines.map_err(ControlError::Audit)?)
}
