//! One instance that takes calls: begins them, drives its store, and ends when it has to.
//!
//! Code that computes holds up the store's event loop and with it everything inside `take_calls`. So the time limits are kept by
//! two others: the caller waits no longer than the limit, and `drive` drops an instance that does not let go.

use super::{Call, Place};
use crate::faults;
use crate::runtime::end::End;
use crate::runtime::instances::Expiration;
use crate::runtime::log::explain;
use crate::runtime::running::Failure;
use crate::runtime::shared::Shared;
use crate::runtime::state::State;
use futures::future::{self, Either};
use futures::stream::FuturesUnordered;
use futures::{StreamExt as _, TryFutureExt as _};
use std::future::Future as _;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;
use wasmtime::component::{Accessor, Func, Instance, Val};
use wasmtime::{AsContextMut as _, Store, format_err};
use wasmtime_wasi_http::handler::{ShouldAccept, WorkerExpiration, WorkerStatus};

/// Makes an instance and lets it take calls until it ends.
pub(super) async fn run(mut place: Place) {
    let calls = place.calls.clone();
    let shared = &calls.shared;
    faults::visit(faults::Place::Call);
    match shared.instantiate().await {
        Ok((mut store, instance)) => {
            place.is_up = true;
            let end = Arc::new(End::new(store.data()));
            let result = drive(&mut store, instance, shared, &mut place, end.clone()).await;
            shared.note_end(&end, &result);
        }
        Err(error) => {
            tracing::warn!(component = %shared.granted.ledger.component, cause = format!("{error:#}"), "{}", Failure::NotStarted);
            let note = format!("no instance came up for a call: {}", explain(&error));
            shared.granted.note(&note);
            if let Ok(call) = place.received.try_recv() {
                let _ = call.answer.send(Err(Failure::NotStarted));
            }
        }
    }
}

/// What the event loop and its driver tell one another.
struct Pulse {
    /// What the instance does, and since when.
    status: Mutex<(WorkerStatus, Instant)>,
    /// Whether the event loop has come to rest since the last call began: before that the call may be one that only computes, and
    /// another one would wait for its end.
    at_rest: AtomicBool,
    /// Whether the caller of something under way has gone away, most likely because it took too long.
    abandoned: AtomicBool,
}

