//! Panics on purpose: `guesthouse run --fault PLACE` makes a task of the host panic there, so that tests see what that costs.
//!
//! Without the option each place costs a look at a flag. The option is in the shipped binary too: what is tested is what runs.

use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a task of the host can be made to panic: one place in each kind of task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A connection was accepted.
    Accept,
    /// A request is about to be answered.
    Request,
    /// A request of the control API is about to be answered.
    Control,
    /// An instance for requests is about to be made.
    Instance,
    /// An instance for calls of services is about to be made.
    Call,
    /// A command of a component is about to be run.
    Command,
    /// A worker is about to be run.
    Work,
    /// A read of a database begins.
    Read,
    /// A task that found the writer free commits for all who wait.
    Write,
    /// The thread of a database's writer has something to do.
    Writer,
    /// The body of a listener is asked for more.
    Listener,
    /// The outbox is looked at.
    Mail,
    /// Counts are stored.
    Audit,
    /// Lines of logs are written.
    Logs,
}

impl Place {
    const ALL: [(&'static str, Self); 14] = [
        ("accept", Self::Accept),
        ("request", Self::Request),
        ("control", Self::Control),
        ("instance", Self::Instance),
        ("call", Self::Call),
        ("command", Self::Command),
        ("work", Self::Work),
        ("read", Self::Read),
        ("write", Self::Write),
        ("writer", Self::Writer),
        ("listener", Self::Listener),
        ("mail", Self::Mail),
        ("audit", Self::Audit),
        ("logs", Self::Logs),
    ];
}

/// A place, after how many visits to it the panic comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    place: Place,
    after: u32,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, after) = text.split_once(':').unwrap_or((text, "0"));
        let place = Place::ALL.into_iter().find(|(known, _)| *known == name);
        let names = || Place::ALL.map(|(name, _)| name).join(", ");
        Ok(Self {
            place: place.ok_or_else(|| format!("the places are {}", names()))?.1,
            after: after.parse().map_err(|_| "after `:` stands a number".to_owned())?,
        })
    }
}

static FAULTS: OnceLock<Vec<(Place, AtomicU32)>> = OnceLock::new();

/// Has these faults happen, each once.
pub fn set(faults: &[Fault]) {
    if !faults.is_empty() {
        let armed = faults
            .iter()
            .map(|fault| (fault.place, AtomicU32::new(fault.after + 1)));
        FAULTS.get_or_init(|| armed.collect());
    }
}

/// Panics if this is the place and the time.
pub fn visit(place: Place) {
    let Some(faults) = FAULTS.get() else { return };
    for (_, left) in faults.iter().filter(|(armed, _)| *armed == place) {
        let was = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        assert!(was != Ok(1), "a fault on purpose: {place:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_place_and_perhaps_a_number_of_visits() {
        let read = |text: &str| text.parse::<Fault>();
        assert_eq!(
            read("mail").map(|fault| (fault.place, fault.after)),
            Ok((Place::Mail, 0))
        );
        assert_eq!(
            read("write:3").map(|fault| (fault.place, fault.after)),
            Ok((Place::Write, 3))
        );
        assert!(read("kitchen").is_err_and(|why| why.contains("listener")));
        assert!(read("write:").is_err() && read("").is_err());
    }

    #[test]
    fn every_place_can_be_named() {
        for (number, (_, place)) in Place::ALL.into_iter().enumerate() {
            assert_eq!(place as usize, number);
        }
    }
}
