//! `guesthouse:host/mail`: messages for the relay, as far as the grants go.
//!
//! A message is written to the outbox in `host.db`, and `deliver` hands it to the relay later: so a call takes as long as a write,
//! whoever the recipients are, and what was taken survives a restart. Without a relay it stays in the outbox to be looked at.

mod compose;
mod convert;
mod deliver;
mod error;
mod message;
mod outbox;
mod rate;
mod relay;
mod rows;
mod schema;

use super::bindings::mail::{self as contract, Error, Message as GivenMessage, OutboxMessage, State as GivenState};
use super::secrets::Secrets;
use super::sqlite::Database;
use crate::components::grants::MailGrant;
use crate::limits;
use crate::runtime::{Caller, State as Store};
use outbox::{Draft, Outbox};
use rate::Rate;
use relay::Relay;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::sync::Notify;
use wasmtime::component::{Accessor, HasData, Linker};

pub use deliver::deliver;
pub use error::MailError;
pub use message::{Mailbox, Message, check_address};
pub use outbox::{Entry, State};
pub use relay::{RelayUrl, mailbox};

/// How the server is configured to send mail.
#[derive(Debug, Clone, Default)]
pub struct MailSettings {
    pub relay: Option<RelayUrl>,
    /// Certificates that are trusted beside the public ones.
    pub roots: Option<PathBuf>,
    /// Who sends where a message does not say.
    pub sender: Option<Mailbox>,
}

/// The outbox and the way out of it.
pub struct Mail {
    outbox: Outbox,
    rate: Rate,
    sender: Mailbox,
    relay: Option<Relay>,
    /// There is something new to hand over.
    added: Notify,
}

impl Mail {
    pub async fn open(database: Arc<Database>, settings: MailSettings, secrets: Arc<Secrets>) -> anyhow::Result<Self> {
        let sender = settings.sender.unwrap_or_else(|| Mailbox {
            name: None,
            address: "guesthouse@localhost".into(),
        });
        let relay = |url| Relay::new(url, settings.roots.as_deref(), domain(&sender), secrets);
        Ok(Self {
            outbox: Outbox::open(database).await?,
            rate: Rate::default(),
            relay: settings.relay.map(relay).transpose()?,
            sender,
            added: Notify::new(),
        })
    }

    /// What was sent, newest first, without contents.
    pub async fn list(&self, before: Option<u64>, limit: usize) -> Result<Vec<Entry>, MailError> {
        self.outbox.list(before, limit.min(limits::MAIL_LISTED_MAX)).await
    }

    /// One message, with its contents if they are still kept.
    pub async fn get(&self, number: u64) -> Result<Option<Entry>, MailError> {
        self.outbox.get(number).await
    }

    async fn send(&self, component: &str, message: Message) -> Result<u64, MailError> {
        let recipients = message.recipient_count();
        let message_id = format!("<{}@{}>", uuid::Uuid::new_v4(), domain(&self.sender));
        let draft = if message.bytes() <= limits::MAIL_INLINE_BYTES_MAX {
            draft(message, &self.sender, &message_id)?
        } else {
            let (sender, message_id) = (self.sender.clone(), message_id.clone());
            let drafted = tokio::task::spawn_blocking(move || draft(message, &sender, &message_id));
            drafted.await.map_err(|_| MailError::NotStored)??
        };
        if !self.rate.take(component, recipients, Instant::now()) {
            return Err(MailError::TooMany);
        }
        let state = match self.relay {
            Some(_) => State::Waiting,
            None => State::Kept,
        };
        let number = self.outbox.add(component, &message_id, state, draft).await?;
        self.added.notify_one();
        Ok(number)
    }
}

/// Checks a message. What cannot be composed now could not be later either.
fn draft(message: Message, sender: &Mailbox, message_id: &str) -> Result<Draft, MailError> {
    message.check()?;
    let envelope = compose::Envelope {
        sender,
        message_id,
        date: SystemTime::now(),
    };
    compose::compose(&message, &envelope)?;
    Draft::new(message)
}

fn domain(sender: &Mailbox) -> &str {
    sender
        .address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain)
}

/// What a version was granted.
pub struct Granted {
    mail: Arc<Mail>,
    component: Arc<str>,
    grant: MailGrant,
}

