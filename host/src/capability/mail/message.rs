//! Messages as the outbox keeps them, and what a message must be like.

use super::error::MailError;
use crate::limits;
use lettre::Address;
use lettre::message::header::ContentType;
use serde::{Deserialize, Serialize};

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: String,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub file_name: String,
    pub content_type: String,
    #[serde(with = "base64_text")]
    pub contents: Vec<u8>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub sender: Option<Mailbox>,
    pub reply_to: Option<Mailbox>,
    pub recipients: Vec<Mailbox>,
    pub hidden_recipients: Vec<Mailbox>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}

impl Message {
    /// Refuses what does not fit into mail: nothing that is checked here can end one field of a message and begin another.
    pub fn check(&self) -> Result<(), MailError> {
        check_field("subject", &self.subject)?;
        let people = self
            .sender
            .iter()
            .chain(&self.reply_to)
            .chain(&self.recipients)
            .chain(&self.hidden_recipients);
        for mailbox in people {
            check_address(&mailbox.address)?;
            check_field("name", mailbox.name.as_deref().unwrap_or_default())?;
        }
        if self.recipients.is_empty() {
            return Err(MailError::Invalid("there is no recipient".into()));
        }
        if self.recipient_count() > limits::MAIL_RECIPIENTS_MAX {
            let most = limits::MAIL_RECIPIENTS_MAX;
            return Err(MailError::TooLarge(format!("a message has at most {most} recipients")));
        }
        if self.attachments.len() > limits::MAIL_ATTACHMENTS_MAX {
            let most = limits::MAIL_ATTACHMENTS_MAX;
            return Err(MailError::TooLarge(format!("a message has at most {most} attachments")));
        }
        self.attachments.iter().try_for_each(check_attachment)?;
        match self.bytes() > limits::MAIL_MESSAGE_BYTES_MAX {
            true => Err(too_many_bytes()),
            false => Ok(()),
        }
    }

    pub fn recipient_count(&self) -> usize {
        self.recipients.len() + self.hidden_recipients.len()
    }

    /// The contents, before they are encoded.
    pub fn bytes(&self) -> usize {
        let attached: usize = self
            .attachments
            .iter()
            .map(|attachment| attachment.contents.len())
            .sum();
        self.text.len() + self.html.as_ref().map_or(0, String::len) + attached
    }
}

pub fn too_many_bytes() -> MailError {
    let most = limits::MAIL_MESSAGE_BYTES_MAX;
    MailError::TooLarge(format!("a message has at most {most} bytes, as it is encoded for mail"))
}

fn check_field(what: &str, text: &str) -> Result<(), MailError> {
    if text.len() > limits::MAIL_FIELD_BYTES_MAX {
        let most = limits::MAIL_FIELD_BYTES_MAX;
        return Err(MailError::TooLarge(format!("a {what} has at most {most} bytes")));
    }
    match text.chars().any(char::is_control) {
        true => Err(MailError::Invalid(format!(
            "a line break or another control character in a {what}"
        ))),
        false => Ok(()),
    }
}

/// Plain addresses alone. What quotes and comments may hide in an address is of use to nobody who is honest.
pub fn check_address(address: &str) -> Result<(), MailError> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"(),:;<>[\\]".contains(&byte);
    let is_address = address.len() <= limits::MAIL_ADDRESS_BYTES_MAX
        && address.bytes().all(plain)
        && address.parse::<Address>().is_ok();
    match is_address {
        true => Ok(()),
        false => Err(MailError::Invalid(format!(
            "the address `{}`",
            address
                .chars()
                .take(limits::MAIL_ADDRESS_BYTES_MAX)
                .collect::<String>()
                .escape_debug()
        ))),
    }
}

fn check_attachment(attachment: &Attachment) -> Result<(), MailError> {
    let Attachment {
        file_name,
        content_type,
        ..
    } = attachment;
    check_field("file name", file_name)?;
    check_field("media type", content_type)?;
    if file_name.is_empty() || file_name.contains(['/', '\\', '"']) {
        return Err(MailError::Invalid(format!(
            "the file name `{}`",
            file_name.escape_debug()
        )));
    }
    match content_type.is_ascii() && ContentType::parse(content_type).is_ok() {
        true => Ok(()),
        false => Err(MailError::Invalid(format!(
            "the media type `{}`",
            content_type.escape_debug()
        ))),
    }
}

/// Bytes inside JSON.
mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(deserializer)?)
            .map_err(de::Error::custom)
    }
}
