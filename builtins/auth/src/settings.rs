//! The rows of `_auth_setting`.

use std::cell::RefCell;
use std::rc::Rc;

use guesthouse::sqlite::{Database, Value, params};

use crate::error::Error;
use crate::user_identifier::UserIdentifier;

/// All settings. Those that have no row are as `default` has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub auth_token_ttl_sec: i64,
    /// Negative is for ever.
    pub refresh_token_ttl_sec: i64,
    pub anonymous_refresh_token_ttl_sec: i64,
    pub disable_password_auth: bool,
    pub enable_anonymous_signin: bool,
    pub enable_otp_signin: bool,
    pub disable_registration: bool,
    pub user_identifier: UserIdentifier,
    /// What mail calls this server.
    pub application_name: String,
    pub password_minimal_length: usize,
    pub password_must_contain_upper_and_lower_case: bool,
    pub password_must_contain_digits: bool,
    pub password_must_contain_special_characters: bool,
    pub custom_uri_schemes: Vec<String>,
    pub redirect_uri_allowlist: Vec<String>,
    /// Empty is the host of this server.
    pub passkey_rp_id: String,
    pub passkey_origins: Vec<String>,
    /// 0 is no limit.
    pub auth_ip_rate_limit: i64,
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
            enable_otp_signin: false,
            disable_registration: false,
            user_identifier: UserIdentifier::OnlyEmail,
            application_name: "Guesthouse".into(),
            password_minimal_length: 8,
            password_must_contain_upper_and_lower_case: false,
            password_must_contain_digits: false,
            password_must_contain_special_characters: false,
            custom_uri_schemes: Vec::new(),
            redirect_uri_allowlist: Vec::new(),
            passkey_rp_id: String::new(),
            passkey_origins: Vec::new(),
            auth_ip_rate_limit: 100,
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

/// The names of all settings.
pub const NAMES: [&str; 18] = [
    "auth_token_ttl_sec",
    "refresh_token_ttl_sec",
    "anonymous_refresh_token_ttl_sec",
    "disable_password_auth",
    "enable_anonymous_signin",
    "enable_otp_signin",
    "disable_registration",
    "user_identifier",
    "application_name",
    "password_minimal_length",
    "password_must_contain_upper_and_lower_case",
    "password_must_contain_digits",
    "password_must_contain_special_characters",
    "custom_uri_schemes",
    "redirect_uri_allowlist",
    "passkey_rp_id",
    "passkey_origins",
    "auth_ip_rate_limit",
];

/// A setting of one of the kinds that there are.
pub enum Slot<'a> {
    Integer(&'a mut i64),
    Length(&'a mut usize),
    /// 1 or 0 in the table.
    Switch(&'a mut bool),
    /// In the table a text, with commas between its entries.
    List(&'a mut Vec<String>),
    Text(&'a mut String),
    UserIdentifier(&'a mut UserIdentifier),
}

impl Settings {
    /// A setting by its name.
    pub fn slot(&mut self, name: &str) -> Option<Slot<'_>> {
        Some(match name {
            "auth_token_ttl_sec" => Slot::Integer(&mut self.auth_token_ttl_sec),
            "refresh_token_ttl_sec" => Slot::Integer(&mut self.refresh_token_ttl_sec),
            "anonymous_refresh_token_ttl_sec" => Slot::Integer(&mut self.anonymous_refresh_token_ttl_sec),
            "disable_password_auth" => Slot::Switch(&mut self.disable_password_auth),
            "enable_anonymous_signin" => Slot::Switch(&mut self.enable_anonymous_signin),
            "enable_otp_signin" => Slot::Switch(&mut self.enable_otp_signin),
            "disable_registration" => Slot::Switch(&mut self.disable_registration),
            "user_identifier" => Slot::UserIdentifier(&mut self.user_identifier),
            "application_name" => Slot::Text(&mut self.application_name),
            "password_minimal_length" => Slot::Length(&mut self.password_minimal_length),
            "password_must_contain_upper_and_lower_case" => {
                Slot::Switch(&mut self.password_must_contain_upper_and_lower_case)
            }
            "password_must_contain_digits" => Slot::Switch(&mut self.password_must_contain_digits),
            "password_must_contain_special_characters" => {
                Slot::Switch(&mut self.password_must_contain_special_characters)
            }
            "custom_uri_schemes" => Slot::List(&mut self.custom_uri_schemes),
            "redirect_uri_allowlist" => Slot::List(&mut self.redirect_uri_allowlist),
            "passkey_rp_id" => Slot::Text(&mut self.passkey_rp_id),
            "passkey_origins" => Slot::List(&mut self.passkey_origins),
            "auth_ip_rate_limit" => Slot::Integer(&mut self.auth_ip_rate_limit),
            _ => return None,
        })
    }

    /// The table's constraints see to it that a value is of its kind.
    fn set(&mut self, name: &str, value: &Value) {
        match (self.slot(name), value) {
            (Some(Slot::Integer(slot)), Value::Integer(value)) => *slot = *value,
            (Some(Slot::Length(slot)), Value::Integer(value)) => *slot = usize::try_from(*value).unwrap_or(usize::MAX),
            (Some(Slot::Switch(slot)), Value::Integer(value)) => *slot = *value != 0,
            (Some(Slot::List(slot)), Value::Text(value)) => *slot = list(value),
            (Some(Slot::Text(slot)), Value::Text(value)) => slot.clone_from(value),
            (Some(Slot::UserIdentifier(slot)), Value::Text(value)) => {
                *slot = UserIdentifier::read(value).unwrap_or_default()
            }
            _ => eprintln!("the setting {name} in _auth_setting is not of its kind and has no effect"),
        }
    }

    /// A setting as the table has it.
    pub fn value(&self, name: &str) -> Option<Value> {
        Some(match self.clone().slot(name)? {
            Slot::Integer(slot) => Value::Integer(*slot),
            Slot::Length(slot) => Value::Integer(i64::try_from(*slot).unwrap_or(i64::MAX)),
            Slot::Switch(slot) => Value::Integer((*slot).into()),
            Slot::List(slot) => Value::Text(slot.join(",")),
            Slot::Text(slot) => Value::Text(slot.clone()),
            Slot::UserIdentifier(slot) => Value::Text(slot.name().into()),
        })
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
            let name = name.trim_matches('\'');
            assert_eq!(NAMES[count], name);
            let default = Settings::default().value(name);
            assert_eq!(format!("{default:?}"), format!("{:?}", Some(&value)));
            settings.set(name, &value);
            count += 1;
        }
        assert_eq!((count, settings), (NAMES.len(), Settings::default()));
    }

    #[test]
    fn lists_have_commas_between_their_entries() {
        assert_eq!(list(" my-app,  other ,"), ["my-app", "other"]);
        assert_eq!(list(""), Vec::<String>::new());
    }
}
