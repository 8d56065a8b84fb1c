//! Has every table followed that somebody listens to, and looks after the APIs.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use guesthouse::changes::{Error as ChangesError, Log, Position};
use guesthouse::sse;
use guesthouse::worker::Error;

use super::census::Census;
use super::configuration::check;
use super::follow::follow;
use super::{send, sleep};
use crate::event::{self, Failure};
use crate::limits;
use crate::place::Place;

/// Where the APIs are configured.
const CONFIGURATION: (&str, &str) = ("main", "_record_api");

/// A table that cannot be followed any more, and why.
type Ended = (Place, ChangesError);

/// Those who follow tables.
type Followers = FuturesUnordered<LocalBoxFuture<'static, Ended>>;

/// What there is to do.
enum Next {
    Look,
    Configured(Position),
    GiveUp(Ended),
}

/// Supervises, until it cannot.
pub async fn supervise() -> Error {
    let log = match Log::open(CONFIGURATION.0, &[CONFIGURATION.1]) {
        Ok(log) => log,
        Err(error) => return Error::failed(error),
    };
    let mut configured = log.end();
    let census = Rc::<RefCell<Census>>::default();
    let mut followers = Followers::new();
    loop {
        look(&census, &mut followers).await;
        match next(&census, &log, configured, &mut followers).await {
            Next::Look => {}
            Next::Configured(position) => configured = position,
            Next::GiveUp((place, error)) => give_up(&census, &place, &error),
        }
    }
}

/// Looks at who listens, and whether they may.
async fn look(census: &Rc<RefCell<Census>>, followers: &mut Followers) {
    let (apis, unfollowed) = {
        let mut census = census.borrow_mut();
        census.refresh();
        (census.apis(), census.unfollowed())
    };
    for place in unfollowed {
        let came = census.borrow_mut().begin_to_follow(&place);
        followers.push(Box::pin(follow(Rc::clone(census), place, came)));
    }
    for served in &apis {
        // What fails for a reason that passes is looked at again soon.
        _ = check(census, served).await;
    }
}

/// Waits until somebody comes or goes, an API changes, a table cannot be followed any more, or it is time to look.
async fn next(census: &RefCell<Census>, log: &Log, configured: Position, followers: &mut Followers) -> Next {
    let (version, is_idle, unfollowed) = {
        let census = census.borrow();
        (census.version, census.apis().is_empty(), Rc::clone(&census.unfollowed))
    };
    let mut came = pin!(unfollowed.wait());
    let mut news = pin!(sse::wait_for_news(version));
    let mut time = pin!(sleep(limits::CONFIGURATION_INTERVAL));
    let mut configuration = pin!(change_of(log, configured));
    poll_fn(|context| {
        if let Poll::Ready(Some(ended)) = followers.poll_next_unpin(context) {
            return Poll::Ready(Next::GiveUp(ended));
        }
        if let Poll::Ready(position) = configuration.as_mut().poll(context) {
            return Poll::Ready(Next::Configured(position));
        }
        let is_time = came.as_mut().poll(context).is_ready()
            || news.as_mut().poll(context).is_ready()
            || (!is_idle && time.as_mut().poll(context).is_ready());
        match is_time {
            true => Poll::Ready(Next::Look),
            false => Poll::Pending,
        }
    })
    .await
}

/// Waits for a change of the configuration, and says where to go on.
async fn change_of(log: &Log, configured: Position) -> Position {
    match log.read(configured, limits::BATCH_CHANGES_MAX).await {
        Ok(batch) => batch.next,
        // That it fell behind says as much: something changed.
        Err(_) => {
            sleep(limits::CONFIGURATION_INTERVAL).await;
            log.end()
        }
    }
}

/// Ends all who listen to a table that cannot be followed.
fn give_up(census: &RefCell<Census>, place: &Place, error: &ChangesError) {
    eprintln!(
        "the changes of {}.{} cannot be read: {error}",
        place.database, place.table
    );
    let mut census = census.borrow_mut();
    census.refresh();
    let mut topics = Vec::new();
    for served in census.apis_over(place) {
        let members = census.entry(&served).map(|entry| entry.listening.members());
        topics.extend(members.into_iter().flatten().map(|member| Rc::clone(&member.topic)));
    }
    let why = event::failure(Failure::Unknown, "the changes cannot be read");
    send::close(&topics, &why);
    census.end_following(place);
    census.refresh();
}
