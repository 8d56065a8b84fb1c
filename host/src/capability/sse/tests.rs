//! The hub by itself: orders, bounds, and what many listeners cost.

use super::*;
use crate::limits;
use bytes::Buf;
use futures::task::noop_waker_ref;
use http_body::Body;
use std::pin::Pin;
use std::task::{Context as Polling, Poll};
use std::time::Instant;

fn grant(topics: &[&str]) -> SseGrant {
    let topics: Vec<String> = topics.iter().map(|topic| (*topic).to_owned()).collect();
    SseGrant {
        publish: topics.clone(),
        listen: topics,
    }
}

fn component(hub: &Arc<Hub>, name: &str, topics: &[&str]) -> Granted {
    hub.grant(&name.into(), Some(grant(topics)));
    Granted::new(hub.clone(), &name.into(), grant(topics))
}

fn acceptance(topic: &str) -> Acceptance {
    Acceptance {
        topics: vec![topic.into()],
        headers: Vec::new(),
        label: "somebody".into(),
        ids: false,
        overflow: contract::Overflow::Close,
        held: false,
    }
}

fn event(data: &str) -> Given {
    Given {
        data: Some(data.into()),
        number_at: None,
        name: None,
        id: None,
        position: None,
    }
}

fn at(data: &str, position: u64) -> Given {
    Given {
        position: Some(position),
        id: Some(position.to_string()),
        ..event(data)
    }
}

fn message(topic: &str, event: Given) -> Message {
    Message {
        targets: vec![Target::Topic(topic.into())],
        event,
    }
}

fn listen(granted: &Granted, acceptance: Acceptance) -> (u64, Listening) {
    let (number, mut response) = granted.accept(acceptance).expect("accepted");
    let body = granted.take_body(response.headers_mut()).expect("its body");
    (number, body)
}

