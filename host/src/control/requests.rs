//! `requests` and `requests/{id}`: the requests of late, and what was asked of the host on behalf of one.

use super::query::Query;
use super::{Answer, Control, ControlError, json};
use crate::audit::{RequestDetails, RequestLine};
use crate::components::deploy::Runtime;
use crate::limits;

/// The newest first: `component=NAME` those to one alone, `trace=ID` those of one trace, `limit=N` at most.
pub fn list<R: Runtime>(control: &Control<R>, query: Option<&str>) -> Answer {
    let mut query = Query::read(query)?;
    let (component, trace) = (query.text("component"), query.text("trace"));
    let limit = query.number("limit", limits::AUDIT_LINES_LISTED_MAX)?;
    query.finish()?;
    let newest = control.stores.audit.recent().newest(limit, |request| {
        component
            .as_ref()
            .is_none_or(|name| *request.ledger.component == **name)
            && trace.as_ref().is_none_or(|trace| request.context.trace() == *trace)
    });
    json(
        &newest
            .iter()
            .map(|request| RequestLine::new(request))
            .collect::<Vec<_>>(),
    )
}

pub fn show<R: Runtime>(control: &Control<R>, id: &str) -> Answer {
    let found = id.parse().ok().and_then(|id| control.stores.audit.recent().find(id));
    match found {
        Some(request) => json(&RequestDetails::new(&request)),
        None => Err(ControlError::Request(id.to_owned())),
    }
}
