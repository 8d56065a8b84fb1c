//! What goes on all the time: passing on what is said, by whatever way it came into the table, and that somebody has left.

use crate::{events, message};
use guesthouse::changes::{self, Log};
use guesthouse::sqlite::Database;
use guesthouse::sse::{self, Message as Sending, Target};
use guesthouse::worker::{Error, Stop};
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Changes of rows that are read at once. Only that there were some is of interest.
const CHANGES_READ: u32 = 1000;

/// Does both until it is to stop.
pub async fn run(mut stop: Stop) -> Result<(), Error> {
    let ended = stop.or(first(pass_on_messages(), pass_on_departures())).await;
    ended.unwrap_or(Ok(()))
}

/// Whichever of the two ends first.
async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|context| match one.as_mut().poll(context) {
        Poll::Pending => other.as_mut().poll(context),
        ready => ready,
    })
    .await
}

/// Messages in the order in which they were committed, which is that of their numbers.
async fn pass_on_messages() -> Result<(), Error> {
    let database = Database::open("main").map_err(Error::failed)?;
    let log = Log::open("main", &["chat_message"]).map_err(Error::failed)?;
    // The place in the log first: what is said after it will be seen there.
    let mut position = log.end();
    let mut last = message::last(&database).await.map_err(Error::failed)?;
    // What was said while nobody passed it on, those who listen can ask for themselves.
    for topic in sse::news_since(0).gained {
        if events::room(&topic).is_some() {
            sse::send(&topic, events::listen_anew()).map_err(Error::failed)?;
        }
    }
    loop {
        position = match log.read(position, CHANGES_READ).await {
            Ok(batch) => batch.next,
            // Nothing is lost by that, for the messages are read from the table.
            Err(changes::Error::FellBehind(_)) => log.end(),
            Err(error) => return Err(Error::failed(error)),
        };
        last = pass_on_after(&database, last).await?;
    }
}

async fn pass_on_after(database: &Database, mut last: i64) -> Result<i64, Error> {
    loop {
        let messages = message::after(database, last).await.map_err(Error::failed)?;
        let Some(newest) = messages.last() else {
            return Ok(last);
        };
        last = newest.id;
        // Rows may come from elsewhere, with rooms that nobody can be in.
        let sendings = messages
            .iter()
            .filter(|message| events::room(&events::topic(&message.room)).is_some());
        let sendings = sendings.map(|message| Sending {
            targets: vec![Target::Topic(events::topic(&message.room))],
            event: events::said(message),
        });
        sse::send_all(&sendings.collect::<Vec<_>>()).map_err(Error::failed)?;
    }
}

/// Those who come are announced by the request that they come with. Nobody asks anything when they leave.
async fn pass_on_departures() -> Result<(), Error> {
    let mut version = sse::news_since(0).version;
    loop {
        let news = sse::wait_for_news(version).await;
        version = news.version;
        let left = news
            .departures
            .iter()
            .filter_map(|gone| crate::visit::Visit::from_label(&gone.label));
        let mut rooms: BTreeSet<String> = left.map(|visit| visit.room).collect();
        if news.complete {
            // Some departures may have been forgotten.
            rooms.extend(
                news.gained
                    .iter()
                    .filter_map(|topic| events::room(topic))
                    .map(str::to_owned),
            );
        }
        for room in rooms {
            events::tell_people_changed(&room).map_err(Error::failed)?;
        }
    }
}
