//! The workers: one thread for each core, each with a runtime of its own, that accept connections and serve them to their end.
//!
//! A connection stays on its core, and so do the instances that answer it: nothing on the way of a request is handed between threads.

use super::connection::{self, Http};
use super::peer::Peer;
use super::places::Places;
use super::service::Service;
use super::tls;
use crate::faults::{self, Place};
use crate::limits;
use crate::runtime::set_core;
use rustix::net::sockopt;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::net::{TcpStream, UnixListener};
use tokio::sync::{Barrier, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Starts the workers.
pub fn start(
    listener: &TcpListener,
    tls: Option<&TlsAcceptor>,
    service: &Arc<Service>,
    stopping: &watch::Receiver<bool>,
) -> anyhow::Result<Vec<JoinHandle<()>>> {
    let places = Arc::new(Places::new());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let finished = Arc::new(Barrier::new(cores));
    (0..cores)
        .map(|core| {
            let (listener, tls, service) = (listener.try_clone()?, tls.cloned(), service.clone());
            let (places, stopping, finished) = (places.clone(), stopping.clone(), finished.clone());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let work = move || {
                set_core(core);
                runtime.block_on(async {
                    accept(listener, tls, service.clone(), places, stopping).await;
                    // Requests on other cores may still call what others provide. Nobody takes longer than those may.
                    let _ = tokio::time::timeout(limits::SHUTDOWN_TIMEOUT, finished.wait()).await;
                    // Nobody asks any more: the instances that are idle end as those of a replaced version do.
                    service.deployments.clear();
                });
            };
            Ok(std::thread::Builder::new().name(format!("core-{core}")).spawn(work)?)
        })
        .collect()
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
    places: Arc<Places>,
    mut stopping: watch::Receiver<bool>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => break,
            Some(_) = open.join_next() => continue,
        };
        match accepted {
            Ok((stream, address)) => {
                // The others must go on whatever happens to this one.
                let begun = catch_unwind(AssertUnwindSafe(|| {
                    faults::visit(Place::Accept);
                    let Some(place) = places.take() else {
                        // Over TLS it would take a handshake to say anything.
                        let told = if tls.is_none() { places.refuse(stream) } else { None };
                        told.map(|refusal| open.spawn(refusal));
                        return;
                    };
                    prepare(&stream);
                    let peer = Peer::of_network(address.ip(), &service.proxies);
                    let (tls, service, stopping) = (tls.clone(), service.clone(), stopping.clone());
                    open.spawn(async move {
                        serve(stream, tls, service, peer, stopping).await;
                        drop(place);
                    });
                }));
                if begun.is_err() {
                    tracing::error!("a connection was lost to a panic");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(limits::ACCEPT_RETRY_PAUSE).await;
            }
        }
    }
    drop(listener);
    finish(open).await;
}

/// Serves one connection, once it is clear what it speaks.
async fn serve(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    service: Arc<Service>,
    peer: Peer,
    mut stopping: watch::Receiver<bool>,
) {
    match tls {
        // By itself on the heap: it takes more room, which a connection without encryption need not have.
        Some(tls) => Box::pin(serve_encrypted(stream, tls, service, peer, stopping)).await,
        None => {
            if let Some(http) = connection::first_byte(&stream, &mut stopping).await {
                connection::serve(stream, http, service, peer, stopping).await;
            }
        }
    }
}

async fn serve_encrypted(
    stream: TcpStream,
    tls: TlsAcceptor,
    service: Arc<Service>,
    peer: Peer,
    stopping: watch::Receiver<bool>,
) {
    // A handshake takes room too, and not for long.
    if let Some(stream) = Box::pin(tls::shake_hands(&tls, stream)).await {
        let http = tls::agreed(&stream);
        connection::serve(stream, http, service, peer, stopping).await;
    }
}

/// Tells the kernel how a connection is to be treated. What it does not take is no reason to have none.
fn prepare(stream: &TcpStream) {
    // Answers are written whole: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    // A client whose machine is gone confirms nothing, and says nothing either.
    let timeout_ms = u32::try_from(limits::CLIENT_STALL_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    let _ = sockopt::set_tcp_user_timeout(stream, timeout_ms);
}

/// Serves the control socket, whose file only the server's own account can open.
pub async fn serve_socket(listener: UnixListener, service: Arc<Service>, mut stopping: watch::Receiver<bool>) {
    let mut open = JoinSet::new();
    loop {
        let told = stopping.clone();
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                open.spawn(connection::serve(stream, Http::Either, service.clone(), Peer::of_socket(), told));
            }
            _ = stopping.wait_for(|stopping| *stopping) => break,
            Some(_) = open.join_next() => {}
        }
    }
    finish(open).await;
}

/// Lets requests under way end, for a while.
async fn finish(mut open: JoinSet<()>) {
    let all = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(limits::SHUTDOWN_TIMEOUT, all).await.is_err() {
        tracing::warn!(
            connections = open.len(),
            "closing connections whose requests did not end"
        );
    }
}
