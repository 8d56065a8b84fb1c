//! Who listens to one API: its classes, by what is asked of the database for them.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use record_api::error::Error;
use record_api::query::Group;

use crate::class::{Audience, Class, Target};
use crate::{filter, limits};

/// A class, as far as it is not in the place where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub topic: Rc<str>,
    pub audience: Audience,
}

/// Those who listen to all records that a filter lets through.
#[derive(Debug, Default)]
pub struct Filtered {
    pub group: Group,
    pub members: Vec<Member>,
}

/// The classes of one API.
#[derive(Debug, Default)]
pub struct Listening {
    /// By filter. What is not filtered has the filter that is empty.
    tables: BTreeMap<String, Filtered>,
    /// By the id of the record.
    records: HashMap<String, Vec<Member>>,
}

/// Why a class is not taken in.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("too many different filters are listened with")]
    TooManyFilters,
    #[error("the filter is none")]
    Filter(#[source] Error),
}

/// What is asked for one change: for whom of these it is, of all who have the same filter.
#[derive(Debug)]
pub struct Question<'a> {
    /// Empty where nothing is filtered.
    pub group: &'a Group,
    pub tables: &'a [Member],
    pub records: Vec<&'a Member>,
}

impl<'a> Question<'a> {
    /// All of them, those who listen to tables first.
    pub fn members(&self) -> impl Iterator<Item = &'a Member> {
        self.tables.iter().chain(self.records.iter().copied())
    }
}

impl Listening {
    /// Takes a class in.
    pub fn insert(&mut self, topic: &Rc<str>, class: &Class) -> Result<(), Refusal> {
        let member = Member {
            topic: Rc::clone(topic),
            audience: class.audience.clone(),
        };
        if let Target::Record(id) = &class.target {
            self.records.entry(id.clone()).or_default().push(member);
            return Ok(());
        }
        if !self.tables.contains_key(&class.filter) {
            if self.tables.len() >= limits::FILTERS_MAX {
                return Err(Refusal::TooManyFilters);
            }
            let group = filter::parse(&class.filter).map_err(Refusal::Filter)?.group;
            let members = Vec::new();
            self.tables.insert(class.filter.clone(), Filtered { group, members });
        }
        let filtered = self.tables.entry(class.filter.clone()).or_default();
        filtered.members.push(member);
        Ok(())
    }

    /// Lets a class go.
    pub fn remove(&mut self, topic: &str, class: &Class) {
        let is_other = |member: &Member| &*member.topic != topic;
        if let Target::Record(id) = &class.target {
            if let Some(members) = self.records.get_mut(id) {
                members.retain(is_other);
                if members.is_empty() {
                    self.records.remove(id);
                }
            }
        } else if let Some(filtered) = self.tables.get_mut(&class.filter) {
            filtered.members.retain(is_other);
            if filtered.members.is_empty() {
                self.tables.remove(&class.filter);
            }
        }
    }

    /// Whether nobody listens.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.records.is_empty()
    }

    /// All classes.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        let tables = self.tables.values().flat_map(|filtered| &filtered.members);
        tables.chain(self.records.values().flatten())
    }

    /// What is to be asked for a change of the record with one of these ids. Those who listen to the record are asked for together
    /// with those who filter nothing.
    pub fn questions(&self, ids: &[String]) -> Vec<Question<'_>> {
        let mut records: Vec<&Member> = ids.iter().filter_map(|id| self.records.get(id)).flatten().collect();
        let mut questions: Vec<Question<'_>> = Vec::new();
        for (text, filtered) in &self.tables {
            questions.push(Question {
                group: &filtered.group,
                tables: &filtered.members,
                records: match text.is_empty() {
                    true => std::mem::take(&mut records),
                    false => Vec::new(),
                },
            });
        }
        if !records.is_empty() {
            questions.push(Question {
                group: &NOTHING,
                tables: &[],
                records,
            });
        }
        questions
    }
}

static NOTHING: Group = Group {
    comparisons: Vec::new(),
    all: BTreeMap::new(),
    any: BTreeMap::new(),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    fn class(target: Target, caller: u8, filter: &str) -> (Rc<str>, Class) {
        let class = Class {
            place: Place {
                database: "main".into(),
                table: "note".into(),
            },
            api: "notes".into(),
            target,
            audience: Audience::Caller(vec![caller]),
            filter: filter.into(),
        };
        (class.to_topic().into(), class)
    }

    fn callers<'a>(members: impl Iterator<Item = &'a Member>) -> Vec<u8> {
        let id = |member: &Member| match &member.audience {
            Audience::Caller(id) => id[0],
            _ => 0,
        };
        members.map(id).collect()
    }

    #[test]
    fn what_differs_in_the_caller_alone_is_one_question() {
        let mut listening = Listening::default();
        let all = [
            class(Target::Table, 1, ""),
            class(Target::Table, 2, ""),
            class(Target::Table, 3, "[a]=1"),
            class(Target::Record("7".into()), 4, ""),
            class(Target::Record("8".into()), 5, ""),
        ];
        for (topic, class) in &all {
            listening.insert(topic, class).unwrap();
        }
        let asked = |ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).into()).collect();
            let questions = listening.questions(&ids);
            questions
                .iter()
                .map(|question| callers(question.members()))
                .collect::<Vec<_>>()
        };
        assert_eq!(asked(&["7"]), [vec![1, 2, 4], vec![3]]);
        assert_eq!(asked(&["6"]), [vec![1, 2], vec![3]]);
        assert_eq!(asked(&["7", "8"]), [vec![1, 2, 4, 5], vec![3]]);
        for (topic, class) in &all[..2] {
            listening.remove(topic, class);
        }
        let ids = ["8".to_owned()];
        assert_eq!(listening.questions(&ids).len(), 2);
        assert_eq!(listening.members().count(), 3);
        for (topic, class) in &all[2..] {
            listening.remove(topic, class);
        }
        assert!(listening.is_empty() && listening.questions(&ids).is_empty());
    }

    #[test]
    fn different_filters_have_an_end() {
        let mut listening = Listening::default();
        for number in 0..limits::FILTERS_MAX {
            let (topic, class) = class(Target::Table, 1, &format!("[a]={number}"));
            listening.insert(&topic, &class).unwrap();
        }
        let (topic, one_more) = class(Target::Table, 1, "[a]=x");
        assert_eq!(listening.insert(&topic, &one_more), Err(Refusal::TooManyFilters));
        let (topic, known) = class(Target::Table, 2, "[a]=1");
        assert_eq!(listening.insert(&topic, &known), Ok(()));
    }
}
