//! The query of a deployment: `name=...&accept_grants=true`.

use super::ControlError;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct DeployQuery {
    pub name: Option<String>,
    pub accept_grants: bool,
}

impl DeployQuery {
    /// Valid values need no escapes, so nothing is unescaped: what has one is no valid value.
    pub fn parse(query: Option<&str>) -> Result<DeployQuery, ControlError> {
        let mut parsed = DeployQuery::default();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("name", "") => {}
                ("name", name) => parsed.name = Some(name.to_owned()),
                ("accept_grants", "true") => parsed.accept_grants = true,
                ("accept_grants", "false") => parsed.accept_grants = false,
                ("accept_grants", _) => {
                    return Err(ControlError::Query(
                        "`accept_grants` is either `true` or `false`".to_owned(),
                    ));
                }
                _ => {
                    return Err(ControlError::Query(
                        "the query may have `name` and `accept_grants` only".to_owned(),
                    ));
                }
            }
        }
        Ok(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_and_anything_else_is_refused() {
        let expected = DeployQuery {
            name: Some("a".to_owned()),
            accept_grants: true,
        };
        assert_eq!(
            DeployQuery::parse(Some("name=a&accept_grants=true")).expect("a query"),
            expected
        );
        assert_eq!(
            DeployQuery::parse(Some("name=")).expect("a query"),
            DeployQuery::default()
        );
        assert_eq!(DeployQuery::parse(None).expect("a query"), DeployQuery::default());
        for query in ["accept_grants=yes", "accept_grant=true", "x"] {
            assert!(DeployQuery::parse(Some(query)).is_err(), "{query}");
        }
    }
}
