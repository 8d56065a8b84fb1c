//! A client of Server-Sent Events that sees how they were written: chunk by chunk.

use crate::raw::{Raw, status};
use std::net::SocketAddr;

/// A connection on which a response streams in.
pub struct Listener {
    connection: Raw,
    head: String,
    /// How much of what was received has been looked at.
    seen: usize,
}

impl Listener {
    /// Sends the request and reads the head of the answer, which must be 200, and the first comment.
    #[track_caller]
    pub fn open(address: SocketAddr, path: &str) -> Self {
        let mut listener = Self::ask(address, path);
        assert_eq!(status(&listener.head), 200, "{}", listener.head);
        assert_eq!(listener.chunk().as_deref(), Some(": ping\n\n"));
        listener
    }

    /// Sends the request and reads the head of the answer, whatever it is.
    pub fn ask(address: SocketAddr, path: &str) -> Self {
        let mut connection = Raw::connect(address);
        connection.send(format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n"));
        let received = connection.read_head();
        let length = received.find("\r\n\r\n").map_or(received.len(), |end| end + 4);
        Self {
            connection,
            head: received[..length].into(),
            seen: length,
        }
    }

    /// The head of the answer.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The next chunk; nothing at the end of the body. Panics where the connection ends before the body does.
    #[track_caller]
    pub fn chunk(&mut self) -> Option<String> {
        let line = self.take_until("\r\n");
        let length = usize::from_str_radix(&line, 16).unwrap_or_else(|_| panic!("no length of a chunk: {line:?}"));
        let bytes = self.take(length + 2);
        assert_eq!(&bytes[length..], "\r\n");
        (length > 0).then(|| bytes[..length].into())
    }

    /// The chunks until one ends with this, put together.
    #[track_caller]
    pub fn until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let chunk = self.chunk();
            text += &chunk.unwrap_or_else(|| panic!("the body ended before {end:?}, after {text:?}"));
        }
        text
    }

    /// All that comes until the end of the body.
    #[track_caller]
    pub fn rest(&mut self) -> String {
        std::iter::from_fn(|| self.chunk()).collect()
    }

    #[track_caller]
    fn take_until(&mut self, end: &str) -> String {
        loop {
            let received = self.connection.read_bytes(0);
            let ahead = String::from_utf8_lossy(&received[self.seen..]).into_owned();
            if let Some(length) = ahead.find(end) {
                self.seen += length + end.len();
                return ahead[..length].into();
            }
            assert!(
                self.connection.read_some(),
                "the connection ended in the middle: {ahead:?}"
            );
        }
    }

    #[track_caller]
    fn take(&mut self, length: usize) -> String {
        let end = self.seen + length;
        let received = self.connection.read_bytes(end);
        assert!(received.len() >= end, "the connection ended in the middle of a chunk");
        let taken = String::from_utf8(received[self.seen..end].to_vec()).expect("text");
        self.seen = end;
        taken
    }
}