impl Pulse {
    fn set(&self, status: WorkerStatus, since: Instant) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner) = (status, since);
    }

    fn get(&self) -> (WorkerStatus, Instant) {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drives the instance from outside of its event loop.
async fn drive(
    store: &mut Store<State>,
    instance: Instance,
    shared: &Shared,
    place: &mut Place,
    end: Arc<End>,
) -> wasmtime::Result<()> {
    let mut expiration = pin!(Expiration::new(shared, store.data().beats.clone(), end));
    let pulse = Pulse {
        status: Mutex::new((WorkerStatus::Idle, Instant::now())),
        at_rest: AtomicBool::new(true),
        abandoned: AtomicBool::new(false),
    };
    let work = store.run_concurrent(async |accessor| take_calls(accessor, instance, shared, place, &pulse).await);
    let mut work = pin!(work);
    future::poll_fn(|context| {
        if let Poll::Ready(ended) = work.as_mut().poll(context) {
            return Poll::Ready(ended.flatten());
        }
        let (status, since) = pulse.get();
        if expiration.as_mut().poll(context, status, since).is_ready() {
            return Poll::Ready(match status {
                WorkerStatus::Idle => Ok(()),
                WorkerStatus::Requests | WorkerStatus::PostReturn => Err(format_err!("it took too long")),
            });
        }
        if !pulse.at_rest.swap(true, Ordering::Relaxed) {
            return work.as_mut().poll(context).map(wasmtime::Result::flatten);
        }
        Poll::Pending
    })
    .await
}

/// Takes calls and waits for their ends, inside the event loop. Returns when the instance takes no more and has nothing to do.
async fn take_calls(
    accessor: &Accessor<State>,
    instance: Instance,
    shared: &Shared,
    place: &mut Place,
    pulse: &Pulse,
) -> wasmtime::Result<()> {
    let mut under_way = FuturesUnordered::new();
    let mut life = Life::default();
    future::poll_fn(|context| {
        loop {
            if let Poll::Ready(Some(ended)) = under_way.poll_next_unpin(context) {
                life.end(ended?, pulse);
                continue;
            }
            if life.takes_one_more(accessor, shared, under_way.len(), pulse, context) {
                if let Poll::Ready(Some(call)) = place.received.poll_recv(context) {
                    let function = accessor.with(|mut store| instance.get_func(&mut store, call.function.index()));
                    let function = function.ok_or_else(|| format_err!("it has no such function"))?;
                    let begun = life.begin(function, pulse);
                    let running = run_call(accessor, function, call, pulse);
                    under_way.push(running.map_ok(move |()| begun));
                    continue;
                }
                place.line.open.store(true, Ordering::Release);
            } else {
                place.close();
            }
            return life.rest(accessor, under_way.is_empty(), pulse, context);
        }
    })
    .await
}

/// Runs one call. The caller may go away meanwhile; the call goes on, for nothing can take it back.
async fn run_call(accessor: &Accessor<State>, function: Func, call: Call, pulse: &Pulse) -> wasmtime::Result<()> {
    let mut answer = call.answer;
    let mut results = vec![Val::Bool(false); call.function.kind().results().len()];
    let running = accessor.with(|mut store| {
        let running = function.start_call_concurrent(store.as_context_mut(), &call.arguments, &mut results)?;
        if let Some(trace) = call.trace {
            store.data_mut().tasks.begin(running.task(), trace);
        }
        wasmtime::error::Ok(running)
    })?;
    let running = function.finish_call_concurrent(accessor, running);
    match future::select(pin!(running), pin!(answer.closed())).await {
        Either::Left((ended, _)) => ended?,
        Either::Right(((), running)) => {
            pulse.abandoned.store(true, Ordering::Relaxed);
            running.await?;
        }
    }
    drop(call.permit);
    let _ = answer.send(Ok(results));
    Ok(())
}

/// How far an instance has come.
#[derive(Default)]
struct Life {
    taken: usize,
    /// When the calls that are under way began, the latest last.
    begun: Vec<Instant>,
    /// Takes no more, ever.
    retired: bool,
    /// What was called last: all functions of an instance are ready at once, or none.
    last: Option<Func>,
}

impl Life {
    fn begin(&mut self, function: Func, pulse: &Pulse) -> Instant {
        let now = Instant::now();
        self.taken += 1;
        self.begun.push(now);
        self.last = Some(function);
        pulse.at_rest.store(false, Ordering::Relaxed);
        pulse.set(WorkerStatus::Requests, now);
        now
    }

    fn end(&mut self, begun: Instant, pulse: &Pulse) {
        if let Some(at) = self.begun.iter().position(|other| *other == begun) {
            self.begun.remove(at);
        }
        match self.begun.last() {
            Some(latest) => pulse.set(WorkerStatus::Requests, *latest),
            None => pulse.set(WorkerStatus::PostReturn, Instant::now()),
        }
    }

    /// Whether the instance can begin another call now.
    fn takes_one_more(
        &mut self,
        accessor: &Accessor<State>,
        shared: &Shared,
        concurrent: usize,
        pulse: &Pulse,
        context: &mut Context<'_>,
    ) -> bool {
        let is_ready = self
            .last
            .is_none_or(|function| accessor.poll_ready_for_concurrent_call(function, context).is_ready());
        self.retired |= pulse.abandoned.load(Ordering::Relaxed);
        match shared.should_accept(concurrent, self.taken) {
            ShouldAccept::Never => self.retired = true,
            ShouldAccept::No => return false,
            ShouldAccept::Yes => {}
        }
        !self.retired && is_ready && (concurrent == 0 || pulse.at_rest.load(Ordering::Relaxed))
    }

    /// What the event loop does next where there is nothing to do at once: wait, or end.
    fn rest(
        &mut self,
        accessor: &Accessor<State>,
        is_idle: bool,
        pulse: &Pulse,
        context: &mut Context<'_>,
    ) -> Poll<wasmtime::Result<()>> {
        if !is_idle || accessor.poll_no_interesting_tasks(context).is_pending() {
            return Poll::Pending;
        }
        if self.retired {
            return Poll::Ready(Ok(()));
        }
        if pulse.get().0 != WorkerStatus::Idle {
            pulse.set(WorkerStatus::Idle, Instant::now());
        }
        Poll::Pending
    }
}
