//! Who somebody is at a provider, as its answer says.

use serde_json::Value;

use super::known::{Email, Known};
use crate::{identifier, limits};

/// The tenant of everybody who has a personal account of Microsoft.
const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Somebody at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Theirs for ever.
    pub id: String,
    pub email: Address,
    pub avatar_url: Option<String>,
}

/// What the provider says of their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// It says nothing that counts, of nobody.
    Never,
    Missing,
    Unverified,
    Verified(String),
}

impl Profile {
    /// Reads claims or user information, and the list of addresses where there is one. None where nobody is named.
    pub fn read(known: &Known, answer: &Value, addresses: Option<&Value>) -> Option<Self> {
        let id = match answer.pointer(known.fields.id)? {
            Value::String(text) => text.clone(),
            Value::Number(number) if number.is_u64() => number.to_string(),
            _ => return None,
        };
        if id.is_empty() || id.len() > limits::PROVIDER_USER_ID_BYTES_MAX {
            return None;
        }
        let email = match known.fields.email {
            Email::Never => Address::Never,
            Email::Said { email, is_verified } => address(answer.pointer(email), is_true(answer.pointer(is_verified))),
            Email::Microsoft => {
                let is_personal = answer.get("tid").and_then(Value::as_str) == Some(PERSONAL_TENANT);
                address(answer.get("email"), is_personal || is_true(answer.get("xms_edov")))
            }
            Email::ListOfGithub => primary_of(addresses),
        };
        let avatar_url = avatar_url(known, answer, &id);
        Some(Self { id, email, avatar_url })
    }
}

fn address(email: Option<&Value>, is_verified: bool) -> Address {
    match email.and_then(Value::as_str).and_then(identifier::email) {
        None => Address::Missing,
        Some(_) if !is_verified => Address::Unverified,
        Some(email) => Address::Verified(email),
    }
}

/// The address that somebody uses at GitHub.
fn primary_of(addresses: Option<&Value>) -> Address {
    let mut entries = addresses.and_then(Value::as_array).into_iter().flatten();
    entries
        .find(|entry| is_true(entry.get("primary")))
        .map_or(Address::Missing, |entry| {
            address(entry.get("email"), is_true(entry.get("verified")))
        })
}

/// Some say it as text, or as a number.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text == "true" || text == "1",
        Some(Value::Number(number)) => number.as_u64() == Some(1),
        _ => false,
    }
}

fn avatar_url(known: &Known, answer: &Value, id: &str) -> Option<String> {
    let (pointer, template) = known.fields.avatar?;
    let value = answer.pointer(pointer)?.as_str().filter(|value| !value.is_empty())?;
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let url = template.replace("{id}", id).replace("{}", value);
    (url.starts_with("https://") && url.len() <= limits::REDIRECT_BYTES_MAX && is_plain(&url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::oauth::known::by_name;

    fn read(name: &str, answer: &Value) -> Profile {
        Profile::read(by_name(name).unwrap(), answer, None).unwrap()
    }

    fn verified(text: &str) -> Address {
        Address::Verified(text.into())
    }

    #[test]
    fn what_providers_answer_is_understood() {
        let google =
            json!({"sub": "110", "email": "a@gmail.com", "email_verified": true, "picture": "https://lh3.example/p"});
        let profile = read("google", &google);
        assert_eq!((profile.id.as_str(), &profile.email), ("110", &verified("a@gmail.com")));
        assert_eq!(profile.avatar_url.as_deref(), Some("https://lh3.example/p"));
        let apple = json!({"sub": "001.a", "email": "x@privaterelay.appleid.com", "email_verified": "true"});
        assert_eq!(read("apple", &apple).email, verified("x@privaterelay.appleid.com"));
        let discord = json!({"id": "80", "email": "d@example.org", "verified": true, "avatar": "8342"});
        let profile = read("discord", &discord);
        assert_eq!(profile.email, verified("d@example.org"));
        assert_eq!(
            profile.avatar_url.as_deref(),
            Some("https://cdn.discordapp.com/avatars/80/8342.png")
        );
        let x = json!({"data": {"id": "2244", "username": "x", "profile_image_url": "https://pbs.example/p.jpg"}});
        let profile = read("x", &x);
        assert_eq!((profile.id.as_str(), &profile.email), ("2244", &Address::Never));
        let yandex = json!({"id": "1000", "default_email": "y@yandex.ru", "default_avatar_id": "131/1-2"});
        let profile = read("yandex", &yandex);
        assert_eq!(profile.email, Address::Never);
        assert!(profile.avatar_url.unwrap().ends_with("/131/1-2/islands-200"));
        let facebook =
            json!({"id": "4", "email": "f@example.org", "picture": {"data": {"url": "https://f.example/p"}}});
        assert_eq!(read("facebook", &facebook).email, Address::Never);
    }

    #[test]
    fn only_the_primary_address_at_github_counts() {
        let user = json!({"id": 583231, "email": "shown@example.org", "avatar_url": "javascript:alert(1)"});
        let with = |addresses: Value| Profile::read(by_name("github").unwrap(), &user, Some(&addresses)).unwrap();
        let one = |is_verified: bool| {
            json!([{"email": "b@example.org", "primary": false, "verified": true},
                {"email": "a@example.org", "primary": true, "verified": is_verified}])
        };
        let profile = with(one(true));
        assert_eq!(
            (profile.id.as_str(), &profile.email),
            ("583231", &verified("a@example.org"))
        );
        assert_eq!(profile.avatar_url, None);
        assert_eq!(with(one(false)).email, Address::Unverified);
        assert_eq!(with(json!([])).email, Address::Missing);
        assert_eq!(with(json!({"message": "no"})).email, Address::Missing);
    }

    #[test]
    fn addresses_that_any_administrator_can_write_do_not_count() {
        let work = json!({"sub": "a", "tid": "11111111-2222-3333-4444-555555555555", "email": "m@example.org"});
        assert_eq!(read("microsoft", &work).email, Address::Unverified);
        let mut owned = work.clone();
        owned["xms_edov"] = json!("1");
        assert_eq!(read("microsoft", &owned).email, verified("m@example.org"));
        let mut personal = work;
        personal["tid"] = json!(PERSONAL_TENANT);
        assert_eq!(read("microsoft", &personal).email, verified("m@example.org"));
    }

    #[test]
    fn what_is_not_said_is_not_verified() {
        for said in [
            json!(null),
            json!(false),
            json!("false"),
            json!(0),
            json!({}),
            json!("yes"),
        ] {
            let answer = json!({"sub": "1", "email": "a@b", "email_verified": said});
            assert_eq!(read("oidc0", &answer).email, Address::Unverified, "{said}");
        }
        assert_eq!(
            read("oidc0", &json!({"sub": "1", "email": "a@b"})).email,
            Address::Unverified
        );
        assert_eq!(
            read("oidc0", &json!({"sub": "1", "email_verified": true})).email,
            Address::Missing
        );
        assert_eq!(
            read(
                "oidc0",
                &json!({"sub": "1", "email": "no address", "email_verified": true})
            )
            .email,
            Address::Missing
        );
    }

    #[test]
    fn whoever_is_not_named_is_nobody() {
        let known = by_name("oidc0").unwrap();
        let long = "a".repeat(300);
        for answer in [
            json!({}),
            json!({"sub": ""}),
            json!({"sub": null}),
            json!({"sub": -1}),
            json!({"sub": long}),
            json!([1]),
        ] {
            assert_eq!(Profile::read(known, &answer, None), None, "{answer}");
        }
    }
}
