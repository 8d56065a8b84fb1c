//! One listener: subscribes, notes when it hears of which row, and sees that it misses none. Ten thousand of them share one buffer for
//! what they read.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::row;

/// What all listeners share. All of them live on one thread.
pub struct Heard {
    /// When which row was sent to the server, by its number.
    sent: RefCell<Vec<(u64, Instant)>>,
    pub latencies_us: RefCell<Vec<u32>>,
    pub events: Cell<u64>,
    buffer: RefCell<Vec<u8>>,
}

impl Heard {
    pub fn new() -> Rc<Self> {
        Rc::new(Self {
            sent: RefCell::default(),
            latencies_us: RefCell::default(),
            events: Cell::new(0),
            buffer: RefCell::new(vec![0; 64 * 1024]),
        })
    }

    /// The row of this number goes to the server now.
    pub fn note_sent(&self, number: u64) {
        self.sent.borrow_mut().push((number, Instant::now()));
    }

    fn note_heard(&self, number: u64) -> anyhow::Result<()> {
        let sent = self.sent.borrow();
        let found = sent.iter().rev().find(|(sent, _)| *sent == number);
        let (_, at) = found.with_context(|| format!("an event of row {number}, which nobody inserted"))?;
        let latency_us = u32::try_from(at.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.latencies_us.borrow_mut().push(latency_us);
        self.events.set(self.events.get() + 1);
        Ok(())
    }
}

/// An open subscription.
pub struct Stream {
    stream: TcpStream,
    /// What came of an event that is not whole yet.
    rest: Vec<u8>,
    heard: Progress,
}

/// What one listener has heard.
#[derive(Clone, Default)]
pub struct Progress {
    /// The row that it heard of last. They are inserted in the order of their numbers.
    row: Option<u64>,
    /// Where it can go on, as the server has said.
    pub last_id: String,
}

impl Stream {
    /// Asks for a stream and waits for the first of it, which is returned too.
    pub async fn open(address: &str, path: &str) -> anyhow::Result<(Self, String)> {
        Self::open_with(address, path, "", Progress::default()).await
    }

    /// The same for a listener that has heard something before; `fields` are header fields.
    pub async fn open_with(address: &str, path: &str, fields: &str, heard: Progress) -> anyhow::Result<(Self, String)> {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n{fields}\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut begun = Vec::new();
        while !has_begun(&begun) {
            stream.readable().await?;
            match stream.try_read_buf(&mut begun) {
                Ok(0) => anyhow::bail!("the stream ended at once: {}", String::from_utf8_lossy(&begun)),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
        }
        // What follows the head is for whoever listens.
        let head = find(&begun, b"\r\n\r\n").map_or(0, |end| end + 4);
        let rest = begun.split_off(head);
        let text = String::from_utf8_lossy(&begun).into_owned() + &String::from_utf8_lossy(&rest);
        anyhow::ensure!(text.starts_with("HTTP/1.1 200"), "not a stream: {text}");
        Ok((Self { stream, rest, heard }, text))
    }

    /// Listens for so long and then goes away; says where it was. A stream that ends before that is a failure: nobody closes it.
    pub async fn listen_for(mut self, time: Duration, heard: &Heard) -> anyhow::Result<Progress> {
        match timeout(time, self.listen(heard)).await {
            Ok(ended) => ended.map(|()| self.heard),
            Err(_) => Ok(self.heard),
        }
    }

    /// Listens until the stream ends.
    pub async fn listen(&mut self, heard: &Heard) -> anyhow::Result<()> {
        self.take(&[], heard)?;
        loop {
            self.stream.readable().await?;
            let mut buffer = heard.buffer.borrow_mut();
            let read = match self.stream.try_read(&mut buffer) {
                Ok(0) => anyhow::bail!("a listener was closed"),
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error.into()),
            };
            self.take(&buffer[..read], heard)?;
        }
    }

