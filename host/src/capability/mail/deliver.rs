//! Hands over what waits in the outbox, a few messages at a time, until the server stops.

use super::Mail;
use super::compose::{Envelope, compose};
use super::error::MailError;
use super::outbox::{Entry, State};
use super::relay::{Failure, Relay};
use crate::components::clock;
use crate::faults::{self, Place};
use crate::limits;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

/// Runs until the server stops. What is under way then may end; what waits is handed over after the next start.
pub async fn deliver(mail: Arc<Mail>, mut stopping: watch::Receiver<bool>) {
    let Some(relay) = &mail.relay else {
        note_what_is_stuck(&mail).await;
        return;
    };
    tracing::info!(relay = relay.address(), "mail is handed over");
    let (mut tasks, mut under_way) = (JoinSet::new(), HashMap::<Id, u64>::new());
    while !*stopping.borrow() {
        faults::visit(Place::Mail);
        let pause = match start_due(&mail, &mut tasks, &mut under_way).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                limits::MAIL_RETRY_PAUSE_MIN
            }
        };
        tokio::select! {
            () = mail.added.notified() => {}
            () = tokio::time::sleep(pause) => {}
            Some(ended) = tasks.join_next_with_id() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                under_way.remove(&id);
            }
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limits::SHUTDOWN_TIMEOUT, all).await.is_err() {
        tracing::warn!("mail was being handed over as the server stopped; it may arrive twice");
    }
}

async fn note_what_is_stuck(mail: &Mail) {
    match mail.outbox.waiting(1, 0).await {
        Ok(waiting) if waiting.is_empty() => {}
        Ok(_) => tracing::warn!("mail waits for a relay, and none is configured; `guesthouse run --help` says how"),
        Err(error) => tracing::error!(%error, "the outbox cannot be read"),
    }
}

/// Starts on what is due, as far as there is room. Says for how long there is nothing to do unless something is added.
async fn start_due(
    mail: &Arc<Mail>,
    tasks: &mut JoinSet<()>,
    under_way: &mut HashMap<Id, u64>,
) -> Result<Duration, MailError> {
    let now_ms = clock::now_ms();
    // One more than there is room for, to know when that one is due; those under way are among them.
    let first = mail
        .outbox
        .waiting(limits::MAIL_DELIVERIES_MAX + 1, under_way.len())
        .await?;
    for (number, next_try_ms) in first {
        if under_way.values().any(|started| *started == number) {
            continue;
        }
        if next_try_ms > now_ms {
            let pause = Duration::from_millis(next_try_ms.abs_diff(now_ms));
            // The clock may be set meanwhile.
            return Ok(pause.min(limits::MAIL_RETRY_PAUSE_MAX));
        }
        if under_way.len() == limits::MAIL_DELIVERIES_MAX {
            break;
        }
        let task = tasks.spawn(one(mail.clone(), number));
        under_way.insert(task.id(), number);
    }
    Ok(limits::MAIL_RETRY_PAUSE_MAX)
}

async fn one(mail: Arc<Mail>, number: u64) {
    if let Err(error) = try_one(&mail, number).await {
        tracing::error!(number, %error, "the outbox cannot be used");
        // It is still due: without a pause this would go round and round.
        tokio::time::sleep(limits::MAIL_RETRY_PAUSE_MIN).await;
    }
}

async fn try_one(mail: &Mail, number: u64) -> Result<(), MailError> {
    let (Some(relay), Some(entry)) = (&mail.relay, mail.outbox.get(number).await?) else {
        return Ok(());
    };
    if entry.state != State::Waiting {
        return Ok(());
    }
    match hand_over(mail, relay, &entry).await {
        Ok(()) => {
            tracing::info!(number, component = entry.component, "a message was handed over");
            mail.outbox.relayed(number).await
        }
        Err(Failure::Refused(why)) => {
            tracing::warn!(
                number,
                component = entry.component,
                "mail was refused; `guesthouse mail show` says why"
            );
            mail.outbox.failed(number, &why).await
        }
        Err(Failure::Later(why)) => {
            let next_try_ms = clock::now_ms().saturating_add(milliseconds(pause(entry.tries)));
            if next_try_ms.saturating_sub(entry.time_ms) > milliseconds(limits::MAIL_GIVE_UP_AFTER) {
                tracing::warn!(
                    number,
                    component = entry.component,
                    "mail was given up; `guesthouse mail show` says why"
                );
                return mail.outbox.failed(number, &why).await;
            }
            tracing::warn!(
                number,
                component = entry.component,
                "mail could not be handed over and is tried again"
            );
            mail.outbox.postpone(number, &why, next_try_ms).await
        }
    }
}

