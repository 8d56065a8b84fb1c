//! Bytes over TCP: for clients that are slow, broken or hostile.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Longer than any time limit of the server that a test waits for.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A connection.
pub struct Raw {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Raw {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a socket has timeouts");
        stream.set_write_timeout(Some(TIMEOUT)).expect("a socket has timeouts");
        stream.set_nodelay(true).expect("a socket has options");
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Sends bytes. False when the server has closed the connection.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Tells the server that nothing more comes; answers can still be read.
    pub fn finish(&self) {
        // An error means that the server closed first.
        let _ = self.stream.shutdown(std::net::Shutdown::Write);
    }

    /// Reads until everything received contains `text`; returns it all.
    #[track_caller]
    pub fn read_until(&mut self, text: &str) -> String {
        while !self.text().contains(text) {
            assert!(
                self.read_some(),
                "the connection ended before {text:?} came, after: {:?}",
                self.text()
            );
        }
        self.text()
    }

    /// Reads until the end of an answer's head, or of the connection; returns everything received.
    pub fn read_head(&mut self) -> String {
        while !self.text().contains("\r\n\r\n") && self.read_some() {}
        self.text()
    }

    /// Reads until the server closes the connection; returns everything received and how long that took.
    pub fn read_to_end(&mut self) -> (String, Duration) {
        let started = Instant::now();
        while self.read_some() {}
        (self.text(), started.elapsed())
    }

    /// At least `bytes` bytes of what is received, or fewer if the connection ends.
    pub fn read_bytes(&mut self, bytes: usize) -> &[u8] {
        while self.received.len() < bytes && self.read_some() {}
        &self.received
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    /// Reads what has come, waiting where nothing has. False at the end. A reset connection has ended as well.
    pub fn read_some(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        match self.stream.read(&mut chunk) {
            Ok(bytes) => {
                self.received.extend(&chunk[..bytes]);
                bytes > 0
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the server did nothing for {TIMEOUT:?}")
            }
            Err(_) => false,
        }
    }
}

/// Sends `request` on a connection of its own and returns the status of the answer; 0 where there is none.
pub fn status_of(address: SocketAddr, request: impl AsRef<[u8]>) -> u16 {
    let mut connection = Raw::connect(address);
    connection.send(request);
    status(&connection.read_head())
}

/// The same for a client that goes away after the request, which may be half a one.
pub fn status_of_last(address: SocketAddr, request: impl AsRef<[u8]>) -> u16 {
    let mut connection = Raw::connect(address);
    connection.send(request);
    connection.finish();
    status(&connection.read_to_end().0)
}

/// The status of an answer as it came over the wire; 0 where it is none.
pub fn status(answer: &str) -> u16 {
    let line = answer.lines().next().unwrap_or_default();
    let status = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    status.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