    fn take(&mut self, bytes: &[u8], heard: &Heard) -> anyhow::Result<()> {
        if self.rest.is_empty() {
            let used = self.heard.take_events(bytes, heard)?;
            self.rest.extend_from_slice(&bytes[used..]);
        } else {
            self.rest.extend_from_slice(bytes);
            let used = self.heard.take_events(&self.rest, heard)?;
            self.rest.drain(..used);
        }
        Ok(())
    }
}

/// The head and the first block of the stream are there.
fn has_begun(bytes: &[u8]) -> bool {
    let head = find(bytes, b"\r\n\r\n");
    head.is_some_and(|end| find(&bytes[end + 4..], b"\n\n").is_some())
}

impl Progress {
    /// Notes the events of all blocks that are whole; how many bytes these are. Frames of chunks lie between blocks and do not
    /// matter.
    fn take_events(&mut self, bytes: &[u8], heard: &Heard) -> anyhow::Result<usize> {
        let mut used = 0;
        while let Some(length) = find(&bytes[used..], b"\n\n") {
            self.take_event(&bytes[used..used + length], heard)?;
            used += length + 2;
        }
        Ok(used)
    }

    fn take_event(&mut self, event: &[u8], heard: &Heard) -> anyhow::Result<()> {
        if let Some(start) = find(event, b"id: ") {
            let id = event[start + 4..]
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            self.last_id = String::from_utf8_lossy(id).into_owned();
        }
        let text = || String::from_utf8_lossy(event);
        anyhow::ensure!(
            find(event, b"\"Error\"").is_none(),
            "a listener was told of a failure: {}",
            text()
        );
        let Some(number) = number_of(event) else { return Ok(()) };
        let before = self.row.replace(number);
        anyhow::ensure!(
            before.is_none_or(|before| before + 1 == number),
            "a listener heard of row {number} after row {before:?}"
        );
        heard.note_heard(number)
    }
}

/// The number of the row that an event tells of. Every server writes the column in the same way.
fn number_of(event: &[u8]) -> Option<u64> {
    const COLUMN: &[u8] = b"\"created\":";
    let start = find(event, COLUMN)? + COLUMN.len();
    let digits = event[start..].iter().take_while(|byte| byte.is_ascii_digit());
    let created = digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    row::number_of_created(created)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = wanted[0];
    let mut start = 0;
    while let Some(at) = bytes[start..].iter().position(|byte| *byte == first) {
        if bytes[start + at..].starts_with(wanted) {
            return Some(start + at);
        }
        start += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_in_whole_blocks_alone() {
        let heard = Heard::new();
        heard.note_sent(7);
        let created = row::Row::inserted(7).created;
        let text = format!("2b\r\ndata: {{\"Insert\":{{\"created\":{created}}},\"seq\":1}}\n\n\r\n: \n\ndata: {{\"cr");
        let mut progress = Progress::default();
        let used = progress.take_events(text.as_bytes(), &heard).unwrap();
        assert_eq!(&text[used..], "data: {\"cr");
        assert_eq!(heard.events.get(), 1);
    }

    #[test]
    fn an_event_of_an_unknown_row_is_a_failure() {
        let created = row::Row::inserted(7).created;
        let text = format!("data: {{\"created\":{created}}}\n\n");
        assert!(Progress::default().take_events(text.as_bytes(), &Heard::new()).is_err());
    }

    #[test]
    fn a_row_that_was_passed_over_is_a_failure() {
        let heard = Heard::new();
        let mut progress = Progress::default();
        for (number, is_good) in [(7, true), (8, true), (10, false)] {
            heard.note_sent(number);
            let created = row::Row::inserted(number).created;
            let text = format!("id: 5-{number}\ndata: {{\"created\":{created}}}\n\n");
            assert_eq!(
                progress.take_events(text.as_bytes(), &heard).is_ok(),
                is_good,
                "{number}"
            );
        }
        assert_eq!(progress.last_id, "5-10");
    }
}
