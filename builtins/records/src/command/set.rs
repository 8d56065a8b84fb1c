//! `api set`: makes an API, or changes what is given of one.

use clap::Args;
use guesthouse::command::Answer;
use guesthouse::sqlite::{Database, Value};
use record_api::access::Operation;
use record_api::sql::Sql;

use super::configuration::Configuration;
use super::failure::Failure;
use super::show;

/// Give a table an API, or change one: only what is given is set. It counts from the next request on.
///
/// OPERATIONS is a comma list of CREATE, READ, UPDATE, DELETE and SCHEMA. RULE is an SQL expression over `_USER_.id`,
/// `_ROW_.column`, `_REQ_.column` and `'column' IN _REQ_FIELDS_` that must be true as well; one that does not compile is refused.
/// An empty value takes back what was set: `--world ''`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: everybody reads what is public, those who are signed in what is theirs too, and write only that
  guesthouse api set posts --table post --world READ --authenticated CREATE,UPDATE,DELETE \\
    --read-rule '_ROW_.is_public OR _ROW_.author = _USER_.id' --create-rule '_REQ_.author = _USER_.id' \\
    --update-rule '_ROW_.author = _USER_.id' --delete-rule '_ROW_.author = _USER_.id'")]
pub struct Arguments {
    /// The name of the API, which is its name in the URL: letters, digits and `_`.
    name: String,
    /// The STRICT table or the view. It may be made later.
    #[arg(long)]
    table: Option<String>,
    /// What everybody may do.
    #[arg(long, value_name = "OPERATIONS", value_parser = operations)]
    world: Option<String>,
    /// What those may do beyond that who are signed in.
    #[arg(long, value_name = "OPERATIONS", value_parser = operations)]
    authenticated: Option<String>,
    #[command(flatten)]
    rules: Rules,
    /// Columns that the API does not know, as a comma list.
    #[arg(long, value_name = "COLUMNS")]
    exclude: Option<String>,
    /// Columns whose references answers can carry the rows of, as a comma list.
    #[arg(long, value_name = "COLUMNS")]
    expand: Option<String>,
    /// A create whose key exists already: refuse it, pass it over, or set every column.
    #[arg(long, value_parser = ["abort", "ignore", "replace", ""], hide_possible_values = true, value_name = "abort|ignore|replace")]
    conflict: Option<String>,
    /// Most records in one list.
    #[arg(long, value_name = "N", value_parser = limit)]
    limit: Option<Limit>,
    /// Whether a create sets absent columns that reference `_user` to the caller.
    #[arg(long, value_name = "true|false", hide_possible_values = true)]
    autofill: Option<bool>,
    /// Whether changes can be listened to.
    #[arg(long, value_name = "true|false", hide_possible_values = true)]
    subscriptions: Option<bool>,
}

#[derive(Debug, Args)]
struct Rules {
    /// Which records may be created.
    #[arg(long, value_name = "RULE")]
    create_rule: Option<String>,
    /// Which records are seen.
    #[arg(long, value_name = "RULE")]
    read_rule: Option<String>,
    /// Which records may be changed, and how.
    #[arg(long, value_name = "RULE")]
    update_rule: Option<String>,
    /// Which records may be deleted.
    #[arg(long, value_name = "RULE")]
    delete_rule: Option<String>,
    /// When the description of the API may be read.
    #[arg(long, value_name = "RULE")]
    schema_rule: Option<String>,
    /// Without a rule for creating.
    #[arg(long, conflicts_with = "create_rule")]
    no_create_rule: bool,
    /// Without a rule for reading.
    #[arg(long, conflicts_with = "read_rule")]
    no_read_rule: bool,
    /// Without a rule for changing.
    #[arg(long, conflicts_with = "update_rule")]
    no_update_rule: bool,
    /// Without a rule for deleting.
    #[arg(long, conflicts_with = "delete_rule")]
    no_delete_rule: bool,
    /// Without a rule for the description.
    #[arg(long, conflicts_with = "schema_rule")]
    no_schema_rule: bool,
}

#[derive(Debug, Clone, Copy)]
struct Limit(Option<i64>);

fn limit(text: &str) -> Result<Limit, String> {
    match text.parse() {
        _ if text.is_empty() => Ok(Limit(None)),
        Ok(limit) if limit > 0 => Ok(Limit(Some(limit))),
        _ => Err("give a number above 0, or nothing for the usual one".into()),
    }
}

/// A list as it is stored.
fn operations(text: &str) -> Result<String, String> {
    let words: Vec<String> = text
        .split(',')
        .map(|word| word.trim().to_ascii_uppercase())
        .filter(|word| !word.is_empty())
        .collect();
    let known: Vec<&str> = Operation::ALL.into_iter().map(Operation::word).collect();
    match words.iter().find(|word| !known.contains(&word.as_str())) {
        Some(word) => Err(format!("{word} is no operation; there are {}", known.join(", "))),
        None => Ok(words.join(",")),
    }
}

