//! A message as it goes over the wire.

use super::error::MailError;
use super::message::{self, Attachment, Mailbox, Message};
use crate::limits;
use lettre::message::header::ContentType;
use lettre::message::{Attachment as AttachedFile, MultiPart, SinglePart};
use std::time::SystemTime;

/// What the host adds.
pub struct Envelope<'a> {
    /// Who sends where the message does not say.
    pub sender: &'a Mailbox,
    /// The same each time the message is tried, so that a mail program can tell that two are one.
    pub message_id: &'a str,
    pub date: SystemTime,
}

/// Encodes a message that was checked.
pub fn compose(message: &Message, envelope: &Envelope<'_>) -> Result<lettre::Message, MailError> {
    let sender = message.sender.as_ref().unwrap_or(envelope.sender);
    let mut builder = lettre::Message::builder()
        .message_id(Some(envelope.message_id.to_owned()))
        .date(envelope.date)
        .from(mailbox(sender)?)
        .subject(&message.subject);
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    for recipient in &message.recipients {
        builder = builder.to(mailbox(recipient)?);
    }
    // They become recipients, and the field is left out of what is sent.
    for recipient in &message.hidden_recipients {
        builder = builder.bcc(mailbox(recipient)?);
    }
    let composed = match (&message.html, message.attachments.is_empty()) {
        (None, true) => builder.singlepart(SinglePart::plain(message.text.clone())),
        (Some(html), true) => builder.multipart(alternative(message, html)),
        (html, false) => {
            let mixed = MultiPart::mixed();
            let mixed = match html {
                Some(html) => mixed.multipart(alternative(message, html)),
                None => mixed.singlepart(SinglePart::plain(message.text.clone())),
            };
            let files = message.attachments.iter().map(attached);
            builder.multipart(
                files
                    .collect::<Result<Vec<_>, _>>()?
                    .into_iter()
                    .fold(mixed, MultiPart::singlepart),
            )
        }
    };
    let composed = composed.map_err(|error| MailError::Invalid(error.to_string()))?;
    match composed.formatted().len() > limits::MAIL_MESSAGE_BYTES_MAX {
        true => Err(message::too_many_bytes()),
        false => Ok(composed),
    }
}

fn alternative(message: &Message, html: &str) -> MultiPart {
    MultiPart::alternative_plain_html(message.text.clone(), html.to_owned())
}

fn mailbox(mailbox: &Mailbox) -> Result<lettre::message::Mailbox, MailError> {
    let address = mailbox.address.parse();
    let address = address.map_err(|_| MailError::Invalid(format!("the address `{}`", mailbox.address)))?;
    Ok(lettre::message::Mailbox::new(mailbox.name.clone(), address))
}

