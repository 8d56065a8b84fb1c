//! What listeners get: one line of JSON for each event, in which the host writes the number that each listener counts.

use guesthouse::changes::{Operation, Position};
use guesthouse::sqlite::Value;
use guesthouse::sse::Event;
use record_api::api::Api;
use record_api::encode::write_text;

use crate::limits;

/// What went wrong, as the protocol numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Something that has no number of its own.
    Unknown = 0,
    /// The listener may not listen any more.
    Denied = 1,
    /// Events may have been lost.
    Loss = 2,
    /// A record has no form that could be sent.
    Encoding = 3,
}

/// The event that tells of a change. `values` are those of the columns that clients may see of an image.
pub fn of_change<'v>(
    api: &Api,
    operation: Operation,
    values: impl IntoIterator<Item = &'v Value>,
    position: Position,
) -> Event {
    let name = match operation {
        Operation::Insert => "Insert",
        Operation::Update => "Update",
        Operation::Delete => "Delete",
    };
    let mut data = format!("{{\"{name}\":").into_bytes();
    let event = match api.image_writer.write_values(&mut data, values) {
        Ok(()) if data.len() <= limits::EVENT_BYTES_MAX => counted(data),
        Ok(()) => failure(Failure::Encoding, "the record is too large for an event"),
        Err(_) => failure(Failure::Encoding, "the record has no JSON form"),
    };
    event.at(id(position), position.number)
}

/// The event that tells of a failure.
pub fn failure(failure: Failure, message: &str) -> Event {
    let mut data = format!("{{\"Error\":{{\"status\":{},\"message\":", failure as u8).into_bytes();
    write_text(&mut data, message);
    data.push(b'}');
    counted(data)
}

/// What whoever may not listen any more gets last.
pub fn denied() -> Event {
    failure(Failure::Denied, "Access denied")
}

/// What stands for all that may have been lost.
pub fn loss() -> Event {
    failure(Failure::Loss, "Events may have been lost: read the records afresh")
}

/// An event that nobody sees, and that moves on where to resume from.
pub fn moving_on(position: Position) -> Event {
    Event {
        position: Some(position.number),
        ..Event::moving_id(id(position))
    }
}

/// What a client sends as `Last-Event-ID` to go on behind this position.
pub fn id(position: Position) -> String {
    format!("{}-{}", position.epoch, position.number)
}

/// The position in an id; nothing if it is none of ours.
pub fn position(id: &str) -> Option<Position> {
    let (epoch, number) = id.split_once('-')?;
    let number_of = |text: &str| (!text.starts_with('+')).then(|| text.parse().ok()).flatten();
    Some(Position {
        epoch: number_of(epoch)?,
        number: number_of(number)?,
    })
}

/// Ends an object that was begun with the number that each listener counts.
fn counted(mut data: Vec<u8>) -> Event {
    // An event is one line. The JSON of a column may be several: line breaks in it stand between its parts, for in strings they are
    // escaped, and mean nothing.
    data.retain(|byte| !matches!(byte, b'\n' | b'\r'));
    data.extend_from_slice(b",\"seq\":");
    let place = data.len();
    data.push(b'}');
    // All parts are JSON that was made here, and so UTF-8.
    let data = String::from_utf8_lossy(&data).into_owned();
    Event::new(data).numbered_at(u32::try_from(place).expect("an event is far smaller than that"))
}

#[cfg(test)]
mod tests {
    use guesthouse::sqlite::params;
    use record_api::examples::notes;

    use super::*;

    const POSITION: Position = Position { epoch: 9, number: 7 };

    fn data(event: &Event) -> String {
        let (mut data, place) = (event.data.clone().unwrap(), event.number_at.unwrap());
        data.insert(place as usize, '1');
        data
    }

    #[test]
    fn an_event_is_the_record_as_it_is_read_and_its_number() {
        let values = params![
            1,
            "a",
            5,
            1.5,
            guesthouse::sqlite::blob([255]),
            None::<i64>,
            "{\"b\": 1}"
        ];
        let event = of_change(&notes(), Operation::Update, &values, POSITION);
        assert_eq!(
            data(&event),
            r#"{"Update":{"id":1,"text":"a","stars":5,"score":1.5,"data":"_w==","any":null,"meta":{"b": 1}},"seq":1}"#
        );
        assert_eq!((event.id.as_deref(), event.position), (Some("9-7"), Some(7)));
    }

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        let none = None::<i64>;
        let values = params![1, "a\r\nb", none, none, none, none, "{\r\n  \"b\":\n1}"];
        let event = of_change(&notes(), Operation::Insert, &values, POSITION);
        assert_eq!(
            data(&event),
            r#"{"Insert":{"id":1,"text":"a\r\nb","stars":null,"score":null,"data":null,"any":null,"meta":{  "b":1}},"seq":1}"#
        );
    }

    #[test]
    fn a_record_that_cannot_be_sent_is_said_to_be() {
        let infinite = params![1, "a", 5, f64::INFINITY];
        let large = params![1, "a".repeat(limits::EVENT_BYTES_MAX)];
        for values in [infinite, large] {
            let event = of_change(&notes(), Operation::Insert, &values, POSITION);
            assert!(data(&event).starts_with(r#"{"Error":{"status":3,"message":""#));
            assert_eq!(event.position, Some(7));
        }
    }

    #[test]
    fn failures_have_a_number_and_a_text() {
        assert_eq!(
            data(&denied()),
            r#"{"Error":{"status":1,"message":"Access denied"},"seq":1}"#
        );
        assert!(data(&loss()).starts_with(r#"{"Error":{"status":2,"#));
    }

    #[test]
    fn an_id_comes_back_as_the_position_that_it_was() {
        assert_eq!(position(&id(POSITION)), Some(POSITION));
        for id in ["", "7", "-7", "9-", "+9-7", "9-7-1", "9-x", "99999999999999999999-1"] {
            assert_eq!(position(id), None, "{id}");
        }
    }
}
