//! Server-Sent Events: who listens, what is sent, and what the host writes in between.

mod connections;
mod framing;
mod grants;
mod lifecycle;
mod limits;
mod news;
mod slow;

use guesthouse_tests::Server;
use guesthouse_tests::events::Events;

/// A server with a component that lets clients listen and sends what it is told to.
fn start() -> Server {
    let server = Server::start();
    server.deploy("broadcaster");
    server
}

/// A client that looks at the bytes.
struct Listener(Events);

#[track_caller]
fn listen(server: &Server, query: &str) -> Listener {
    let mut listener = Listener(server.events(&format!("/broadcaster/listen?{query}")));
    assert_eq!(listener.chunk().as_deref(), Some(": ping\n\n"));
    listener
}

impl Listener {
    /// The next chunk; nothing at the end of the body.
    #[track_caller]
    fn chunk(&mut self) -> Option<String> {
        let chunk = self.0.next_chunk().expect("the body goes on, or ends cleanly");
        chunk.map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    /// The chunks until one ends with this, put together.
    #[track_caller]
    fn until(&mut self, end: &str) -> String {
        let mut text = String::new();
        while !text.ends_with(end) {
            let chunk = self.chunk();
            text += &chunk.unwrap_or_else(|| panic!("the body ended before {end:?}, after {text:?}"));
        }
        text
    }

    /// All that comes until the end of the body.
    #[track_caller]
    fn rest(&mut self) -> String {
        std::iter::from_fn(|| self.chunk()).collect()
    }
}

/// Asks the component for something and returns what it saw.
#[track_caller]
fn ask(server: &Server, path: &str) -> String {
    let answer = server.get(&format!("/broadcaster/{path}"));
    answer.expect_status(200);
    answer.text()
}

/// The numbers of the listeners on a topic that have this label.
#[track_caller]
fn numbers(server: &Server, topic: &str, label: &str) -> Vec<u64> {
    let told = ask(server, &format!("listeners?topic={topic}"));
    let own = told
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, of)| *of == label);
    own.map(|(number, _)| number.parse().expect("a number")).collect()
}

/// Buffered by so many, and nothing else.
fn buffered(count: u32) -> String {
    format!("buffered {count} overflowed [] gone []")
}