/// What can be read now, and whether the body has ended.
fn read(body: &mut Listening) -> (String, bool) {
    let mut text = String::new();
    loop {
        match Pin::new(&mut *body).poll_frame(&mut Polling::from_waker(noop_waker_ref())) {
            Poll::Pending => return (text, false),
            Poll::Ready(None) => return (text, true),
            Poll::Ready(Some(Ok(frame))) => {
                let mut chunk = frame.into_data().expect("data");
                let length = chunk.remaining();
                let bytes = chunk.copy_to_bytes(length);
                text += std::str::from_utf8(&bytes).expect("text");
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_granted_is_denied_whether_or_not_it_is_there() {
    let hub = Arc::<Hub>::default();
    let (a, b) = (component(&hub, "a", &["a/*"]), component(&hub, "b", &["b/*"]));
    let (listener, _body) = listen(&a, acceptance("a/1"));
    for topic in ["b/1", "a"] {
        let error = a.accept(acceptance(topic)).map(drop).expect_err("denied");
        assert!(matches!(error, Error::Denied(_)), "{error:?}");
        assert!(matches!(
            a.send(vec![message(topic, event("x"))]),
            Err(Error::Denied(_))
        ));
        assert!(matches!(a.listeners(topic), Err(Error::Denied(_))));
    }
    for number in [0, listener, listener + 1, u64::MAX] {
        let error = b.release(number, Vec::new(), 0).expect_err("denied");
        assert!(
            matches!(&error, Error::Denied(what) if *what == format!("sse: listener {number}")),
            "{error:?}"
        );
        assert!(matches!(
            b.close(&[Target::Listener(number)], None),
            Err(Error::Denied(_))
        ));
    }
    assert!(matches!(a.release(listener + 1, Vec::new(), 0), Err(Error::Denied(_))));
}

#[tokio::test]
async fn a_body_is_given_once_and_to_its_own_component_alone() {
    let hub = Arc::<Hub>::default();
    let (a, b) = (component(&hub, "a", &["*"]), component(&hub, "b", &["*"]));
    let (_, response) = a.accept(acceptance("t")).expect("accepted");
    assert!(b.take_body(&mut response.headers().clone()).is_none());
    let mut headers = response.headers().clone();
    let body = a.take_body(&mut headers);
    assert!(body.is_some() && headers.get(LISTENER).is_none());
    assert!(a.take_body(&mut response.headers().clone()).is_none());
    drop(response);
    assert_eq!(a.listeners("t").expect("known").len(), 1);
    drop(body);
    assert!(a.listeners("t").expect("known").is_empty());
}

#[tokio::test]
async fn a_held_listener_gets_what_it_missed_first_and_nothing_twice() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let held = Acceptance {
        held: true,
        ids: true,
        ..acceptance("t")
    };
    let (listener, mut body) = listen(&a, held);
    let sent = [at("2", 2), at("3", 3), event("4")].map(|event| message("t", event));
    a.send(sent.to_vec()).expect("sent");
    assert_eq!(read(&mut body).0, ": ping\n\n");
    let number = |mut given: Given| {
        given.number_at = Some(0);
        given
    };
    a.release(listener, vec![number(at("-1", 1)), number(at("-2", 2))], 2)
        .expect("released");
    assert_eq!(
        read(&mut body).0,
        "id: 1\ndata: 1-1\n\nid: 2\ndata: 2-2\n\nid: 3\ndata: 3\n\ndata: 4\n\n"
    );
    a.release(listener, vec![event("again")], 0).expect("no error");
    assert_eq!(read(&mut body), (String::new(), false));
}

#[tokio::test]
async fn a_held_listener_that_is_too_slow_gets_what_follows_without_a_gap_and_then_the_end() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let held = Acceptance {
        held: true,
        ids: true,
        ..acceptance("t")
    };
    let (listener, mut body) = listen(&a, held);
    let many = limits::SSE_BUFFER_EVENTS_MAX as u64 + 10;
    let messages = (2..2 + many).map(|number| message("t", at(&number.to_string(), number)));
    let delivered = a.send(messages.collect()).expect("sent");
    assert_eq!(delivered[delivered.len() - 1].overflowed, [listener]);
    a.release(listener, vec![at("1", 1)], 1).expect("released");
    let (text, ended) = read(&mut body);
    assert!(ended, "it goes on");
    let last = limits::SSE_BUFFER_EVENTS_MAX as u64 + 1;
    let events: String = (1..=last)
        .map(|number| format!("id: {number}\ndata: {number}\n\n"))
        .collect();
    assert_eq!(text, format!(": ping\n\n{events}"));
    assert!(a.listeners("t").expect("known").is_empty());
}

#[tokio::test]
async fn an_end_that_is_from_before_ends_nobody() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let held = || Acceptance {
        held: true,
        ..acceptance("t")
    };
    let (before, mut before_body) = listen(&a, held());
    let (after, mut after_body) = listen(&a, held());
    let (_, mut third) = listen(&a, acceptance("t"));
    a.send(vec![message("t", at("2", 2))]).expect("sent");
    let end = |position| a.close(&[Target::Topic("t".into())], Some(at("end", position)));
    assert_eq!(end(3).expect("closed"), 1);
    a.send(vec![message("t", at("4", 4))]).expect("sent");
    a.release(before, Vec::new(), 1).expect("released");
    a.release(after, Vec::new(), 3).expect("released");
    assert!(read(&mut third).0.ends_with("data: 2\n\ndata: end\n\n"));
    assert_eq!(
        read(&mut before_body),
        (": ping\n\ndata: 2\n\ndata: end\n\n".to_owned(), true)
    );
    assert_eq!(read(&mut after_body), (": ping\n\ndata: 4\n\n".to_owned(), false));
    assert_eq!(end(4).expect("closed"), 0);
    assert_eq!(a.listeners("t").expect("known").len(), 1);
}

#[tokio::test]
async fn what_was_sent_already_or_is_from_before_is_left_out() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let send = |positions: &[u64]| {
        let messages = positions
            .iter()
            .map(|position| message("t", at(&position.to_string(), *position)));
        a.send(messages.collect()).expect("sent");
    };
    let (_, mut first) = listen(&a, acceptance("t"));
    let held = Acceptance {
        held: true,
        ..acceptance("t")
    };
    let (listener, mut second) = listen(&a, held);
    a.release(listener, Vec::new(), 2).expect("released");
    send(&[0, 1, 2]);
    send(&[1, 2, 3]);
    assert!(
        read(&mut first)
            .0
            .ends_with("data: 0\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n")
    );
    assert!(read(&mut second).0.ends_with("ping\n\ndata: 3\n\n"));
}

