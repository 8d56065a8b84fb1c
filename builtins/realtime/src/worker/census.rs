//! Who listens now, as the host's news tell.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use guesthouse::sse::{self, Target};
use record_api::api::Api;

use super::send;
use super::signal::Signal;
use crate::class::Class;
use crate::event::{self, Failure};
use crate::listening::Listening;
use crate::place::Place;

/// One API over one table.
pub type Served = (Place, String);

/// All classes that somebody listens to.
#[derive(Default)]
pub struct Census {
    /// What the host's news were asked up to.
    pub version: u64,
    classes: HashMap<Rc<str>, Class>,
    apis: BTreeMap<Served, Entry>,
    /// How to wake those who follow a table, when somebody begins to listen to it.
    followers: HashMap<Place, Rc<Signal>>,
    /// Given when somebody begins to listen to a table that nobody follows.
    pub unfollowed: Rc<Signal>,
}

/// Those who listen to one API.
#[derive(Default)]
pub struct Entry {
    pub listening: Listening,
    /// The API that the classes were checked against.
    pub checked: Option<Rc<Api>>,
    /// Those that came since.
    pub unchecked: Vec<Rc<str>>,
}

impl Census {
    /// Looks at who came and went.
    pub fn refresh(&mut self) {
        let news = sse::news_since(self.version);
        self.version = news.version;
        if news.complete {
            self.classes.clear();
            self.apis.clear();
        }
        for topic in &news.lost {
            self.remove(topic);
        }
        let refused: Vec<Rc<str>> = (news.gained.into_iter())
            .map(Rc::from)
            .filter(|topic| !self.insert(topic))
            .collect();
        if !refused.is_empty() {
            let why = event::failure(Failure::Unknown, "too many different filters are listened with");
            send::close(&refused, &why);
        }
    }

    /// Takes a topic in; false where it is a class for which there is no room.
    fn insert(&mut self, topic: &Rc<str>) -> bool {
        let Some(class) = Class::parse(topic) else {
            return true;
        };
        if self.classes.contains_key(topic) {
            return true;
        }
        let entry = (self.apis).entry((class.place.clone(), class.api.clone())).or_default();
        let is_taken = entry.listening.insert(topic, &class).is_ok();
        if is_taken {
            entry.unchecked.push(Rc::clone(topic));
            self.followers.get(&class.place).unwrap_or(&self.unfollowed).give();
            self.classes.insert(Rc::clone(topic), class);
        }
        is_taken
    }

    fn remove(&mut self, topic: &str) {
        let Some(class) = self.classes.remove(topic) else {
            return;
        };
        let served = (class.place.clone(), class.api.clone());
        if let Some(entry) = self.apis.get_mut(&served) {
            entry.listening.remove(topic, &class);
            if entry.listening.is_empty() {
                self.apis.remove(&served);
            }
        }
    }

    /// The tables that somebody listens to and nobody follows.
    pub fn unfollowed(&self) -> Vec<Place> {
        let places = self.apis.keys().map(|(place, _)| place);
        let mut unfollowed: Vec<Place> = places
            .filter(|place| !self.followers.contains_key(place))
            .cloned()
            .collect();
        unfollowed.dedup();
        unfollowed
    }

    /// Has a table followed by somebody who waits for this signal.
    pub fn begin_to_follow(&mut self, place: &Place) -> Rc<Signal> {
        let came = Rc::new(Signal::default());
        self.followers.insert(place.clone(), Rc::clone(&came));
        came
    }

    /// Nobody follows the table any more.
    pub fn end_following(&mut self, place: &Place) {
        self.followers.remove(place);
    }

    /// All APIs that somebody listens to.
    pub fn apis(&self) -> Vec<Served> {
        self.apis.keys().cloned().collect()
    }

    /// Those over one table.
    pub fn apis_over(&self, place: &Place) -> Vec<Served> {
        let all = self.apis.keys();
        all.filter(|(other, _)| other == place).cloned().collect()
    }

    /// Whether somebody listens to a table.
    pub fn listens_to(&self, place: &Place) -> bool {
        self.apis.keys().any(|(other, _)| other == place)
    }

    /// Those who listen to an API.
    pub fn entry(&mut self, served: &Served) -> Option<&mut Entry> {
        self.apis.get_mut(served)
    }
}

/// A topic as something to send to.
pub fn target(topic: &Rc<str>) -> Target {
    Target::Topic((**topic).into())
}
