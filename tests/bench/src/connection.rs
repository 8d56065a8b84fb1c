//! One HTTP/1.1 connection of the load: writes a ready-made request, reads one complete answer.
//!
//! A general client would cost more CPU than some of the servers do, and then the load and not the server is measured.

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Far above any answer of a scenario; a server that sends more is broken.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    body: Vec<u8>,
}

/// How the end of a body is told.
enum Framing {
    Length(usize),
    Chunked,
}

struct Head {
    status: u16,
    length: usize,
    framing: Framing,
}

impl Connection {
    pub async fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(16 * 1024),
            body: Vec::new(),
        })
    }

    /// Sends the request and gives the answer's status; its body is in [`Connection::body`] until the next one.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let head = loop {
            self.receive().await?;
            if let Some(head) = parse_head(&self.received)? {
                break head;
            }
        };
        while !self.take_body(&head)? {
            self.receive().await?;
        }
        Ok(head.status)
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        let count = self.stream.read_buf(&mut self.received).await?;
        anyhow::ensure!(count > 0, "the server closed the connection in the middle of an answer");
        anyhow::ensure!(
            self.received.len() <= MAX_ANSWER_BYTES,
            "an answer of more than {MAX_ANSWER_BYTES} bytes"
        );
        Ok(())
    }

    /// Whether the whole body has arrived, which is then in `self.body`.
    fn take_body(&mut self, head: &Head) -> anyhow::Result<bool> {
        self.body.clear();
        let rest = &self.received[head.length..];
        let used = match head.framing {
            Framing::Length(length) if rest.len() < length => return Ok(false),
            Framing::Length(length) => {
                self.body.extend_from_slice(&rest[..length]);
                length
            }
            Framing::Chunked => match parse_chunks(rest, &mut self.body)? {
                Some(used) => used,
                None => return Ok(false),
            },
        };
        anyhow::ensure!(used == rest.len(), "the server sent more than one answer");
        Ok(true)
    }
}

/// `None` while the head is not complete.
fn parse_head(bytes: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = find(bytes, b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end]).context("the head of an answer is not text")?;
    let mut lines = text.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let status = status_line
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.with_context(|| format!("not an HTTP/1.1 status line: {status_line}"))?;
    let mut framing = None;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else {
            anyhow::bail!("not a header: {line}")
        };
        if name.eq_ignore_ascii_case("content-length") {
            framing = Some(Framing::Length(value.trim().parse().context("content-length")?));
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            framing = Some(Framing::Chunked);
        }
    }
    // An answer that says that there is nothing has no body to be framed.
    let framing = framing.or((status == 204).then_some(Framing::Length(0)));
    let framing = framing.context("an answer that tells neither its length nor chunks")?;
    Ok(Some(Head {
        status,
        length: end + 4,
        framing,
    }))
}

/// Puts the chunks together and gives how many bytes they took; `None` while the last one is missing. Trailers are refused.
fn parse_chunks(bytes: &[u8], body: &mut Vec<u8>) -> anyhow::Result<Option<usize>> {
    let mut at = 0;
    loop {
        let Some(line_length) = find(&bytes[at..], b"\r\n") else {
            return Ok(None);
        };
        let line = std::str::from_utf8(&bytes[at..at + line_length]).context("the size of a chunk is not text")?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).with_context(|| format!("not the size of a chunk: {line}"))?;
        anyhow::ensure!(
            size <= MAX_ANSWER_BYTES,
            "a chunk of more than {MAX_ANSWER_BYTES} bytes"
        );
        let start = at + line_length + 2;
        let Some(chunk) = bytes.get(start..start + size + 2) else {
            return Ok(None);
        };
        anyhow::ensure!(chunk.ends_with(b"\r\n"), "a chunk that does not end where it says");
        body.extend_from_slice(&chunk[..size]);
        at = start + size + 2;
        if size == 0 {
            return Ok(Some(at));
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_complete() {
        let bytes = b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello";
        assert!(parse_head(&bytes[..30]).unwrap().is_none());
        let head = parse_head(bytes).unwrap().unwrap();
        assert_eq!((head.status, head.length), (404, bytes.len() - 5));
        assert!(matches!(head.framing, Framing::Length(5)));
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(parse_head(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n").is_err());
    }

    #[test]
    fn chunks_are_put_together_once_the_last_one_is_there() {
        let bytes = b"5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n";
        let mut body = Vec::new();
        assert_eq!(parse_chunks(&bytes[..bytes.len() - 2], &mut body).unwrap(), None);
        body.clear();
        assert_eq!(parse_chunks(bytes, &mut body).unwrap(), Some(bytes.len()));
        assert_eq!(body, b"hello, world");
        assert!(parse_chunks(b"2\r\nabc\r\n", &mut Vec::new()).is_err());
    }
}
