//! What people call their account: an address, or a name.

use crate::error::Error;
use crate::limits;

/// A well-formed address or name. Both compare without regard to the case of letters, in the database too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    Email(String),
    Username(String),
}

impl Identifier {
    /// Reads the fields by which requests name an account: one of the three. What is not well-formed names nobody, which
    /// whoever asks must not be told from an account that does not exist.
    pub fn of(
        email_or_username: Option<&str>,
        email: Option<&str>,
        username: Option<&str>,
    ) -> Result<Option<Self>, Error> {
        match (email_or_username, email, username) {
            (Some(text), None, None) if text.contains('@') => Ok(self::email(text).map(Self::Email)),
            (Some(text), None, None) | (None, None, Some(text)) => Ok(self::username(text).map(Self::Username)),
            (None, Some(text), None) => Ok(self::email(text).map(Self::Email)),
            _ => Err(Error::Invalid("one of email_or_username, email and username is needed")),
        }
    }

    /// The same text for the same account, to count attempts by.
    pub fn key(&self) -> String {
        match self {
            Self::Email(text) | Self::Username(text) => text.to_ascii_lowercase(),
        }
    }
}

/// A mail address without surrounding blanks; none if mail could not be sent to it. The domain may be a single name, such as
/// `localhost`; letters beyond ASCII are not taken.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, domain) = text.rsplit_once('@')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-.".contains(&byte);
    let is_label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inside && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_valid = text.len() <= limits::EMAIL_BYTES_MAX
        && name.bytes().all(is_name)
        && name.split('.').all(|part| !part.is_empty())
        && domain.split('.').all(is_label);
    is_valid.then(|| text.into())
}

/// A name: letters and digits, a letter first.
pub fn username(text: &str) -> Option<String> {
    let is_valid = limits::USERNAME_LENGTHS.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.starts_with(|first: char| first.is_ascii_alphabetic());
    is_valid.then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mail_can_reach_are_taken() {
        for address in ["admin@localhost", "a.b+c@example.org", "o'neil@ex-ample.co.uk"] {
            assert_eq!(email(&format!(" {address}\n")).as_deref(), Some(address));
        }
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b@c",
            "a@-b",
            "a@b..c",
            ".a@b",
            "a@b\r\nBcc: c",
            "ü@b",
            "<a@b>",
        ] {
            assert_eq!(email(text), None, "{text}");
        }
        assert_eq!(email(&format!("{}@b", "a".repeat(253))), None);
    }

    #[test]
    fn names_are_letters_and_digits() {
        assert_eq!(username("Alice1").as_deref(), Some("Alice1"));
        for text in ["", "ab", "1ab", "a b", "a_b", "a@b", "äöü", &"a".repeat(33)] {
            assert_eq!(username(text), None, "{text}");
        }
    }

    #[test]
    fn one_field_names_an_account() {
        assert_eq!(
            Identifier::of(Some("a@b"), None, None),
            Ok(Some(Identifier::Email("a@b".into())))
        );
        assert_eq!(
            Identifier::of(Some("alice"), None, None),
            Ok(Some(Identifier::Username("alice".into())))
        );
        assert_eq!(Identifier::of(None, Some("alice"), None), Ok(None));
        assert!(Identifier::of(None, None, None).is_err());
        assert!(Identifier::of(None, Some("a@b"), Some("alice")).is_err());
    }
}
