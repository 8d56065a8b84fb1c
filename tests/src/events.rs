//! A client of Server-Sent Events over a plain connection, which sees the chunks as they come.

use crate::server::Server;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Between two silences the server sends something: a listener that hears nothing for so long is not listened to.
const TIMEOUT: Duration = Duration::from_secs(40);

/// A stream of events.
pub struct Events {
    reader: BufReader<TcpStream>,
    /// The status and the fields, names in lower case.
    pub head: Head,
    /// Bytes of a chunk that no event was made of yet.
    rest: Vec<u8>,
}

/// What came before the events.
#[derive(Debug, Clone, Default)]
pub struct Head {
    pub status: u16,
    pub fields: Vec<(String, String)>,
}

/// What stands between two blank lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    pub id: Option<String>,
    pub name: Option<String>,
    /// None for a comment alone, or for an id alone.
    pub data: Option<String>,
    pub comment: Option<String>,
}

impl Event {
    /// The data as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let data = self.data.as_deref().expect("the event has data");
        serde_json::from_str(data).expect("the data are JSON")
    }
}

impl Events {
    /// Asks for a stream, with these header fields.
    pub fn try_open(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let fields: String = fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n{fields}\r\n");
        io::Write::write_all(&mut stream, request.as_bytes())?;
        let mut reader = BufReader::new(stream);
        let head = Head::read(&mut reader)?;
        Ok(Self {
            reader,
            head,
            rest: Vec::new(),
        })
    }

    /// The socket, such as to set its buffer or to close one side.
    pub fn socket(&self) -> &TcpStream {
        self.reader.get_ref()
    }

    /// The next chunk of the body as it was sent; none at its end. An error where the connection breaks before that.
    pub fn next_chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let length = usize::from_str_radix(line.trim_end(), 16).map_err(io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        self.reader.read_exact(&mut chunk)?;
        chunk.truncate(length);
        Ok((length > 0).then_some(chunk))
    }

    /// The next event, comments included; none at the end of the stream.
    pub fn next_event(&mut self) -> io::Result<Option<Event>> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.rest.drain(..end + 2).collect();
                return Ok(Some(parse(&String::from_utf8_lossy(&block))));
            }
            match self.next_chunk()? {
                Some(chunk) => self.rest.extend(chunk),
                None => return Ok(None),
            }
        }
    }

    /// The next event with data.
    #[track_caller]
    pub fn expect_event(&mut self) -> Event {
        let begun = Instant::now();
        while begun.elapsed() < TIMEOUT {
            let event = self
                .next_event()
                .expect("the stream goes on")
                .expect("the stream has not ended");
            if event.data.is_some() {
                return event;
            }
        }
        panic!("no event came in {TIMEOUT:?}");
    }

    /// The data of the next event, as JSON.
    #[track_caller]
    pub fn expect_json(&mut self) -> serde_json::Value {
        self.expect_event().json()
    }

    /// Reads the stream to its end, which must be a clean one, and returns the events with data that came before it.
    #[track_caller]
    pub fn expect_end(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next_event().expect("the stream ends cleanly") {
            events.extend(Some(event).filter(|event| event.data.is_some()));
        }
        events
    }
}

impl Head {
    fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut head = Self::default();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            match line.split_once(": ") {
                _ if line.is_empty() => return Ok(head),
                Some((name, value)) => head.fields.push((name.to_ascii_lowercase(), value.into())),
                None => head.status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0),
            }
        }
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

fn parse(block: &str) -> Event {
    let mut event = Event::default();
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        let place = match field {
            "" => &mut event.comment,
            "id" => &mut event.id,
            "event" => &mut event.name,
            "data" => &mut event.data,
            _ => continue,
        };
        match place {
            Some(before) => *before = format!("{before}\n{value}"),
            None => *place = (!line.is_empty()).then(|| value.to_owned()),
        }
    }
    event
}

impl Server {
    /// A stream of events that the server must open.
    #[track_caller]
    pub fn events(&self, path: &str) -> Events {
        self.events_with(path, &[])
    }

    /// The same, with these header fields.
    #[track_caller]
    pub fn events_with(&self, path: &str, fields: &[(&str, &str)]) -> Events {
        let events = Events::try_open(self.address(), path, fields).expect("the server answers");
        assert_eq!(events.head.status, 200, "{:?}", events.head);
        events
    }
}
