//! `components/{name}/logs`: what a component wrote, and what the host has to say about it.

use super::query::Query;
use super::{Answer, Control, ControlError, json};
use crate::components::deploy::Runtime;
use crate::limits;

/// Which lines are asked for.
#[derive(Debug, PartialEq, Eq)]
enum From {
    /// The newest, or the newest before this number.
    Newest(Option<u64>),
    /// The first after this number.
    After(u64),
    /// The same, once there is one.
    Wait(u64),
}

/// Lines in their order: `lines=N` at most, and where from. Those of a component that was removed are there for as long as others do
/// not need the room.
pub async fn list<R: Runtime>(control: &Control<R>, name: &str, query: Option<&str>) -> Answer {
    let (lines, from) = read(query)?;
    let logs = &control.stores.logs;
    if !logs.has(name).await.map_err(ControlError::Logs)? {
        // Whoever is deployed and silent has an empty log; anybody else has none.
        control.deployer.show(name).await.map_err(ControlError::Deploy)?;
    }
    let found = match from {
        From::Newest(before) => logs.newest(name, before, lines).await,
        From::After(after) => logs.after(name, after, lines).await,
        From::Wait(after) => logs.wait(name, after, lines).await,
    };
    json(&found.map_err(ControlError::Logs)?)
}

fn read(query: Option<&str>) -> Result<(usize, From), ControlError> {
    let mut query = Query::read(query)?;
    let lines = query.number("lines", limits::LOG_ANSWER_LINES_MAX)?;
    let (before, after) = (line_number(&mut query, "before")?, line_number(&mut query, "after")?);
    let mistake = |text: &str| Err(ControlError::Query(text.to_owned()));
    let wait = match query.text("wait").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return mistake("`wait` is either `true` or `false`"),
    };
    query.finish()?;
    let from = match (before, after, wait) {
        (before, None, false) => From::Newest(before),
        (None, Some(after), false) => From::After(after),
        (None, Some(after), true) => From::Wait(after),
        (Some(_), Some(_), _) => return mistake("the query may have either `before` or `after`"),
        (_, None, true) => return mistake("`wait` needs `after`"),
    };
    Ok((lines, from))
}

fn line_number(query: &mut Query<'_>, key: &'static str) -> Result<Option<u64>, ControlError> {
    let Some(text) = query.text(key) else { return Ok(None) };
    let number = text.parse().map(Some);
    number.map_err(|_| ControlError::Query(format!("`{key}` is the number of a line")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused_and_the_rest_is_read() {
        for query in [
            "lines=0",
            "lines=1001",
            "lines=",
            "before=x",
            "after=-1",
            "before=1&after=1",
            "before=1&after=1&wait=true",
            "wait=true",
            "wait=true&before=1",
            "after=1&wait=yes",
            "after=1&after=2",
            "line=1",
        ] {
            assert!(read(Some(query)).is_err(), "{query}");
        }
        for (query, lines, from) in [
            ("", limits::LOG_ANSWER_LINES_MAX, From::Newest(None)),
            ("lines=5&before=9", 5, From::Newest(Some(9))),
            ("after=0&lines=1000", 1000, From::After(0)),
            ("wait=true&after=7&lines=1", 1, From::Wait(7)),
        ] {
            assert_eq!(read(Some(query)).expect("a query"), (lines, from), "{query}");
        }
    }
}