#[tokio::test]
async fn a_listener_that_is_too_slow_is_closed_after_what_waits() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let (listener, mut body) = listen(&a, acceptance("t"));
    let all: Vec<Message> = (0..=limits::SSE_BUFFER_EVENTS_MAX)
        .map(|n| message("t", event(&n.to_string())))
        .collect();
    let deliveries = a.send(all).expect("sent");
    assert_eq!(deliveries.last().expect("one").overflowed, [listener]);
    assert!(a.listeners("t").expect("known").is_empty());
    let (text, ended) = read(&mut body);
    assert!(ended && text.ends_with("data: 63\n\n"), "{text}");
    let news = hub.news_since(0, a.component, |_| true);
    assert!(news.complete && news.gained.is_empty());
}

#[tokio::test]
async fn what_did_not_fit_is_replaced_by_one_event_that_is_counted() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let numbered = |data: &str| Given {
        number_at: Some(0),
        ..event(data)
    };
    let replace = Acceptance {
        overflow: contract::Overflow::Replace(numbered(" lost")),
        ..acceptance("t")
    };
    let (listener, mut body) = listen(&a, replace);
    let large = "x".repeat(100 * 1024);
    for fits in [true, true, false, false] {
        let delivery = a.send(vec![message("t", numbered(&large))]).expect("sent").remove(0);
        assert_eq!(delivery.buffered == 1, fits);
        assert_eq!(delivery.overflowed.contains(&listener), !fits);
    }
    let (text, ended) = read(&mut body);
    let starts: Vec<&str> = text
        .split("\n\n")
        .map(|event| event.get(..11).unwrap_or(event))
        .collect();
    assert_eq!(starts, [": ping", "data: 1xxxx", "data: 2xxxx", "data: 3 los", ""]);
    assert!(!ended);
    a.send(vec![message("t", numbered(""))]).expect("sent");
    assert_eq!(read(&mut body).0, "data: 4\n\n");
}