/// Sets it, and shows what it is now.
pub async fn set(database: &Database, arguments: Arguments) -> Result<Answer, Failure> {
    let name = arguments.name.clone();
    let rules = arguments.rules.texts();
    let values = arguments.values();
    let exists = Configuration::find(database, &name).await?.is_some();
    let statement = match (exists, values.is_empty()) {
        (true, true) => return Err(Failure::NothingToSet),
        (true, false) => update(&name, values),
        (false, _) if values.iter().all(|(column, _)| *column != "table_name") => {
            return Err(Failure::NewWithoutTable(name));
        }
        (false, _) => insert(&name, values),
    };
    let (sql, parameters) = statement.into_parts();
    let done = database.execute(&sql, parameters).await.map_err(Failure::from);
    done.map_err(|failure| with_place(failure, &rules))?;
    let now = Configuration::find(database, &name).await?;
    Ok(Answer::success(now.as_ref().map(show::describe).unwrap_or_default()))
}

impl Rules {
    /// Each rule that is given; an empty one takes the rule back.
    fn texts(&self) -> Vec<(&'static str, String)> {
        let given = [
            (&self.create_rule, self.no_create_rule),
            (&self.read_rule, self.no_read_rule),
            (&self.update_rule, self.no_update_rule),
            (&self.delete_rule, self.no_delete_rule),
            (&self.schema_rule, self.no_schema_rule),
        ];
        let mut texts = Vec::new();
        for (operation, (rule, none)) in Operation::ALL.into_iter().zip(given) {
            let text = rule.clone().or(none.then(String::new));
            texts.extend(text.map(|text| (operation.rule_column(), text)));
        }
        texts
    }
}

impl Arguments {
    /// The columns to set, and to what.
    fn values(self) -> Vec<(&'static str, Value)> {
        let texts = [
            ("table_name", self.table),
            ("acl_world", self.world),
            ("acl_authenticated", self.authenticated),
            ("excluded_columns", self.exclude),
            ("expand", self.expand),
            (
                "conflict_resolution",
                self.conflict.map(|word| word.to_ascii_uppercase()),
            ),
        ];
        let texts = texts.into_iter().filter_map(|(column, text)| Some((column, text?)));
        let mut values: Vec<(&'static str, Value)> = texts
            .chain(self.rules.texts())
            .map(|(column, text)| (column, Some(text).filter(|text| !text.trim().is_empty()).into()))
            .collect();
        values.extend(self.limit.map(|Limit(limit)| ("listing_hard_limit", limit.into())));
        values.extend((self.autofill).map(|is_on| ("autofill_missing_user_id_columns", is_on.into())));
        values.extend(self.subscriptions.map(|is_on| ("enable_subscriptions", is_on.into())));
        values
    }
}

fn update(name: &str, values: Vec<(&'static str, Value)>) -> Sql {
    let mut sql = Sql::new("UPDATE _record_api SET ");
    for (index, (column, value)) in values.into_iter().enumerate() {
        sql.push(if index == 0 { "" } else { ", " })
            .push(column)
            .push(" = ")
            .bind(value);
    }
    sql.push(" WHERE name = ").bind(name.into());
    sql
}

fn insert(name: &str, values: Vec<(&'static str, Value)>) -> Sql {
    let mut sql = Sql::new("INSERT INTO _record_api (name");
    for (column, _) in &values {
        sql.push(", ").push(column);
    }
    sql.push(") VALUES (").bind(name.into());
    for (_, value) in values {
        sql.push(", ").bind(value);
    }
    sql.push(")");
    sql
}

/// Where the database says at which character of a rule it is wrong: the rule, with that place marked.
fn with_place(failure: Failure, rules: &[(&'static str, String)]) -> Failure {
    let Failure::Refused(message) = failure else {
        return failure;
    };
    let place = message
        .rsplit_once("at character ")
        .and_then(|(_, place)| place.parse().ok());
    let rule = rules.iter().find(|(column, _)| message.contains(column));
    Failure::Refused(match (place, rule) {
        (Some(place), Some((_, rule))) => format!("{message}\n{}", mark(rule, place)),
        _ => message,
    })
}

/// The line of the rule that has this character, counted from 1, and an arrow below it.
fn mark(rule: &str, place: usize) -> String {
    let mut before = place.saturating_sub(1);
    for line in rule.lines() {
        let length = line.chars().count();
        if before <= length {
            return format!("  {line}\n  {}^", " ".repeat(before));
        }
        before -= length + 1;
    }
    format!("  {rule}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_operations_are_stored_as_the_table_wants_them() {
        assert_eq!(operations("read, Create,"), Ok("READ,CREATE".into()));
        assert_eq!(operations(""), Ok(String::new()));
        assert!(operations("read,write").is_err_and(|why| why.contains("WRITE") && why.contains("SCHEMA")));
    }

    #[test]
    fn the_place_of_a_mistake_is_marked_on_its_line() {
        assert_eq!(mark("a = b", 5), "  a = b\n      ^");
        assert_eq!(mark("größe =\n  x", 11), "    x\n    ^");
        let refused = Failure::Refused("_record_api: read_access_rule of n: no such column: b, at character 5".into());
        let marked = with_place(refused, &[("read_access_rule", "a = b".into())]).to_string();
        assert!(marked.ends_with("at character 5\n  a = b\n      ^"), "{marked}");
    }
}
