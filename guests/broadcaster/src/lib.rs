//! Lets clients listen, and sends what it is told to; answers what came of it.
//!
//! `/broadcaster/listen?topic=T&...` accepts, with `label`, `ids`, `held`, `replace` (data of the event in place of what did not fit),
//! `header=NAME:VALUE`, and `drop`, which drops the response; several `topic`s may be given. With `missed=DATA` (several) and `through=N`
//! it accepts held, and releases before it answers. `/broadcaster/send?topic=T&listener=N&data=D&...` sends to all of these, with `name`,
//! `id`, `position`, `number_at`, `size=N` (data of that length) and `times=N` (one message each). `/broadcaster/close?topic=T&listener=N`
//! with `last=DATA`, `/broadcaster/release?listener=N&through=N&missed=DATA`, `/broadcaster/listeners?topic=T`,
//! `/broadcaster/news?version=N`, and `/broadcaster/wait?version=N`, which waits for the news.

use guesthouse::http::{Fields, Request, Response};
use guesthouse::sse::{self, Error, Event, Listener, ListenerId, Message, News, Target};

async fn handle(request: Request) -> Response {
    let asked = request.query_fields();
    let what = request.path().rsplit('/').next().unwrap_or_default();
    let outcome = match what {
        "listen" => match listen(&asked) {
            Ok(response) => return response,
            Err(error) => Err(error),
        },
        "send" => send(&asked),
        "close" => close(&asked),
        "release" => release(&asked, number(&asked, "listener")).map(|()| "released".to_owned()),
        "listeners" => sse::listeners(text(&asked, "topic")).map(|found| {
            let lines = found
                .iter()
                .map(|present| format!("{} {}", present.listener, present.label));
            lines.collect::<Vec<_>>().join("\n")
        }),
        "news" => Ok(told(&sse::news_since(number(&asked, "version")))),
        "wait" => Ok(told(&sse::wait_for_news(number(&asked, "version")).await)),
        _ => return Response::text(500, "expected one of the paths that the source names"),
    };
    Response::text(200, &outcome.unwrap_or_else(|error| format!("{error:?}")))
}

fn text<'a>(asked: &'a Fields, name: &str) -> &'a str {
    asked.get(name).unwrap_or_default()
}

fn number(asked: &Fields, name: &str) -> u64 {
    text(asked, name).parse().unwrap_or_default()
}

fn listen(asked: &Fields) -> Result<Response, Error> {
    let mut topics = asked.all("topic");
    let mut listener = Listener::on(topics.next().unwrap_or_default()).label(text(asked, "label"));
    for topic in topics {
        listener = listener.and_on(topic);
    }
    if asked.get("ids").is_some() {
        listener = listener.with_ids();
    }
    if let Some(data) = asked.get("replace") {
        listener = listener.replace_overflow(Event::new(data));
    }
    if asked.get("held").is_some() || asked.get("through").is_some() {
        listener = listener.held();
    }
    let headers = asked.all("header").filter_map(|header| header.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
    let accepted = listener.headers(headers.collect()).accept()?;
    if asked.get("through").is_some() {
        release(asked, accepted.listener)?;
    }
    match asked.get("drop") {
        Some(_) => Ok(Response::text(200, &accepted.listener.to_string())),
        None => Ok(accepted.response),
    }
}

fn targets(asked: &Fields) -> Vec<Target> {
    let topics = asked.all("topic").map(|topic| Target::Topic(topic.into()));
    let listeners = asked
        .all("listener")
        .filter_map(|number| number.parse::<ListenerId>().ok());
    topics.chain(listeners.map(Target::Listener)).collect()
}

fn send(asked: &Fields) -> Result<String, Error> {
    let event = Event {
        data: match asked.get("size") {
            Some(size) => Some("x".repeat(size.parse().unwrap_or_default())),
            None => asked.get("data").map(str::to_owned),
        },
        number_at: asked.get("number_at").and_then(|at| at.parse().ok()),
        name: asked.get("name").map(str::to_owned),
        id: asked.get("id").map(str::to_owned),
        position: asked.get("position").and_then(|position| position.parse().ok()),
    };
    let message = || Message {
        targets: targets(asked),
        event: event.clone(),
    };
    let messages: Vec<Message> = (0..number(asked, "times").max(1)).map(|_| message()).collect();
    let lines = sse::send_all(&messages)?.into_iter().map(|delivery| {
        let sse::Delivery {
            buffered,
            overflowed,
            gone,
        } = delivery;
        format!("buffered {buffered} overflowed {overflowed:?} gone {gone:?}")
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn close(asked: &Fields) -> Result<String, Error> {
    let last = asked.get("last").map(Event::new);
    sse::close(&targets(asked), last.as_ref()).map(|closed| closed.to_string())
}

fn release(asked: &Fields, listener: ListenerId) -> Result<(), Error> {
    let missed: Vec<Event> = asked.all("missed").map(Event::new).collect();
    sse::release(listener, &missed, number(asked, "through"))
}

/// Without the version on a line of its own, so that the rest can be compared.
fn told(news: &News) -> String {
    let News {
        version,
        complete,
        gained,
        lost,
        departures,
    } = news;
    let departed: Vec<_> = departures
        .iter()
        .map(|gone| format!("{} {} {:?}", gone.listener, gone.label, gone.reason))
        .collect();
    format!("{version}\ncomplete {complete} gained {gained:?} lost {lost:?} departures {departed:?}")
}

guesthouse::serve!(handle);
