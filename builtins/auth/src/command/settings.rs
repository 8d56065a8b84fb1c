//! `guesthouse auth settings ...`: the rows of `_auth_setting`.

use clap::Subcommand;
use guesthouse::command::Answer;
use guesthouse::sqlite::{Database, Error as DatabaseError, HostError, Value, params};

use super::Failure;
use crate::database;
use crate::settings::{self, NAMES, Settings, Slot};

#[derive(Subcommand)]
pub enum Action {
    /// Show all settings, and the defaults of those that were changed
    List,
    /// Change a setting; it counts from the next request on
    Set {
        name: String,
        /// A number, `on` or `off`, or texts with commas between them
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Take the default again
    Reset { name: String },
}

pub async fn run(action: Action) -> Result<Answer, Failure> {
    let database = database::open()?;
    match action {
        Action::List => {
            let settings = settings::read(&database).await?;
            Ok(Answer::success(table(&settings)))
        }
        Action::Set { name, value } => {
            let value = parse(&name, &value)?;
            set(&database, &name, value).await
        }
        Action::Reset { name } => {
            let default = Settings::default().value(&name).ok_or_else(|| unknown(&name))?;
            set(&database, &name, default).await
        }
    }
}

async fn set(database: &Database, name: &str, value: Value) -> Result<Answer, Failure> {
    let said = format!("{name} is {} now\n", text(&value));
    let sql = "INSERT INTO _auth_setting (name, value) VALUES (?1, ?2)";
    let inserted = database.execute(sql, params![name, value]).await;
    inserted.map_err(|error| match error {
        // The constraint is named by what it wants.
        DatabaseError::Host(HostError::Constraint(constraint)) => {
            let wanted = constraint.message.trim_start_matches("CHECK constraint failed: ");
            Failure::Said(format!("{name} cannot be that: {wanted}"))
        }
        other => other.into(),
    })?;
    Ok(Answer::success(said))
}

/// What was typed, as the table has it. Whether it is within bounds the table knows.
fn parse(name: &str, text: &str) -> Result<Value, Failure> {
    let mut defaults = Settings::default();
    let slot = defaults.slot(name).ok_or_else(|| unknown(name))?;
    let number = || text.parse().map(Value::Integer);
    match (slot, text) {
        (Slot::List(_) | Slot::Text(_) | Slot::UserIdentifier(_), _) => Ok(Value::Text(text.into())),
        (Slot::Switch(_), "on" | "true") => Ok(Value::Integer(1)),
        (Slot::Switch(_), "off" | "false") => Ok(Value::Integer(0)),
        (Slot::Switch(_), _) => number().map_err(|_| Failure::Said(format!("{name} is `on` or `off`, not `{text}`"))),
        _ => number().map_err(|_| Failure::Said(format!("{name} is a whole number, not `{text}`"))),
    }
}

fn unknown(name: &str) -> Failure {
    Failure::Said(format!("there is no setting {name}; there are {}", NAMES.join(", ")))
}

fn table(settings: &Settings) -> String {
    let (default, width) = (Settings::default(), NAMES.map(str::len).into_iter().max().unwrap_or(0));
    let line = |name: &&str| {
        let (value, usual) = (text(&settings.value(name)?), text(&default.value(name)?));
        let note = if value == usual {
            String::new()
        } else {
            format!("  (default: {usual})")
        };
        Some(format!("{name:<width$}  {value}{note}\n"))
    };
    NAMES.iter().filter_map(line).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) if text.is_empty() => "''".into(),
        Value::Text(text) => text.clone(),
        // No setting is of another kind.
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_as_the_setting_has_it() {
        let read = |name, typed| parse(name, typed).ok().map(|value| text(&value));
        assert_eq!(read("disable_password_auth", "on"), Some("1".into()));
        assert_eq!(read("disable_password_auth", "0"), Some("0".into()));
        assert_eq!(read("refresh_token_ttl_sec", "-1"), Some("-1".into()));
        assert_eq!(read("custom_uri_schemes", "7"), Some("7".into()));
        for (name, text) in [
            ("disable_password_auth", "maybe"),
            ("refresh_token_ttl_sec", "1 h"),
            ("nothing", "1"),
        ] {
            assert_eq!(read(name, text), None, "{name} {text}");
        }
    }

    #[test]
    fn every_setting_has_a_line_and_a_changed_one_its_default() {
        let settings = Settings {
            enable_anonymous_signin: true,
            ..Settings::default()
        };
        let table = table(&settings);
        assert_eq!(table.lines().count(), NAMES.len());
        assert!(
            table.contains("enable_anonymous_signin                     1  (default: 0)\n"),
            "{table}"
        );
        assert!(
            table.contains("custom_uri_schemes                          ''\n"),
            "{table}"
        );
    }
}
