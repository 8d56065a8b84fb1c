//! The pages that a browser shows. Everything that somebody wrote passes through `escape`.

use crate::message::Message;
use crate::visit::{Mistake, NAME_LENGTH_MAX, TEXT_LENGTH_MAX, Visit};
use guesthouse::html::escape;
use guesthouse::http::Response;

/// How they look.
pub const STYLE: &str = include_str!("style.css");
/// What the room does by itself.
pub const SCRIPT: &str = include_str!("chat.js");

/// All that the browser may use, whatever gets into the page: the files and the forms of this component.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// A page as a response.
pub fn response(status: u16, html: &str) -> Response {
    Response::html(status, html.to_owned())
        .with_header("content-security-policy", POLICY)
        .with_header("x-content-type-options", "nosniff")
        .with_header("referrer-policy", "no-referrer")
        .with_header("cache-control", "no-store")
}

/// A file of the pages as a response.
pub fn file(content_type: &str, text: &str) -> Response {
    Response::new(200, text.into())
        .with_header("content-type", content_type)
        .with_header("x-content-type-options", "nosniff")
        .with_header("cache-control", "max-age=60")
}

/// Where somebody is in a room.
pub fn address(visit: &Visit) -> String {
    let pairs = [("room", &visit.room), ("name", &visit.name)];
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/chat/room?{query}")
}

/// The form in which one says who one is and where to go, as it was filled in, with its mistakes.
pub fn render_door(visit: &Visit, mistakes: &[Mistake]) -> String {
    let room = if visit.room.is_empty() { "lobby" } else { &visit.room };
    let field = |field: &str, label: &str, value: &str, autocomplete: &str| {
        let mistake = mistakes.iter().find(|mistake| mistake.field == field);
        let (described, hint) = mistake.map_or((String::new(), String::new()), |mistake| {
            let described = format!(" aria-invalid=\"true\" aria-describedby=\"{field}-mistake\"");
            let hint = format!(
                "<span class=\"mistake\" id=\"{field}-mistake\">{}</span>\n",
                mistake.text
            );
            (described, hint)
        });
        format!(
            "<label for=\"{field}\">{label}</label>\n<input id=\"{field}\" name=\"{field}\" required \
             maxlength=\"{NAME_LENGTH_MAX}\" autocomplete=\"{autocomplete}\" value=\"{}\"{described}>\n{hint}",
            escape(value)
        )
    };
    let fields = field("name", "Your name", &visit.name, "nickname") + &field("room", "Room", room, "off");
    frame(
        "Chat",
        "",
        &format!(
            "<h1>Chat</h1>\n<form method=\"get\" action=\"/chat/room\">\n{fields}<button>Enter</button>\n</form>\n"
        ),
    )
}

/// A room: what was said last, who is there, and a form to say something. It works without JavaScript, but then stands still.
pub fn render_room(visit: &Visit, messages: &[Message], people: &[String]) -> String {
    let (room, name) = (escape(&visit.room), escape(&visit.name));
    let said: String = messages.iter().map(render_message).collect();
    let people: String = people
        .iter()
        .map(|name| format!("<li>{}</li>\n", escape(name)))
        .collect();
    let last = messages.last().map_or(0, |message| message.id);
    let body = format!(
        "<h1>{room}</h1>\n<p class=\"about\">You are {name}. <a href=\"/chat\">Leave</a> <span id=\"state\" role=\"status\"></span></p>\n\
         <noscript><p class=\"notice\">Load the page again to see what was said since.</p></noscript>\n\
         <section aria-labelledby=\"people-heading\">\n<h2 id=\"people-heading\">Here now</h2>\n<ul id=\"people\">\n{people}</ul>\n</section>\n\
         <section aria-labelledby=\"messages-heading\">\n<h2 id=\"messages-heading\">Messages</h2>\n\
         <ol id=\"messages\" role=\"log\" tabindex=\"0\" aria-labelledby=\"messages-heading\" data-room=\"{room}\" data-name=\"{name}\" data-last=\"{last}\">\n{said}</ol>\n</section>\n\
         <form id=\"say\" method=\"post\" action=\"/chat/messages\">\n\
         <input type=\"hidden\" name=\"room\" value=\"{room}\">\n<input type=\"hidden\" name=\"name\" value=\"{name}\">\n\
         <label for=\"text\">Say something</label>\n\
         <input id=\"text\" name=\"text\" required maxlength=\"{TEXT_LENGTH_MAX}\" autocomplete=\"off\">\n<button>Send</button>\n</form>\n",
    );
    let script = "<script src=\"/chat/chat.js\" defer></script>\n";
    frame(&format!("{room} - Chat"), script, &body)
}

fn render_message(message: &Message) -> String {
    format!(
        "<li id=\"message-{}\"><b>{}</b> <time datetime=\"{sent}\">{time}</time><p>{}</p></li>\n",
        message.id,
        escape(&message.name),
        escape(&message.text),
        sent = message.sent,
        time = message.sent.get(11..16).unwrap_or_default(),
    )
}

fn frame(title: &str, script: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/chat/style.css\">\n{script}</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_people_wrote() {
        let hostile = "\"'><script>alert(1)</script>".to_owned();
        let visit = Visit {
            room: hostile.clone(),
            name: hostile.clone(),
        };
        let message = Message {
            id: 7,
            room: "lobby".into(),
            name: hostile.clone(),
            text: hostile.clone(),
            sent: "2026-11-22T16:00:00Z".into(),
        };
        for html in [
            render_room(&visit, &[message], &[hostile]),
            render_door(&visit, &visit.mistakes()),
        ] {
            assert!(!html.contains("<script>") && !html.contains("'>"), "{html}");
        }
    }

    #[test]
    fn a_room_says_how_far_it_shows_what_was_said() {
        let visit = Visit {
            room: "lobby".into(),
            name: "Ada".into(),
        };
        assert!(render_room(&visit, &[], &[]).contains("data-last=\"0\""));
    }
}
