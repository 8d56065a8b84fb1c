//! An event as it is written: encoded once, and shared by the buffers of all listeners that get it.

use super::super::bindings::sse::{Error, Event as Given};
use crate::limits;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that count towards what the server may have waiting, for as long as this lives.
#[derive(Debug)]
pub struct Charge {
    total: Arc<AtomicUsize>,
    bytes: usize,
}

impl Charge {
    pub fn new(total: &Arc<AtomicUsize>, bytes: usize) -> Self {
        total.fetch_add(bytes, Ordering::Relaxed);
        Self {
            total: total.clone(),
            bytes,
        }
    }

    /// Whether the server has room for what is charged, this included.
    pub fn is_within(&self, bytes_max: usize) -> bool {
        self.total.load(Ordering::Relaxed) <= bytes_max
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.total.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// One event. Its `id:` line comes first, so that listeners without ids get the rest of the same bytes.
#[derive(Debug)]
pub struct Event {
    bytes: Bytes,
    after_id: usize,
    /// Where a listener's own number goes.
    number_at: Option<usize>,
    /// Whether clients see it: one without data only moves on what they send as `Last-Event-ID`.
    pub counted: bool,
    pub position: Option<u64>,
    charge: Charge,
}

impl Event {
    /// Checks and encodes an event.
    pub fn new(given: Given, total: &Arc<AtomicUsize>) -> Result<Self, Error> {
        let size = [&given.data, &given.name, &given.id]
            .into_iter()
            .flatten()
            .map(String::len)
            .sum::<usize>();
        check_size(size)?;
        check_line("name", given.name.as_deref())?;
        check_line("id", given.id.as_deref())?;
        if given.id.as_deref().is_some_and(|id| id.contains('\0')) {
            return Err(Error::Invalid("the id of an event holds NUL".into()));
        }
        if given.data.is_none() && given.id.is_none() {
            return Err(Error::Invalid("an event has neither data nor an id".into()));
        }
        let mut text = Text::default();
        if let Some(id) = &given.id {
            text.line("id", id);
        }
        let after_id = text.bytes.len();
        if let Some(data) = &given.data {
            if let Some(name) = &given.name {
                text.line("event", name);
            }
            text.data(data, number_at(data, given.number_at)?);
        }
        text.bytes.push(b'\n');
        // Each line of the data has become longer.
        check_size(text.bytes.len())?;
        let charge = Charge::new(total, text.bytes.len());
        Ok(Self {
            after_id,
            number_at: text.number_at,
            counted: given.data.is_some(),
            position: given.position,
            bytes: text.bytes.into(),
            charge,
        })
    }

    /// Whether the server has room for it.
    pub fn fits(&self) -> bool {
        self.charge.is_within(limits::SSE_WAITING_BYTES_MAX)
    }

    fn start(&self, ids: bool) -> usize {
        if ids { 0 } else { self.after_id }
    }

    /// How long it is at most for a listener with or without ids.
    pub fn len(&self, ids: bool) -> usize {
        let number = self.number_at.map_or(0, |_| limits::SSE_NUMBER_DIGITS_MAX);
        self.bytes.len() - self.start(ids) + number
    }

    /// What a listener gets, in one or two parts with its number between them.
    pub fn parts(&self, ids: bool) -> (Bytes, Option<Bytes>) {
        let start = self.start(ids);
        match self.number_at {
            None => (self.bytes.slice(start..), None),
            Some(at) => (self.bytes.slice(start..at), Some(self.bytes.slice(at..))),
        }
    }

    /// Writes it out for a listener.
    pub fn write(&self, ids: bool, number: u64, out: &mut Vec<u8>) {
        let start = self.start(ids);
        let Some(at) = self.number_at else {
            return out.extend_from_slice(&self.bytes[start..]);
        };
        out.extend_from_slice(&self.bytes[start..at]);
        out.extend_from_slice(number.to_string().as_bytes());
        out.extend_from_slice(&self.bytes[at..]);
    }
}

fn check_size(bytes: usize) -> Result<(), Error> {
    if bytes <= limits::SSE_EVENT_BYTES_MAX {
        return Ok(());
    }
    Err(Error::TooLarge(format!(
        "an event of {bytes} bytes; the limit is {}",
        limits::SSE_EVENT_BYTES_MAX
    )))
}

fn check_line(what: &str, text: Option<&str>) -> Result<(), Error> {
    match text {
        Some(text) if text.contains(['\r', '\n']) => {
            Err(Error::Invalid(format!("the {what} of an event holds a line break")))
        }
        _ => Ok(()),
    }
}

/// The place of the number, which must be between two characters.
fn number_at(data: &str, at: Option<u32>) -> Result<Option<usize>, Error> {
    let Some(at) = at else { return Ok(None) };
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    match data.is_char_boundary(at) {
        true => Ok(Some(at)),
        false => Err(Error::Invalid(format!(
            "byte {at} of an event's data, where its number should go, is not between two characters"
        ))),
    }
}

/// An event while it is encoded.
#[derive(Default)]
struct Text {
    bytes: Vec<u8>,
    number_at: Option<usize>,
}

impl Text {
    fn line(&mut self, field: &str, value: &str) {
        for part in [field, ": ", value, "\n"] {
            self.bytes.extend_from_slice(part.as_bytes());
        }
    }

    /// A `data:` line for each line. Clients end a line at LF, at CR, and at both together.
    fn data(&mut self, data: &str, number_at: Option<usize>) {
        self.bytes.extend_from_slice(b"data: ");
        let given = data.as_bytes();
        for (index, byte) in given.iter().enumerate() {
            if number_at == Some(index) {
                self.number_at = Some(self.bytes.len());
            }
            let ends_crlf = *byte == b'\n' && index > 0 && given[index - 1] == b'\r' && number_at != Some(index);
            match byte {
                b'\n' if ends_crlf => {}
                b'\r' | b'\n' => self.bytes.extend_from_slice(b"\ndata: "),
                byte => self.bytes.push(*byte),
            }
        }
        if number_at == Some(given.len()) {
            self.number_at = Some(self.bytes.len());
        }
        self.bytes.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(data: Option<&str>) -> Given {
        Given {
            data: data.map(str::to_owned),
            number_at: None,
            name: None,
            id: None,
            position: None,
        }
    }

    fn written(given: Given, ids: bool, number: u64) -> String {
        let event = Event::new(given, &Arc::default()).expect("a good event");
        let mut out = Vec::new();
        event.write(ids, number, &mut out);
        assert!(out.len() <= event.len(ids));
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn what_would_end_a_line_or_cut_a_character_is_refused() {
        let named = |name: &str| Given {
            name: Some(name.into()),
            ..given(Some("a"))
        };
        let with_id = |id: &str| Given {
            id: Some(id.into()),
            ..given(Some("a"))
        };
        let numbered = |at| Given {
            number_at: Some(at),
            ..given(Some("aä"))
        };
        for wrong in [
            named("a\nb"),
            named("a\rb"),
            with_id("1\n2"),
            with_id("1\r"),
            with_id("\0"),
            numbered(2),
            numbered(4),
            given(None),
        ] {
            let error = Event::new(wrong, &Arc::default()).expect_err("refused");
            assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        }
        let long = "a".repeat(limits::SSE_EVENT_BYTES_MAX + 1);
        let error = Event::new(given(Some(&long)), &Arc::default()).expect_err("refused");
        assert!(matches!(error, Error::TooLarge(_)), "{error:?}");
    }

    #[test]
    fn an_event_is_a_line_of_each_kind_and_a_blank_one() {
        let event = || Given {
            name: Some("news".into()),
            id: Some("7".into()),
            ..given(Some("{}"))
        };
        assert_eq!(written(event(), true, 1), "id: 7\nevent: news\ndata: {}\n\n");
        assert_eq!(written(event(), false, 1), "event: news\ndata: {}\n\n");
        assert_eq!(written(given(Some("")), false, 1), "data: \n\n");
        assert_eq!(
            written(
                Given {
                    id: Some("7".into()),
                    ..given(None)
                },
                true,
                1
            ),
            "id: 7\n\n"
        );
    }

    #[test]
    fn each_line_of_the_data_is_a_line_of_its_own() {
        assert_eq!(
            written(given(Some("a\nb\r\nc\rd\n")), false, 1),
            "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n"
        );
    }

    #[test]
    fn the_number_goes_where_it_was_asked_for() {
        let at = |data: &str, at| {
            written(
                Given {
                    number_at: Some(at),
                    id: Some("x".into()),
                    ..given(Some(data))
                },
                false,
                42,
            )
        };
        assert_eq!(at("{\"seq\":}", 7), "data: {\"seq\":42}\n\n");
        assert_eq!(at("a", 0), "data: 42a\n\n");
        assert_eq!(at("ä\nb", 3), "data: ä\ndata: 42b\n\n");
        assert_eq!(at("a\r\nb", 2), "data: a\ndata: 42\ndata: b\n\n");
        assert_eq!(at("", 0), "data: 42\n\n");
    }

    #[test]
    fn what_waits_is_charged_until_nobody_has_it() {
        let total = Arc::default();
        let event = Event::new(given(Some("abc")), &total).expect("a good event");
        assert_eq!(total.load(Ordering::Relaxed), "data: abc\n\n".len());
        drop(event);
        assert_eq!(total.load(Ordering::Relaxed), 0);
    }
}