#[tokio::test]
async fn all_that_waits_is_bounded_and_given_back() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let large = "x".repeat(limits::SSE_BUFFER_BYTES_MAX - 100);
    let fitting = limits::SSE_WAITING_BYTES_MAX / large.len();
    let bodies: Vec<_> = (0..=fitting).map(|n| listen(&a, acceptance(&n.to_string()))).collect();
    for (n, (listener, _)) in bodies.iter().enumerate() {
        let delivery = a
            .send(vec![message(&n.to_string(), event(&large))])
            .expect("sent")
            .remove(0);
        let overflowed: &[u64] = if n < fitting {
            &[]
        } else {
            std::slice::from_ref(listener)
        };
        assert_eq!(delivery.overflowed, overflowed, "{n} of {fitting}");
    }
    drop(bodies);
    assert_eq!(hub.waiting().load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[tokio::test]
async fn topics_and_listeners_are_bounded() {
    let hub = Arc::<Hub>::default();
    let (a, b) = (component(&hub, "a", &["*"]), component(&hub, "b", &["*"]));
    let fitting = limits::SSE_TOPICS_BYTES_MAX / limits::SSE_TOPIC_BYTES_MAX;
    let long = |n: usize| format!("{n:0width$}", width = limits::SSE_TOPIC_BYTES_MAX);
    let bodies: Vec<_> = (0..fitting).map(|n| listen(&a, acceptance(&long(n)))).collect();
    assert!(matches!(
        a.accept(acceptance("t")).map(drop),
        Err(Error::TooManyListeners)
    ));
    listen(&b, acceptance(&long(0)));
    drop(bodies);
    let bodies: Vec<_> = (0..limits::SSE_COMPONENT_LISTENERS_MAX)
        .map(|_| listen(&a, acceptance("t")))
        .collect();
    assert!(matches!(
        a.accept(acceptance("t")).map(drop),
        Err(Error::TooManyListeners)
    ));
    let others = limits::SSE_LISTENERS_MAX - limits::SSE_COMPONENT_LISTENERS_MAX;
    let of_b: Vec<_> = (0..others).map(|_| listen(&b, acceptance("t"))).collect();
    assert!(matches!(
        b.accept(acceptance("t")).map(drop),
        Err(Error::TooManyListeners)
    ));
    drop((bodies, of_b));
}

#[tokio::test]
async fn a_removed_component_and_a_stopping_server_have_no_listeners() {
    let hub = Arc::<Hub>::default();
    let (a, b) = (component(&hub, "a", &["*"]), component(&hub, "b", &["*"]));
    let (mut of_a, mut of_b) = (listen(&a, acceptance("t")).1, listen(&b, acceptance("t")).1);
    hub.grant(&"a".into(), None);
    assert!(read(&mut of_a).1 && !read(&mut of_b).1);
    assert!(matches!(a.accept(acceptance("t")).map(drop), Err(Error::Other(_))));
    hub.grant(&"b".into(), Some(grant(&["u"])));
    assert!(read(&mut of_b).1, "it may not listen to that any more");
    let (_, mut of_b) = listen(&component(&hub, "b", &["t"]), acceptance("t"));
    hub.stop();
    assert!(read(&mut of_b).1);
    assert!(matches!(b.accept(acceptance("t")).map(drop), Err(Error::Other(_))));
}

#[tokio::test]
async fn news_are_told_to_whoever_may_know_of_them_and_can_be_waited_for() {
    let hub = Arc::<Hub>::default();
    let (a, b) = (component(&hub, "a", &["a"]), component(&hub, "b", &["b"]));
    let version = hub.news_since(0, a.component, |topic| a.knows(topic)).version;
    let waiting = hub.wait_for_news(version, a.component, |topic| a.knows(topic));
    let mut waiting = std::pin::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending());
    let (_, of_b) = listen(&b, acceptance("b"));
    drop(of_b);
    assert!(futures::poll!(&mut waiting).is_pending(), "it is none of its business");
    let (listener, of_a) = listen(&a, acceptance("a"));
    let news = waiting.await;
    assert_eq!(
        (news.complete, news.gained, news.departures.len()),
        (false, vec!["a".to_owned()], 0)
    );
    drop(of_a);
    let news = hub
        .wait_for_news(news.version, a.component, |topic| a.knows(topic))
        .await;
    assert_eq!(news.lost, ["a"]);
    let gone = &news.departures[0];
    assert_eq!(
        (gone.listener, gone.label.as_str(), gone.reason),
        (listener, "somebody", contract::Reason::Disconnected)
    );
}

/// Measured with `cargo test -p guesthouse -- --ignored --nocapture many_listeners`.
#[tokio::test]
#[ignore = "it measures"]
async fn what_many_listeners_cost() {
    let hub = Arc::<Hub>::default();
    let a = component(&hub, "a", &["*"]);
    let begun = Instant::now();
    let mut bodies: Vec<_> = (0..10_000).map(|_| listen(&a, acceptance("t")).1).collect();
    let accepted = begun.elapsed();
    for body in &mut bodies {
        read(body);
    }
    let begun = Instant::now();
    for _ in 0..10 {
        a.send(vec![message("t", event(&"x".repeat(200)))]).expect("sent");
    }
    let sent = begun.elapsed() / 10;
    let begun = Instant::now();
    let bytes: usize = bodies.iter_mut().map(|body| read(body).0.len()).sum();
    let taken = begun.elapsed();
    let begun = Instant::now();
    drop(bodies);
    let gone = begun.elapsed();
    println!("accept {accepted:?}, send {sent:?}, take {bytes} bytes in {taken:?}, leave {gone:?}");
}