fn attached(attachment: &Attachment) -> Result<SinglePart, MailError> {
    let kind = ContentType::parse(&attachment.content_type);
    let kind = kind.map_err(|_| MailError::Invalid(format!("the media type `{}`", attachment.content_type)))?;
    Ok(AttachedFile::new(attachment.file_name.clone()).body(attachment.contents.clone(), kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(name: Option<&str>, address: &str) -> Mailbox {
        Mailbox {
            name: name.map(str::to_owned),
            address: address.to_owned(),
        }
    }

    fn message() -> Message {
        Message {
            sender: None,
            reply_to: None,
            recipients: vec![party(Some("Ann"), "ann@example.org")],
            hidden_recipients: vec![party(None, "hidden@example.org")],
            subject: "Hello".into(),
            text: "A line\n.\nanother\r\nend".into(),
            html: None,
            attachments: Vec::new(),
        }
    }

    fn composed(message: &Message) -> Result<String, MailError> {
        message.check()?;
        let envelope = Envelope {
            sender: &party(None, "server@example.org"),
            message_id: "<1@example.org>",
            date: SystemTime::UNIX_EPOCH,
        };
        let composed = compose(message, &envelope)?;
        let recipients: Vec<String> = composed.envelope().to().iter().map(ToString::to_string).collect();
        assert!(recipients.contains(&"hidden@example.org".to_owned()), "{recipients:?}");
        Ok(String::from_utf8_lossy(&composed.formatted()).into_owned())
    }

    fn attachment(file_name: &str, content_type: &str) -> Attachment {
        Attachment {
            file_name: file_name.into(),
            content_type: content_type.into(),
            contents: vec![0, 255, 10],
        }
    }

    #[test]
    fn no_field_can_begin_another_field_or_end_the_head() {
        let injection = "x\r\nBcc: evil@example.org";
        type Change = fn(&mut Message, &str);
        let changes: [Change; 9] = [
            |message, text| message.subject = text.into(),
            |message, text| message.recipients[0].name = Some(text.into()),
            |message, text| message.recipients[0].address = text.into(),
            |message, text| message.recipients[0].address = format!("a{text}@example.org"),
            |message, text| message.hidden_recipients[0].address = text.into(),
            |message, text| message.sender = Some(party(Some(text), "a@example.org")),
            |message, text| message.reply_to = Some(party(None, text)),
            |message, text| message.attachments = vec![attachment(text, "text/plain")],
            |message, text| message.attachments = vec![attachment("a.txt", &format!("text/plain; a=\"{text}\""))],
        ];
        for change in changes {
            for text in [injection, "x\nBcc: y", "x\rBcc: y", "x\0y", "x\u{85}y", "\n"] {
                let mut message = message();
                change(&mut message, text);
                assert!(matches!(composed(&message), Err(MailError::Invalid(_))), "{text:?}");
            }
        }
    }

    #[test]
    fn only_plain_addresses_are_taken() {
        for good in [
            "a@example.org",
            "a.b+c@sub.example.org",
            "a@localhost",
            "x_y-z@xn--bcher-kva.example",
        ] {
            message::check_address(good).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        let long = format!("{}@example.org", "a".repeat(limits::MAIL_ADDRESS_BYTES_MAX));
        for bad in [
            "",
            "a",
            "@example.org",
            "a@",
            "a@b@c.org",
            "a b@example.org",
            "<a@example.org>",
            "a@example.org, b@example.org",
            "\"a b\"@example.org",
            "a(comment)@example.org",
            "b\u{fc}cher@example.org",
            "a@b\u{fc}cher.example",
            "a@example.org\r\nX: y",
            "Ann <a@example.org>",
            "a@exa mple.org",
            "a@[127.0.0.1]",
            &long,
        ] {
            assert!(
                matches!(message::check_address(bad), Err(MailError::Invalid(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn number_and_size_are_bounded() {
        let many = |count: usize| vec![party(None, "a@example.org"); count];
        let cases: [fn(&mut Message); 5] = [
            |message| message.subject = "x".repeat(limits::MAIL_FIELD_BYTES_MAX + 1),
            |message| message.recipients[0].name = Some("x".repeat(limits::MAIL_FIELD_BYTES_MAX + 1)),
            |message| message.text = "x".repeat(limits::MAIL_MESSAGE_BYTES_MAX + 1),
            // This one is too large only once it is encoded.
            |message| {
                message.attachments = vec![attachment("a", "text/plain")];
                message.attachments[0].contents = vec![0; limits::MAIL_MESSAGE_BYTES_MAX - 1000];
            },
            |message| message.attachments = vec![attachment("a", "text/plain"); limits::MAIL_ATTACHMENTS_MAX + 1],
        ];
        for change in cases {
            let mut message = message();
            change(&mut message);
            assert!(matches!(composed(&message), Err(MailError::TooLarge(_))));
        }
        let mut most = message();
        most.recipients = many(limits::MAIL_RECIPIENTS_MAX - 1);
        composed(&most).expect("as many as may be");
        most.recipients = many(limits::MAIL_RECIPIENTS_MAX);
        assert!(matches!(composed(&most), Err(MailError::TooLarge(_))));
        most.recipients = Vec::new();
        assert!(matches!(composed(&most), Err(MailError::Invalid(_))));
    }

    #[test]
    fn a_full_message_has_all_its_parts_and_hides_whom_it_should() {
        let mut message = message();
        message.subject = "Gr\u{fc}\u{df}e".into();
        message.sender = Some(party(Some("The Guests, Inc."), "guests@example.org"));
        message.reply_to = Some(party(None, "answers@example.org"));
        message.html = Some("<p>A line</p>".into());
        message.attachments = vec![attachment("b\u{e4}r.png", "image/png")];
        let text = composed(&message).expect("a message");
        for part in [
            "From: =?utf-8?b?VGhlIEd1ZXN0cywgSW5jLg==?= <guests@example.org>",
            "Reply-To: answers@example.org",
            "To: Ann <ann@example.org>",
            "Subject: =?utf-8?b?",
            "Message-ID: <1@example.org>",
            "Date: Thu, 01 Jan 1970",
            "text/plain",
            "text/html",
            "image/png",
            "AP8K",
        ] {
            assert!(text.contains(part), "no {part} in {text}");
        }
        assert!(!text.contains("hidden@example.org"), "{text}");
        let bare = text.replace("\r\n", "");
        assert!(
            !bare.contains(['\n', '\r']),
            "a bare line end could end the message early: {text:?}"
        );
    }
}
