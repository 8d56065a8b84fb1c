//! Classes: all listeners for whom a change means the same.
//!
//! A class is written into the name of a topic, such as `realtime/class/1/main/note/notes/*/+/?[stars][$gt]=3`, so that the
//! worker learns from the topic alone whom it sends to, whatever became of it meanwhile.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guesthouse::sqlite::Value;
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::rule::Rule;

use crate::place::{Place, decode, encode};

/// Begins the names of the topics of classes. The number is that of the form of what follows.
const PREFIX: &str = "realtime/class/1/";

/// What is listened to, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub place: Place,
    pub api: String,
    pub target: Target,
    pub audience: Audience,
    /// In the form of [`crate::filter`]; empty where nothing is filtered.
    pub filter: String,
}

/// Which records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All of them.
    Table,
    /// The one with this id, as answers have it.
    Record(String),
}

/// Who listens, as far as it makes a difference.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Somebody unknown.
    Unknown,
    /// Somebody known, where the rule does not ask who.
    Known,
    /// The caller with this id.
    Caller(Vec<u8>),
}

impl Audience {
    /// Whose class the caller is in.
    pub fn of(api: &Api, caller: &Caller) -> Self {
        let asks = api.access.rule(Operation::Read).is_some_and(Rule::asks_for_caller);
        match caller.known() {
            None => Self::Unknown,
            Some(_) if !asks => Self::Known,
            Some(known) => Self::Caller(known.id.clone()),
        }
    }

    /// Whether it says enough to evaluate a rule.
    pub fn is_enough_for(&self, rule: Option<&Rule>) -> bool {
        *self != Self::Known || !rule.is_some_and(Rule::asks_for_caller)
    }

    /// `_USER_.id`.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Caller(id) => Value::Blob(id.clone()),
            Self::Unknown | Self::Known => Value::Null,
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Unknown => "-".into(),
            Self::Known => "+".into(),
            Self::Caller(id) => format!("={}", URL_SAFE_NO_PAD.encode(id)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "-" => Some(Self::Unknown),
            "+" => Some(Self::Known),
            id => Some(Self::Caller(URL_SAFE_NO_PAD.decode(id.strip_prefix('=')?).ok()?)),
        }
    }
}

impl Class {
    /// The name of its topic.
    pub fn to_topic(&self) -> String {
        let target = match &self.target {
            Target::Table => "*".into(),
            Target::Record(id) => format!("={}", encode(id)),
        };
        let (place, api, audience) = (self.place.to_text(), encode(&self.api), self.audience.to_text());
        format!("{PREFIX}{place}/{api}/{target}/{audience}/?{}", self.filter)
    }

    /// The class whose topic this is; nothing if it is another topic.
    pub fn parse(topic: &str) -> Option<Self> {
        let (rest, filter) = topic.strip_prefix(PREFIX)?.split_once("/?")?;
        let parts: Vec<&str> = rest.split('/').collect();
        let [database, table, api, target, audience] = parts[..] else {
            return None;
        };
        Some(Self {
            place: Place {
                database: decode(database)?,
                table: decode(table)?,
            },
            api: decode(api)?,
            target: match target {
                "*" => Target::Table,
                id => Target::Record(decode(id.strip_prefix('=')?)?),
            },
            audience: Audience::parse(audience)?,
            filter: filter.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use record_api::examples::{Described, known, notes};

    use super::*;

    fn class(target: Target, audience: Audience, filter: &str) -> Class {
        Class {
            place: Place {
                database: "main".into(),
                table: "note".into(),
            },
            api: "notes".into(),
            target,
            audience,
            filter: filter.into(),
        }
    }

    #[test]
    fn the_name_of_a_class_is_compact() {
        let all = class(Target::Table, Audience::Known, "[stars][$gt]=3");
        assert_eq!(all.to_topic(), "realtime/class/1/main/note/notes/*/+/?[stars][$gt]=3");
        let one = class(Target::Record("AZ==".into()), Audience::Caller(vec![0xfb, 0xff]), "");
        assert_eq!(one.to_topic(), "realtime/class/1/main/note/notes/=AZ==/=-_8/?");
    }

    #[test]
    fn what_is_no_class_is_none() {
        for topic in [
            "",
            "realtime/class/2/main/note/notes/*/+/?",
            "realtime/class/1/main/note/notes/*/+/",
            "realtime/class/1/main/note/notes/*/x/?",
            "realtime/class/1/main/note/notes/7/+/?",
            "realtime/class/1/note/notes/*/+/?",
            "realtime/class/1/main/note/notes/*/+/more/?",
            "realtime/class/1/main/%6eote/notes/*/+/?",
            "realtime/class/1/main/note/notes/*/=!/?",
        ] {
            assert_eq!(Class::parse(topic), None, "{topic}");
        }
    }

    #[test]
    fn who_listens_is_in_the_class_as_far_as_the_rule_asks() {
        let caller = known(vec![7]);
        assert_eq!(Audience::of(&notes(), &caller), Audience::Known);
        assert_eq!(Audience::of(&notes(), &Caller::anonymous()), Audience::Unknown);
        let mut described = Described::notes();
        described.configuration[3] = "_ROW_.data = _USER_.id".into();
        let asking = described.api().unwrap();
        assert_eq!(Audience::of(&asking, &caller), Audience::Caller(vec![7]));
        assert_eq!(Audience::of(&asking, &Caller::anonymous()), Audience::Unknown);
        let rule = asking.access.rule(Operation::Read);
        let enough = [Audience::Unknown, Audience::Known, Audience::Caller(vec![7])].map(|one| one.is_enough_for(rule));
        assert_eq!(enough, [true, false, true]);
        assert!(Audience::Known.is_enough_for(None));
    }

    proptest! {
        #[test]
        fn a_class_comes_back_as_it_was(
            (database, table, api) in (".{0,8}", ".{0,8}", ".{0,8}"),
            id in proptest::option::of(".{0,8}"),
            caller in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..20)),
        ) {
            let original = Class {
                place: Place { database, table },
                api,
                target: id.map_or(Target::Table, Target::Record),
                audience: caller.map_or(Audience::Known, Audience::Caller),
                filter: "[a]=/?".into(),
            };
            prop_assert_eq!(Class::parse(&original.to_topic()), Some(original));
        }
    }
}
