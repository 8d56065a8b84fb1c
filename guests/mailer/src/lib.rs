//! Sends mail, and answers what came of it: the error's name, or what it asked for.
//!
//! `POST /mailer/send` with a message as JSON, of which only `to` must be there: the number. `GET /mailer/state/NUMBER`: where that one
//! is. `GET /mailer/outbox/BEFORE`: what all have sent, a line each.

use guesthouse::http::{Request, Response};
use guesthouse::mail::{self, Error, Mailbox, Message};
use serde_json::Value;

const BODY_BYTES: u64 = 16 << 20;

async fn handle(request: Request) -> Response {
    let path = request.path().to_owned();
    let parts: Vec<&str> = path.split('/').skip(2).collect();
    let outcome = match parts[..] {
        ["send"] => {
            let body = request.body(BODY_BYTES).await.unwrap_or_default();
            let Ok(asked) = serde_json::from_slice::<Value>(&body) else {
                return Response::text(500, "expected a message as JSON");
            };
            message(&asked).send().await.map(|number| number.to_string())
        }
        ["state", number] => {
            let state = mail::state(number.parse().unwrap_or(u64::MAX)).await;
            state.map(|state| state.map_or("none".into(), |state| format!("{state:?}")))
        }
        ["outbox", before] => mail::list_outbox(before.parse().ok(), 100).await.map(|messages| {
            let line = |one: &mail::OutboxMessage| {
                let mail::OutboxMessage {
                    number,
                    component,
                    state,
                    message,
                    ..
                } = one;
                format!("{number} {component} {state:?} {} {}\n", message.subject, message.text)
            };
            messages.iter().map(line).collect()
        }),
        _ => return Response::text(500, "expected one of the paths that the source names"),
    };
    Response::text(200, &outcome.unwrap_or_else(|Error(error)| format!("{error:?}")))
}

fn message(asked: &Value) -> Message {
    let text = |key: &str| asked[key].as_str();
    let mut message = Message::new("", text("subject").unwrap_or("Hello"), text("text").unwrap_or("A text"));
    message.0.recipients = mailboxes(&asked["to"]);
    message.0.hidden_recipients = mailboxes(&asked["hidden"]);
    message.0.sender = mailboxes(&asked["from"]).pop();
    message.0.reply_to = mailboxes(&asked["reply_to"]).pop();
    message.0.html = text("html").map(str::to_owned);
    for attachment in asked["attachments"].as_array().into_iter().flatten() {
        let text = |key: &str| attachment[key].as_str().unwrap_or_default();
        message = message.attachment(text("name"), text("type"), text("contents").into());
    }
    message
}

/// `"ADDRESS"`, or a list of these and of `["NAME", "ADDRESS"]`.
fn mailboxes(value: &Value) -> Vec<Mailbox> {
    let one = |value: &Value| match value {
        Value::Array(pair) => Mailbox::from((
            pair[0].as_str().unwrap_or_default(),
            pair[1].as_str().unwrap_or_default(),
        )),
        _ => Mailbox::from(value.as_str().unwrap_or_default()),
    };
    match value {
        Value::Null => Vec::new(),
        Value::Array(several) => several.iter().map(one).collect(),
        _ => vec![one(value)],
    }
}

guesthouse::serve!(handle);
