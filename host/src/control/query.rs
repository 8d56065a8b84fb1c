//! Queries of the control API: `name=...&accept_grants=true&probation=600` of a deployment, and those of lists.

use std::time::Duration;

use super::ControlError;
use crate::components::deploy::DeployOptions;
use crate::limits;

/// What a query has that is not read yet.
pub struct Query<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    known: Vec<&'static str>,
}

impl<'a> Query<'a> {
    /// Valid values need no escapes, so nothing is unescaped.
    pub fn read(query: Option<&'a str>) -> Result<Query<'a>, ControlError> {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Ok(Query {
            pairs: pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect(),
            known: Vec::new(),
        })
    }

    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.known.push(key);
        let at = self.pairs.iter().position(|(name, _)| *name == key)?;
        Some(self.pairs.remove(at).1.to_owned())
    }

    /// A number from 1 to `max`, which is also what it is where the query does not say.
    pub fn number(&mut self, key: &'static str, max: usize) -> Result<usize, ControlError> {
        let Some(text) = self.text(key) else { return Ok(max) };
        let number = text.parse().ok().filter(|number| (1..=max).contains(number));
        number.ok_or_else(|| ControlError::Query(format!("`{key}` is a number from 1 to {max}")))
    }

    /// Refuses what is left.
    pub fn finish(self) -> Result<(), ControlError> {
        if self.pairs.is_empty() {
            return Ok(());
        }
        let known: Vec<String> = self.known.iter().map(|key| format!("`{key}`")).collect();
        let known = known.join(", ");
        Err(ControlError::Query(format!(
            "the query may have {known} only, each once"
        )))
    }
}

/// The query of a deployment. Valid values need no escapes, so nothing is unescaped: what has one is no valid value.
pub fn deploy_options(query: Option<&str>) -> Result<DeployOptions, ControlError> {
    let mut options = DeployOptions::default();
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("name", "") => {}
            ("name", name) => options.name = Some(name.to_owned()),
            ("accept_grants", "true") => options.accept_grants = true,
            ("accept_grants", "false") => options.accept_grants = false,
            ("accept_grants", _) => {
                return Err(ControlError::Query(
                    "`accept_grants` is either `true` or `false`".to_owned(),
                ));
            }
            ("probation", seconds) => options.probation = probation(seconds)?,
            _ => {
                return Err(ControlError::Query(
                    "the query may have `name`, `accept_grants` and `probation` only".to_owned(),
                ));
            }
        }
    }
    Ok(options)
}

fn probation(seconds: &str) -> Result<Duration, ControlError> {
    let probation = seconds.parse().ok().map(Duration::from_secs);
    let probation = probation.filter(|probation| *probation <= limits::PROBATION_MAX);
    probation.ok_or_else(|| {
        let max = limits::PROBATION_MAX.as_secs();
        ControlError::Query(format!("`probation` is a number of seconds from 0 to {max}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_does_not_know_is_refused_and_so_is_a_number_out_of_range() {
        let read = |text: &'static str| -> Result<(Option<String>, usize), ControlError> {
            let mut query = Query::read(Some(text))?;
            let read = (query.text("component"), query.number("limit", 10)?);
            query.finish()?;
            Ok(read)
        };
        assert_eq!(read("").expect("a query"), (None, 10));
        assert_eq!(read("limit=3&component=a").expect("a query"), (Some("a".to_owned()), 3));
        for wrong in [
            "limit=0",
            "limit=11",
            "limit=",
            "limit=x",
            "limits=1",
            "limit=1&limit=2",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_query_is_read_and_anything_else_is_refused() {
        let expected = DeployOptions {
            name: Some("a".to_owned()),
            accept_grants: true,
            probation: Duration::from_secs(60),
        };
        assert_eq!(
            deploy_options(Some("name=a&accept_grants=true&probation=60")).expect("a query"),
            expected
        );
        for nothing in [Some("name="), None] {
            assert_eq!(deploy_options(nothing).expect("a query"), DeployOptions::default());
        }
        for query in [
            "accept_grants=yes",
            "accept_grant=true",
            "x",
            "probation",
            "probation=-1",
            "probation=1.5",
            "probation=86401",
        ] {
            assert!(deploy_options(Some(query)).is_err(), "{query}");
        }
    }
}
