//! The setting `user_identifier`: what accounts are known by here.

use crate::error::Error;
use crate::identifier;

/// What a new account must have and may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserIdentifier {
    #[default]
    OnlyEmail,
    OnlyUsername,
    /// And a name if they like.
    RequireEmail,
    /// And an address if they like.
    RequireUsername,
    RequireEmailAndUsername,
}

/// What somebody wants to be known by: well-formed, and as the setting has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifiers {
    pub email: Option<String>,
    pub username: Option<String>,
}

impl UserIdentifier {
    const ALL: [Self; 5] = [
        Self::OnlyEmail,
        Self::OnlyUsername,
        Self::RequireEmail,
        Self::RequireUsername,
        Self::RequireEmailAndUsername,
    ];

    /// As it stands in `_auth_setting`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OnlyEmail => "ONLY_EMAIL",
            Self::OnlyUsername => "ONLY_USERNAME",
            Self::RequireEmail => "REQUIRE_EMAIL",
            Self::RequireUsername => "REQUIRE_USERNAME",
            Self::RequireEmailAndUsername => "REQUIRE_EMAIL_AND_USERNAME",
        }
    }

    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == text)
    }

    pub fn takes_email(self) -> bool {
        self != Self::OnlyUsername
    }

    pub fn takes_username(self) -> bool {
        self != Self::OnlyEmail
    }

    pub fn needs_email(self) -> bool {
        !matches!(self, Self::OnlyUsername | Self::RequireUsername)
    }

    pub fn needs_username(self) -> bool {
        !matches!(self, Self::OnlyEmail | Self::RequireEmail)
    }

    /// Checks what somebody gave. A field of a form that was left empty was not given.
    pub fn check(self, email: Option<&str>, username: Option<&str>) -> Result<Identifiers, Error> {
        let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (email, username) = (given(email), given(username));
        match (&email, &username) {
            (Some(_), _) if !self.takes_email() => return Err(Error::Invalid("accounts have no address here")),
            (_, Some(_)) if !self.takes_username() => return Err(Error::Invalid("accounts have no name here")),
            (None, _) if self.needs_email() => return Err(Error::Invalid("an address is needed")),
            (_, None) if self.needs_username() => return Err(Error::Invalid("a name is needed")),
            _ => {}
        }
        Ok(Identifiers {
            email: email.map(|email| self::email(&email)).transpose()?,
            username: username.map(|username| self::username(&username)).transpose()?,
        })
    }
}

/// An address that is to be somebody's.
pub fn email(text: &str) -> Result<String, Error> {
    identifier::email(text).ok_or(Error::Invalid("mail cannot be sent to that address"))
}

fn username(text: &str) -> Result<String, Error> {
    identifier::username(text).ok_or(Error::Invalid("a name has 3 to 32 letters and digits, a letter first"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_says_what_an_account_must_and_may_have() {
        let (email, name) = (Some("a@b"), Some("alice"));
        for (setting, allowed) in [
            ("ONLY_EMAIL", [true, false, false]),
            ("ONLY_USERNAME", [false, true, false]),
            ("REQUIRE_EMAIL", [true, false, true]),
            ("REQUIRE_USERNAME", [false, true, true]),
            ("REQUIRE_EMAIL_AND_USERNAME", [false, false, true]),
        ] {
            let setting = UserIdentifier::read(setting).unwrap();
            let is_allowed = |email, name| setting.check(email, name).is_ok();
            assert_eq!(
                [
                    is_allowed(email, Some(" ")),
                    is_allowed(Some(""), name),
                    is_allowed(email, name)
                ],
                allowed,
                "{setting:?}"
            );
            assert!(!is_allowed(None, None));
        }
        assert_eq!(UserIdentifier::read("only_email"), None);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let setting = UserIdentifier::RequireEmailAndUsername;
        assert!(setting.check(Some("a"), Some("alice")).is_err());
        assert!(setting.check(Some("a@b"), Some("a b c")).is_err());
        let identifiers = setting.check(Some(" a@b "), Some(" alice ")).unwrap();
        assert_eq!(
            (identifiers.email.as_deref(), identifiers.username.as_deref()),
            (Some("a@b"), Some("alice"))
        );
    }
}
