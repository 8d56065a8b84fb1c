//! Messages between the contract and the outbox.

use super::super::bindings::mail as contract;
use super::message::{Attachment, Mailbox, Message};
use super::outbox::{Entry, State};
use wasmtime_wasi::p3::bindings::clocks::system_clock::Instant;

pub fn state(entry: &Entry) -> contract::State {
    match entry.state {
        State::Kept => contract::State::Kept,
        State::Waiting => contract::State::Waiting,
        State::Relayed => contract::State::Relayed,
        State::Failed => contract::State::Failed(entry.detail.clone()),
    }
}

impl From<Entry> for contract::OutboxMessage {
    fn from(entry: Entry) -> Self {
        let seconds = entry.time_ms.div_euclid(1000);
        // Less than a second, so it fits.
        let nanoseconds = entry.time_ms.rem_euclid(1000) as u32 * 1_000_000;
        Self {
            number: entry.number,
            time: Instant { seconds, nanoseconds },
            state: state(&entry),
            component: entry.component,
            message: entry.message.into(),
        }
    }
}

impl From<contract::Mailbox> for Mailbox {
    fn from(mailbox: contract::Mailbox) -> Self {
        Self {
            name: mailbox.name,
            address: mailbox.address,
        }
    }
}

impl From<Mailbox> for contract::Mailbox {
    fn from(mailbox: Mailbox) -> Self {
        Self {
            name: mailbox.name,
            address: mailbox.address,
        }
    }
}

impl From<contract::Attachment> for Attachment {
    fn from(attachment: contract::Attachment) -> Self {
        Self {
            file_name: attachment.file_name,
            content_type: attachment.content_type,
            contents: attachment.contents,
        }
    }
}

impl From<Attachment> for contract::Attachment {
    fn from(attachment: Attachment) -> Self {
        Self {
            file_name: attachment.file_name,
            content_type: attachment.content_type,
            contents: attachment.contents,
        }
    }
}

impl From<contract::Message> for Message {
    fn from(message: contract::Message) -> Self {
        Self {
            sender: message.sender.map(Into::into),
            reply_to: message.reply_to.map(Into::into),
            recipients: message.recipients.into_iter().map(Into::into).collect(),
            hidden_recipients: message.hidden_recipients.into_iter().map(Into::into).collect(),
            subject: message.subject,
            text: message.text,
            html: message.html,
            attachments: message.attachments.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Message> for contract::Message {
    fn from(message: Message) -> Self {
        Self {
            sender: message.sender.map(Into::into),
            reply_to: message.reply_to.map(Into::into),
            recipients: message.recipients.into_iter().map(Into::into).collect(),
            hidden_recipients: message.hidden_recipients.into_iter().map(Into::into).collect(),
            subject: message.subject,
            text: message.text,
            html: message.html,
            attachments: message.attachments.into_iter().map(Into::into).collect(),
        }
    }
}
