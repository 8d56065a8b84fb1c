//! The rows of `_auth_setting`.

use std::cell::RefCell;
use std::rc::Rc;

use guesthouse::sqlite::{Database, Value, params};

use crate::error::Error;

/// All settings. Those that have no row are as `default` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub auth_token_ttl_sec: i64,
    /// Negative is for ever.
    pub refresh_token_ttl_sec: i64,
    pub anonymous_refresh_token_ttl_sec: i64,
    pub disable_password_auth: bool,
    pub enable_anonymous_signin: bool,
    pub password_minimal_length: usize,
    pub password_must_contain_upper_and_lower_case: bool,
    pub password_must_contain_digits: bool,
    pub password_must_contain_special_characters: bool,
    pub custom_uri_schemes: Vec<String>,
    pub redirect_uri_allowlist: Vec<String>,
}

const DAY_SEC: i64 = 24 * 60 * 60;

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth_token_ttl_sec: 60 * 60,
            refresh_token_ttl_sec: 30 * DAY_SEC,
            anonymous_refresh_token_ttl_sec: 90 * DAY_SEC,
            disable_password_auth: false,
            enable_anonymous_signin: false,
            password_minimal_length: 8,
            password_must_contain_upper_and_lower_case: false,
            password_must_contain_digits: false,
            password_must_contain_special_characters: false,
            custom_uri_schemes: Vec::new(),
            redirect_uri_allowlist: Vec::new(),
        }
    }
}

thread_local! {
    /// What was read last, and the stamp of the table before it was.
    static KEPT: RefCell<Option<(u64, Rc<Settings>)>> = const { RefCell::new(None) };
}

/// The settings as they are now.
pub async fn read(database: &Database) -> Result<Rc<Settings>, Error> {
    let stamp = database.stamp(&["_auth_setting"])?;
    let kept = KEPT.with_borrow(|kept| {
        kept.as_ref()
            .filter(|(at, _)| *at == stamp)
            .map(|(_, settings)| settings.clone())
    });
    if let Some(settings) = kept {
        return Ok(settings);
    }
    let rows = database
        .query("SELECT name, value FROM _auth_setting", params![])
        .await?;
    let mut settings = Settings::default();
    for row in rows.iter() {
        settings.set(row.get(0)?, row.get(1)?);
    }
    let settings = Rc::new(settings);
    KEPT.set(Some((stamp, settings.clone())));
    Ok(settings)
}

impl Settings {
    /// The table's constraints see to it that a value is of its kind.
    fn set(&mut self, name: &str, value: &Value) {
        match (name, value) {
            ("auth_token_ttl_sec", Value::Integer(value)) => self.auth_token_ttl_sec = *value,
            ("refresh_token_ttl_sec", Value::Integer(value)) => self.refresh_token_ttl_sec = *value,
            ("anonymous_refresh_token_ttl_sec", Value::Integer(value)) => self.anonymous_refresh_token_ttl_sec = *value,
            ("disable_password_auth", Value::Integer(value)) => self.disable_password_auth = *value != 0,
            ("enable_anonymous_signin", Value::Integer(value)) => self.enable_anonymous_signin = *value != 0,
            ("password_minimal_length", Value::Integer(value)) => {
                self.password_minimal_length = usize::try_from(*value).unwrap_or(usize::MAX);
            }
            ("password_must_contain_upper_and_lower_case", Value::Integer(value)) => {
                self.password_must_contain_upper_and_lower_case = *value != 0;
            }
            ("password_must_contain_digits", Value::Integer(value)) => self.password_must_contain_digits = *value != 0,
            ("password_must_contain_special_characters", Value::Integer(value)) => {
                self.password_must_contain_special_characters = *value != 0;
            }
            ("custom_uri_schemes", Value::Text(value)) => self.custom_uri_schemes = list(value),
            ("redirect_uri_allowlist", Value::Text(value)) => self.redirect_uri_allowlist = list(value),
            (name, _) => eprintln!("the setting {name} in _auth_setting is not of its kind and has no effect"),
        }
    }
}

fn list(text: &str) -> Vec<String> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migration_inserts_the_defaults() {
        let sql = include_str!("../migrations/main/U3__settings.sql");
        let (_, rows) = sql.split_once("VALUES").unwrap();
        let mut settings = Settings::default();
        let mut count = 0;
        for line in rows.lines().filter(|line| line.trim_start().starts_with("('")) {
            let row = line.trim().trim_start_matches('(').trim_end_matches([')', ',', ';']);
            let (name, value) = row.split_once(", ").unwrap();
            let value = match value.strip_prefix('\'') {
                Some(text) => Value::Text(text.trim_end_matches('\'').into()),
                None => Value::Integer(value.parse().unwrap()),
            };
            settings.set(name.trim_matches('\''), &value);
            count += 1;
        }
        assert_eq!((count, settings), (11, Settings::default()));
    }

    #[test]
    fn lists_have_commas_between_their_entries() {
        assert_eq!(list(" my-app,  other ,"), ["my-app", "other"]);
        assert_eq!(list(""), Vec::<String>::new());
    }
}
