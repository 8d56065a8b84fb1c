//! One connection: HTTP/1.1 or HTTP/2, under limits of time and size.

use super::peer::Peer;
use super::service::{self, Service};
use crate::limits;
use futures::FutureExt as _;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;

/// Which HTTP a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    One,
    Two,
    /// The first bytes say it.
    Either,
}

/// Looks at the first byte of a connection, for as long as a client may take to send one; nothing if it does not. All but those that
/// begin like HTTP/2 are HTTP/1, and need less memory for hyper knowing it before it reads.
pub async fn first_byte(stream: &TcpStream, stopping: &mut watch::Receiver<bool>) -> Option<Http> {
    let mut first = [0];
    let peeked = tokio::select! {
        peeked = tokio::time::timeout(limits::REQUEST_HEAD_TIMEOUT, stream.peek(&mut first)) => peeked,
        _ = stopping.wait_for(|stopping| *stopping) => return None,
    };
    match peeked {
        Ok(Ok(1)) if first == *b"P" => Some(Http::Either),
        Ok(Ok(1)) => Some(Http::One),
        _ => None,
    }
}

/// Serves requests until the client or the server ends the connection. Many stay open for hours, so what is not needed all the time is
/// not a part of this.
pub async fn serve<S>(stream: S, http: Http, service: Arc<Service>, peer: Peer, mut stopping: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let begun = Arc::new(AtomicBool::new(false));
    let peer = Arc::new(peer);
    let answer = service_fn({
        let begun = begun.clone();
        move |request| {
            begun.store(true, Ordering::Relaxed);
            let (service, peer) = (service.clone(), peer.clone());
            let answer = Box::pin(async move { service.answer(request, &peer).await });
            // A panic costs the request that it happens in, and not the others of its connection.
            async move {
                let answered = AssertUnwindSafe(answer).catch_unwind().await;
                answered.unwrap_or_else(|_| Ok(service::failed()))
            }
        }
    });
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits::CLIENT_STALL_TIMEOUT));
    let builder = builder(http);
    let mut connection = Box::pin(builder.serve_connection(TokioIo::new(Box::pin(stream)), answer));
    // Which HTTP it is shows in the first bytes. hyper's own timeout begins after them.
    let mut silent = pin!(tokio::time::sleep(limits::REQUEST_HEAD_TIMEOUT));
    let (mut watched, mut stopped) = (true, false);
    loop {
        tokio::select! {
            biased;
            // A client that goes away or sends what is no HTTP is no event worth a line.
            _ = connection.as_mut() => return,
            () = &mut silent, if watched => {
                if !begun.load(Ordering::Relaxed) {
                    return;
                }
                watched = false;
            }
            _ = stopping.wait_for(|stopping| *stopping), if !stopped => {
                stopped = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

fn builder(http: Http) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits::REQUEST_HEAD_TIMEOUT)
        .max_headers(limits::REQUEST_HEADERS_MAX)
        .max_buf_size(limits::REQUEST_HEAD_BYTES_MAX)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::HTTP2_STREAMS_MAX)
        .max_header_list_size(limits::REQUEST_HEAD_BYTES_MAX as u32)
        .keep_alive_interval(limits::REQUEST_BODY_IDLE_TIMEOUT)
        .keep_alive_timeout(limits::REQUEST_HEAD_TIMEOUT);
    match http {
        Http::One => builder.http1_only(),
        Http::Two => builder.http2_only(),
        Http::Either => builder,
    }
}
