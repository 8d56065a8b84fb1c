//! What people in a room are told: what was said, that somebody came or left, and that they should listen anew.

use crate::message::Message;
use crate::visit::is_room;
use guesthouse::sse::{self, Error, Event};

/// The topic of a room.
pub fn topic(room: &str) -> String {
    format!("chat/{room}")
}

/// The room of a topic.
pub fn room(topic: &str) -> Option<&str> {
    topic.strip_prefix("chat/").filter(|room| is_room(room))
}

/// Something was said. Its number is the event's id, by which a browser that comes back says how far it has read.
pub fn said(message: &Message) -> Event {
    let data = serde_json::to_string(message).unwrap_or_default();
    let position = u64::try_from(message.id).unwrap_or_default();
    Event::new(data).named("message").at(message.id.to_string(), position)
}

/// Somebody came or left. Who is there has to be asked for: two such lists could overtake one another on their way.
pub fn people_changed() -> Event {
    Event::new("").named("people")
}

/// More was said than an event each would tell: the page has to be loaded anew.
pub fn too_much() -> Event {
    Event::new("").named("reload")
}

/// Something may have been said that nobody told: whoever listens should do so anew, from where they are.
pub fn listen_anew() -> Event {
    Event::new("").named("anew")
}

/// Says to all in a room that somebody came or left.
pub fn tell_people_changed(room: &str) -> Result<(), Error> {
    sse::send(&topic(room), people_changed()).map(drop)
}

/// Who is in a room: the listeners there, in the order in which they came. Somebody with two windows is one person.
pub fn people(room: &str) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for present in sse::listeners(&topic(room))? {
        let name = present.label.split_once('/').map_or("", |(_, name)| name).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}