async fn hand_over(mail: &Mail, relay: &Relay, entry: &Entry) -> Result<(), Failure> {
    let envelope = Envelope {
        sender: &mail.sender,
        message_id: &entry.message_id,
        date: UNIX_EPOCH + Duration::from_millis(entry.time_ms.unsigned_abs()),
    };
    // It was composed once before it was taken; the server's sender may be another one since.
    let message = compose(&entry.message, &envelope).map_err(|error| Failure::Refused(error.to_string()))?;
    relay.send(message).await
}

/// Four times as long each time.
fn pause(tries: u32) -> Duration {
    let times = 4u32.saturating_pow(tries);
    limits::MAIL_RETRY_PAUSE_MIN
        .saturating_mul(times)
        .min(limits::MAIL_RETRY_PAUSE_MAX)
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::MailSettings;
    use super::*;
    use crate::capability::secrets::Secrets;
    use crate::capability::sqlite::{Databases, EngineStatement, EngineStep, EngineValue, Role, Settings};

    /// A relay that nobody listens for, and an outbox with one message that was sent so long ago.
    async fn mail(sent: Duration) -> (tempfile::TempDir, Databases, Mail) {
        let folder = tempfile::tempdir().expect("a folder");
        let databases = Databases::new(folder.path(), Settings::default());
        let host = databases.open("host").expect("a database");
        let settings = MailSettings {
            relay: Some("smtp://127.0.0.1:1?tls=none".parse().expect("a URL")),
            ..MailSettings::default()
        };
        let secrets = Arc::new(Secrets::open(folder.path()).expect("secrets"));
        let mail = Mail::open(host.clone(), settings, secrets).await.expect("an outbox");
        let time_ms = clock::now_ms() - milliseconds(sent);
        let recipient = serde_json::json!({"name": null, "address": "a@example.org"});
        let head = serde_json::json!({
            "sender": null, "reply_to": null, "recipients": [recipient], "hidden_recipients": [], "subject": "", "text": "",
            "html": null, "attachments": [],
        });
        let sql = "INSERT INTO mail (time_ms, component, message_id, state, next_try_ms, head, bytes) \
             VALUES (?1, 'page', '<1@example.org>', 'waiting', ?1, ?2, 1)";
        let parameters = vec![EngineValue::Integer(time_ms), EngineValue::Text(head.to_string())];
        let insert = EngineStep {
            statement: EngineStatement::new(sql, parameters),
            must_affect: true,
        };
        let inserted = host.batch(&Arc::new(Role::host()), vec![insert]).await;
        inserted.expect("a message");
        (folder, databases, mail)
    }

    #[tokio::test]
    async fn what_cannot_be_handed_over_is_tried_again_until_it_is_too_old() {
        for (sent, expected) in [
            (Duration::ZERO, State::Waiting),
            (limits::MAIL_GIVE_UP_AFTER, State::Failed),
        ] {
            let (_folder, databases, mail) = mail(sent).await;
            try_one(&mail, 1).await.expect("the outbox works");
            let entry = mail.get(1).await.expect("an answer").expect("the message");
            assert_eq!((entry.state, entry.tries), (expected, 1));
            assert!(entry.detail.contains("the relay did not take it"), "{}", entry.detail);
            databases.close().await;
        }
    }

    #[test]
    fn pauses_grow_up_to_a_bound() {
        assert_eq!(pause(0), limits::MAIL_RETRY_PAUSE_MIN);
        assert!((1..20).all(|tries| pause(tries) >= pause(tries - 1)));
        assert_eq!(
            (pause(19), pause(u32::MAX)),
            (limits::MAIL_RETRY_PAUSE_MAX, limits::MAIL_RETRY_PAUSE_MAX)
        );
    }
}
