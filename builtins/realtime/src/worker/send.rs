//! Sending and closing, in portions that the host takes.

use std::rc::Rc;

use guesthouse::sse::{self, Event, Message, Target};

use super::census::target;
use crate::feed::Outcome;
use crate::place::Place;
use crate::{event, limits, topics};

/// Does what was decided for a batch, in order.
pub fn act(outcomes: Vec<Outcome>) {
    let mut pending = Pending::default();
    for outcome in outcomes {
        match outcome {
            Outcome::Tell { topics, event } => {
                for topics in topics.chunks(limits::TARGETS_MAX) {
                    pending.add(topics, event.as_ref().clone());
                }
            }
            // Who came back since, and sees the record again, stays: the event has a position.
            Outcome::Deny { topics, event } => {
                pending.send();
                close(&topics, &event);
            }
        }
    }
    pending.send();
}

/// Messages that go together.
#[derive(Default)]
struct Pending {
    messages: Vec<Message>,
    targets: usize,
}

impl Pending {
    fn add(&mut self, topics: &[Rc<str>], event: Event) {
        if self.messages.len() == limits::MESSAGES_MAX || self.targets + topics.len() > limits::TARGETS_MAX {
            self.send();
        }
        self.targets += topics.len();
        self.messages.push(Message {
            targets: topics.iter().map(target).collect(),
            event,
        });
    }

    fn send(&mut self) {
        if !self.messages.is_empty() {
            say(sse::send_all(&self.messages));
            self.messages.clear();
            self.targets = 0;
        }
    }
}

/// Ends all who listen to these, after one last event.
pub fn close(topics: &[Rc<str>], last: &Event) {
    for topics in topics.chunks(limits::TARGETS_MAX) {
        let targets: Vec<Target> = topics.iter().map(target).collect();
        say(sse::close(&targets, Some(last)));
    }
}

/// Tells all who listen to a table that something may be lost. Those who can resume come back, and get what they missed.
pub fn lose(place: &Place) {
    say(sse::send(&topics::plain(place), event::loss()));
    say(sse::close(&[Target::Topic(topics::resumable(place))], None));
}

/// The same, where what comes now cannot be put into an order with what was: all have to come back.
pub fn lose_for_good(place: &Place) {
    say(sse::close(&[Target::Topic(topics::plain(place))], Some(&event::loss())));
    say(sse::close(&[Target::Topic(topics::resumable(place))], None));
}

/// Moves on where those who can resume will go on from.
pub fn move_on(place: &Place, position: guesthouse::changes::Position) {
    say(sse::send(&topics::resumable(place), event::moving_on(position)));
}

/// The host refuses what is beyond its limits, which stay below ours, and when the server shuts down.
fn say<T>(result: Result<T, sse::Error>) {
    if let Err(error) = result {
        eprintln!("listeners could not be told: {error}");
    }
}
