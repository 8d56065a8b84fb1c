//! One run of a component that does something all the time: a fresh instance, told when to stop, and cut off where it computes
//! without end.

use super::shared::Shared;
use super::state::State;
use super::work::Ended;
use crate::capability::bindings::worker::WorkerWorld;
use crate::capability::bindings::worker::exports::guesthouse::host::worker::Error;
use crate::limits;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Instant;
use tokio::sync::watch;
use wasmtime::component::{Accessor, FutureReader};
use wasmtime::{Store, format_err};

type Returned = wasmtime::Result<Result<(), Error>>;

/// Runs it until it ends.
pub async fn run(shared: &Shared, stopping: watch::Receiver<()>) -> Ended {
    match shared.instantiate_worker().await {
        Ok((mut store, worker)) => {
            let returned = drive(&mut store, &worker, shared, stopping).await;
            match returned {
                Ok(Ok(())) => Ended::Well,
                Ok(Err(Error::Misconfigured(why))) => Ended::Misconfigured(why),
                Ok(Err(Error::Other(why))) => Ended::Failed(wasmtime::Error::msg(why)),
                Err(error) => Ended::Failed(error),
            }
        }
        Err(error) => Ended::Failed(error),
    }
}

/// Drives the instance. What computes holds up the store's event loop, and with it the beat in there that says when it was last at
/// rest; so this looks at it from outside.
async fn drive(
    store: &mut Store<State>,
    worker: &WorkerWorld,
    shared: &Shared,
    stopping: watch::Receiver<()>,
) -> Returned {
    let rested = Mutex::new(Instant::now());
    let mut told = stopping.clone();
    let work = store.run_concurrent(async |accessor| call(accessor, worker, stopping, &rested).await);
    let mut work = pin!(work);
    let mut cut_off = pin!(async {
        let _ = told.changed().await;
        tokio::time::sleep(limits::WORK_STOP_TIMEOUT).await;
    });
    let mut look = tokio::time::interval(limits::WORK_REST_BEAT);
    poll_fn(|context| {
        if let Poll::Ready(ended) = work.as_mut().poll(context) {
            return Poll::Ready(ended.flatten());
        }
        if cut_off.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(format_err!("it did not end when it was told to")));
        }
        while look.poll_tick(context).is_ready() {
            let rested = *rested.lock().unwrap_or_else(PoisonError::into_inner);
            if rested.elapsed() > shared.timeout + 2 * limits::WORK_REST_BEAT {
                return Poll::Ready(Err(format_err!("it computed for too long without waiting")));
            }
        }
        Poll::Pending
    })
    .await
}

/// Calls it, inside the event loop, and notes each beat that finds it at rest.
async fn call(
    accessor: &Accessor<State>,
    worker: &WorkerWorld,
    mut stopping: watch::Receiver<()>,
    rested: &Mutex<Instant>,
) -> Returned {
    let stop = async move {
        // An error says that the other side is gone: this is how it is told to stop.
        let _ = stopping.changed().await;
        wasmtime::Result::<()>::Ok(())
    };
    let stop = accessor.with(|store| FutureReader::new(store, stop))?;
    let mut run = pin!(worker.guesthouse_host_worker().call_run(accessor, stop));
    let mut beat = tokio::time::interval(limits::WORK_REST_BEAT);
    poll_fn(|context| {
        if let Poll::Ready(returned) = run.as_mut().poll(context) {
            return Poll::Ready(returned);
        }
        while beat.poll_tick(context).is_ready() {
            *rested.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
        Poll::Pending
    })
    .await
}
