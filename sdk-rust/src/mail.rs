//! Electronic mail, as far as the component's grants go. Limits and errors: `wit/mail.wit`.

use crate::bindings::guesthouse::host::mail as host;
use std::fmt;

pub use host::{Attachment, Error as HostError, Mailbox, OutboxMessage, State};

/// A message that is being written.
#[derive(Debug, Clone)]
pub struct Message(pub host::Message);

/// Why a message was not taken, or nothing can be told.
#[derive(Debug, Clone)]
pub struct Error(pub HostError);

/// An address without a name.
impl From<&str> for Mailbox {
    fn from(address: &str) -> Self {
        Self {
            name: None,
            address: address.into(),
        }
    }
}

/// A name and an address.
impl From<(&str, &str)> for Mailbox {
    fn from((name, address): (&str, &str)) -> Self {
        Self {
            name: Some(name.into()),
            address: address.into(),
        }
    }
}

impl Message {
    /// A plain text from the server's sender.
    pub fn new(recipient: impl Into<Mailbox>, subject: &str, text: &str) -> Self {
        Self(host::Message {
            sender: None,
            reply_to: None,
            recipients: vec![recipient.into()],
            hidden_recipients: Vec::new(),
            subject: subject.into(),
            text: text.into(),
            html: None,
            attachments: Vec::new(),
        })
    }

    /// Another sender, which the grants must name.
    pub fn sender(mut self, sender: impl Into<Mailbox>) -> Self {
        self.0.sender = Some(sender.into());
        self
    }

    /// Where answers go.
    pub fn reply_to(mut self, reply_to: impl Into<Mailbox>) -> Self {
        self.0.reply_to = Some(reply_to.into());
        self
    }

    /// One more recipient.
    pub fn recipient(mut self, recipient: impl Into<Mailbox>) -> Self {
        self.0.recipients.push(recipient.into());
        self
    }

    /// One more recipient, whom the others do not see.
    pub fn hidden_recipient(mut self, recipient: impl Into<Mailbox>) -> Self {
        self.0.hidden_recipients.push(recipient.into());
        self
    }

    /// The same text as HTML.
    pub fn html(mut self, html: &str) -> Self {
        self.0.html = Some(html.into());
        self
    }

    /// One more file that goes with it.
    pub fn attachment(mut self, file_name: &str, content_type: &str, contents: Vec<u8>) -> Self {
        self.0.attachments.push(Attachment {
            file_name: file_name.into(),
            content_type: content_type.into(),
            contents,
        });
        self
    }

    /// Puts it into the outbox, from where the host hands it to the relay, and returns its number there.
    pub async fn send(self) -> Result<u64, Error> {
        host::send(self.0).await.map_err(Error)
    }
}

/// Where a message is that this component has sent; none where the host does not know of it any longer.
pub async fn state(number: u64) -> Result<Option<State>, Error> {
    host::get_state(number).await.map_err(Error)
}

/// Messages of all components, newest first.
pub async fn list_outbox(before: Option<u64>, limit: u32) -> Result<Vec<OutboxMessage>, Error> {
    host::list_outbox(before, limit).await.map_err(Error)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            HostError::Denied(what) => write!(f, "not granted: {what}"),
            HostError::Invalid(what) => write!(f, "not well-formed: {what}"),
            HostError::TooLarge(why) | HostError::Other(why) => f.write_str(why),
            HostError::TooMany => f.write_str("too much mail waits or was sent just now"),
        }
    }
}

impl std::error::Error for Error {}
