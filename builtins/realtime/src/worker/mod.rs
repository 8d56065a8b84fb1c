//! The worker: follows the changes of all tables that somebody listens to, and ends streams that have lost their reason.
//!
//! It keeps nothing that is not in the names of topics, so that another instance can go on after it.

mod census;
mod configuration;
mod follow;
mod send;
mod sessions;
mod signal;
mod supervise;

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use guesthouse::worker::{Error, Stop};

/// Works until it is told to stop.
pub async fn run(mut stop: Stop) -> Result<(), Error> {
    let work = async {
        match select(pin!(supervise::supervise()), pin!(sessions::guard())).await {
            Either::Left((error, _)) | Either::Right((error, _)) => error,
        }
    };
    match stop.or(work).await {
        None => Ok(()),
        Some(error) => Err(error),
    }
}

async fn sleep(duration: Duration) {
    guesthouse::within(duration, pending::<()>()).await;
}
