//! `api lint`: what is wrong with the APIs, or at least strange.

use std::fmt::Write;

use guesthouse::command::Answer;
use guesthouse::sqlite::{Database, params};
use record_api::access::Operation;
use record_api::api::Api;
use record_api::catalog::{self, Served};

use super::configuration::Configuration;
use super::failure::Failure;
use super::text;

/// What the database itself finds wrong with a row of `_record_api`.
const MISTAKES: &str = "SELECT DISTINCT option, mistake FROM _record_api_mistake WHERE name = ?1 ORDER BY option";

/// What was found.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    /// The API does not do what is set.
    Error(String),
    /// It does, but hardly what is meant.
    Warning(String),
}

/// Looks at all APIs, or those that are named.
pub async fn lint(database: &Database, names: &[String]) -> Result<Answer, Failure> {
    let all = Configuration::of_names(database, names).await?;
    let (mut lines, mut errors, mut warnings) = (String::new(), 0, 0);
    for one in &all {
        for finding in examine(database, one).await? {
            let (kind, what) = match finding {
                Finding::Error(what) => ("error", what),
                Finding::Warning(what) => ("warning", what),
            };
            let count = if kind == "error" { &mut errors } else { &mut warnings };
            *count += 1;
            writeln!(lines, "{kind:<7}  {}: {what}", one.name).expect("writing to a string cannot fail");
        }
    }
    let counts = [
        text::count(all.len(), "API"),
        text::count(errors, "error"),
        text::count(warnings, "warning"),
    ];
    lines.push_str(&format!("{}\n", counts.join(", ")));
    Ok(Answer::ended(u8::from(errors > 0), lines, ""))
}

async fn examine(database: &Database, one: &Configuration) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let mistakes = database.query(MISTAKES, params![&one.name]).await?;
    let mut options = Vec::new();
    for row in mistakes.iter() {
        let (option, mistake): (&str, &str) = (row.get(0)?, row.get(1)?);
        findings.push(Finding::Error(format!("{option}: {mistake}")));
        options.push(option.to_owned());
    }
    match catalog::examine(&one.name).await? {
        // A list of columns that names a strange one is said already.
        Err(_) if options.iter().any(|option| !option.ends_with("_rule")) => {}
        Err(refusal) => findings.push(Finding::Error(format!("it cannot be served: {refusal}"))),
        Ok(Served { api, .. }) => {
            for operation in Operation::ALL {
                let rule = operation.rule_column();
                if let Some(mistake) = api.access.mistake(operation)
                    && !options.iter().any(|option| option == rule)
                {
                    findings.push(Finding::Error(format!("{rule}: {mistake}")));
                }
            }
            warn(&api, one, &mut findings);
        }
    }
    Ok(findings)
}

fn warn(api: &Api, one: &Configuration, findings: &mut Vec<Finding>) {
    let (world, authenticated) = (api.access.world(), api.access.authenticated());
    let mut warn = |what: String| findings.push(Finding::Warning(what));
    if world.is_empty() && authenticated.is_empty() {
        warn("nobody may do anything; give it `--world` or `--authenticated`".into());
        return;
    }
    for operation in Operation::ALL {
        let (word, has_rule) = (operation.word(), one.rules[operation as usize].is_some());
        let (to_world, to_known) = (world.contains(&operation), authenticated.contains(&operation));
        let writes = matches!(operation, Operation::Create | Operation::Update | Operation::Delete);
        if to_world && to_known {
            warn(format!(
                "acl_authenticated names {word}, which acl_world gives to everybody"
            ));
        }
        if (to_world || to_known) && writes && api.table.is_view {
            warn(format!(
                "{word} has no effect: {} is a view, which is only read",
                one.table
            ));
        } else if to_world && writes && !has_rule {
            warn(format!(
                "everybody may {word}, also who is not signed in, and no rule says what"
            ));
        }
        if has_rule && !to_world && !to_known {
            let rule = operation.rule_column();
            warn(format!("{rule} has no effect: no list names {word}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record_api::examples::Described;

    fn warnings(world: &str, authenticated: &str, rule: Option<Operation>) -> Vec<Finding> {
        let mut described = Described::notes();
        described.configuration[1] = world.into();
        described.configuration[11] = authenticated.into();
        let mut rules = [const { None }; 5];
        if let Some(operation) = rule {
            described.configuration[2 + operation as usize] = "1".into();
            rules[operation as usize] = Some("1".into());
        }
        let one = Configuration {
            name: "notes".into(),
            table: "note".into(),
            world: Some(world.into()),
            authenticated: Some(authenticated.into()),
            rules,
            conflict: None,
            excluded: None,
            expand: None,
            list_records_max: None,
            autofill: false,
            subscriptions: false,
        };
        let mut findings = Vec::new();
        warn(&described.api().unwrap(), &one, &mut findings);
        findings
    }

    #[test]
    fn what_is_meant_well_is_not_warned_of() {
        assert_eq!(warnings("READ,SCHEMA", "CREATE", Some(Operation::Create)), []);
        assert_eq!(warnings("READ,CREATE", "", Some(Operation::Create)), []);
    }

    #[test]
    fn what_has_no_effect_or_too_much_is_warned_of() {
        for (world, authenticated, rule, expected) in [
            ("", "", None, "nobody may do anything"),
            ("READ", "READ", None, "gives to everybody"),
            ("READ", "", Some(Operation::Update), "update_access_rule has no effect"),
            ("DELETE", "", None, "everybody may DELETE"),
        ] {
            let found = warnings(world, authenticated, rule);
            let [Finding::Warning(what)] = &found[..] else {
                panic!("{found:?}")
            };
            assert!(what.contains(expected), "{what}");
        }
    }
}
