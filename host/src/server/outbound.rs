//! An answer on its way to the client.

use crate::capability::sse::{Chunk, Listening};
use crate::limits;
use crate::runtime::{Answer, Visit};
use bytes::Bytes;
use http::{Method, Response, StatusCode, header};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::Full;
use http_body_util::combinators::UnsyncBoxBody;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use wasmtime_wasi_http::Error;

/// The body of an answer.
pub enum Body {
    /// Complete, and the host's own.
    Full(Full<Bytes>),
    /// What a component gives.
    Streamed(Streamed),
    /// What the host writes to a listener.
    Listening(Listening),
}

/// A short text of the host's own.
pub fn text(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(full(Full::new(Bytes::copy_from_slice(text.as_bytes()))));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// A complete body of the host's own.
pub fn full(body: Full<Bytes>) -> Body {
    Body::Full(body)
}

/// What a component answered. It counts as running until the body has ended; but what listens is no affair of the component any more,
/// and takes as long as it likes.
pub fn stream(method: &Method, answer: Answer, mut visit: Visit) -> Response<Body> {
    let Answer {
        response,
        permit,
        listening,
    } = answer;
    if let Some(mut listening) = listening {
        visit.done();
        if *method == Method::HEAD {
            listening.end();
        }
        return response.map(|_| Body::Listening(listening));
    }
    response.map(|body| {
        Body::Streamed(Streamed {
            body,
            idle: None,
            has_body: *method != Method::HEAD,
            visit,
            _permit: permit,
        })
    })
}

/// The body that a component gives, cut off where nothing comes for too long.
pub struct Streamed {
    body: UnsyncBoxBody<Bytes, Error>,
    /// Made when the body first has to wait, which that of a complete response never does.
    idle: Option<Pin<Box<Sleep>>>,
    /// Whether the client is sent it at all.
    has_body: bool,
    visit: Visit,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Streamed {
    /// Whoever sends it asks no further where it knows that nothing follows.
    fn drop(&mut self) {
        if !self.has_body || self.body.is_end_stream() {
            self.visit.done();
        }
    }
}

type Polled<T> = Poll<Option<Result<Frame<T>, Error>>>;

impl Streamed {
    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Polled<Bytes> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.idle = None;
            return Poll::Ready(match frame {
                // It looks complete from here. The client must not take it for that.
                None if self.visit.is_cut_off() => {
                    self.visit.broke_off();
                    Some(Err(Error::HttpResponseIncomplete))
                }
                None => {
                    self.visit.done();
                    None
                }
                frame => frame,
            });
        }
        self.visit.wait();
        let idle = self
            .idle
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limits::RESPONSE_IDLE_TIMEOUT)));
        ready!(idle.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::HttpResponseTimeout)))
    }
}

impl http_body::Body for Body {
    type Data = Chunk;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled<Chunk> {
        let polled = match &mut *self {
            Self::Full(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Self::Streamed(body) => body.poll_bytes(context),
            Self::Listening(body) => return Pin::new(body).poll_frame(context).map_err(|never| match never {}),
        };
        polled.map_ok(|frame| frame.map_data(Chunk::from))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Full(body) => body.is_end_stream(),
            Self::Streamed(body) => body.body.is_end_stream(),
            Self::Listening(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(body) => body.size_hint(),
            Self::Streamed(body) => body.body.size_hint(),
            Self::Listening(body) => body.size_hint(),
        }
    }
}