impl Granted {
    /// From the grants of the version.
    pub fn new(mail: Arc<Mail>, component: Arc<str>, grant: MailGrant) -> Self {
        Self { mail, component, grant }
    }

    /// The line of the grant by which it may send this.
    fn check_sender(&self, message: &Message) -> Result<String, Error> {
        let own = &self.mail.sender.address;
        let sender = message.sender.as_ref().map_or(own, |sender| &sender.address);
        let covers = |granted: &String| match granted.as_str() {
            "*" => true,
            "default" => sender.eq_ignore_ascii_case(own),
            address => sender.eq_ignore_ascii_case(address),
        };
        match self.grant.send.iter().find(|granted| covers(granted)) {
            Some(granted) => Ok(MailGrant::send_line(granted)),
            None => Err(Error::Denied(match &message.sender {
                Some(sender) => format!("mail: send as {}", sender.address.escape_debug()),
                None => "mail: send as the server".into(),
            })),
        }
    }
}

/// What an instance has.
pub struct Context {
    granted: Arc<Granted>,
}

impl Context {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self { granted }
    }
}

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<Store>) -> wasmtime::Result<()> {
    contract::add_to_linker::<Store, MailInterface>(linker, |store| View(store))
}

struct MailInterface;

impl HasData for MailInterface {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut Store);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl contract::Host for View<'_> {}

/// What the version was granted, taken out of the store so that the call can wait without holding it, and who calls.
fn begin(accessor: &Accessor<Store, MailInterface>) -> (Arc<Granted>, Caller) {
    accessor.with(|mut access| {
        let granted = access.get().0.mail.granted.clone();
        (granted, Caller::of(access))
    })
}

impl contract::HostWithStore<Store> for MailInterface {
    async fn send(accessor: &Accessor<Store, Self>, message: GivenMessage) -> Answer<u64> {
        let (granted, caller) = begin(accessor);
        let message = Message::from(message);
        match granted.check_sender(&message) {
            Ok(line) => caller.allowed("mail.send", [line]),
            Err(Error::Denied(what)) => {
                caller.denied("mail.send", &what);
                return Ok(Err(Error::Denied(what)));
            }
            Err(error) => return Ok(Err(error)),
        }
        let sent = granted.mail.send(&granted.component, message).await;
        Ok(sent.map_err(Error::from))
    }

    async fn get_state(accessor: &Accessor<Store, Self>, number: u64) -> Answer<Option<GivenState>> {
        let (granted, caller) = begin(accessor);
        if granted.grant.send.is_empty() {
            caller.denied("mail.get-state", "mail: send");
            return Ok(Err(Error::Denied("mail: send".into())));
        }
        let above = number.checked_add(1);
        let found = granted.mail.outbox.list(above, 1).await.map(|entries| {
            let own = |entry: &Entry| entry.number == number && *entry.component == *granted.component;
            entries.into_iter().find(own).map(|entry| convert::state(&entry))
        });
        Ok(found.map_err(Error::from))
    }

    async fn list_outbox(
        accessor: &Accessor<Store, Self>,
        before: Option<u64>,
        limit: u32,
    ) -> Answer<Vec<OutboxMessage>> {
        let (granted, caller) = begin(accessor);
        if !granted.grant.inspect {
            caller.denied("mail.list-outbox", MailGrant::INSPECT_LINE);
            return Ok(Err(Error::Denied("mail: inspect".into())));
        }
        caller.allowed("mail.list-outbox", [MailGrant::INSPECT_LINE]);
        Ok(list_whole(&granted.mail, before, limit as usize)
            .await
            .map_err(Error::from))
    }
}

/// Messages with their contents, as many as fit into one answer; the first one always does.
async fn list_whole(mail: &Mail, before: Option<u64>, limit: usize) -> Result<Vec<OutboxMessage>, MailError> {
    let (mut messages, mut bytes) = (Vec::new(), 0);
    for entry in mail.list(before, limit).await? {
        // One that was dropped meanwhile is left out.
        let Some(entry) = mail.get(entry.number).await? else {
            continue;
        };
        bytes += entry.message.bytes();
        if !messages.is_empty() && bytes > limits::MAIL_LISTED_BYTES_MAX {
            break;
        }
        messages.push(OutboxMessage::from(entry));
    }
    Ok(messages)
}
