//! Server-Sent Events: who listens, what is sent, and what the host writes in between.

mod connections;
mod framing;
mod grants;
mod lifecycle;
mod limits;
mod news;
mod slow;

use guesthouse_tests::Server;
use guesthouse_tests::sse::Listener;

/// A server with a component that lets clients listen and sends what it is told to.
fn start() -> Server {
    let server = Server::start();
    server.deploy("broadcaster");
    server
}

fn listen(server: &Server, query: &str) -> Listener {
    Listener::open(server.address(), &format!("/broadcaster/listen?{query}"))
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
    let pairs = told
        .trim_matches(['[', ']'])
        .split("), (")
        .map(|pair| pair.trim_matches(['(', ')']));
    let own = pairs
        .filter_map(|pair| pair.split_once(", "))
        .filter(|(_, of)| of.trim_matches('"') == label);
    own.map(|(number, _)| number.parse().expect("a number")).collect()
}

/// Buffered by so many, and nothing else.
fn buffered(count: u32) -> String {
    format!("buffered {count} overflowed [] gone []")
}
