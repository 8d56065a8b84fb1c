//! An answer on its way to the client.

use crate::limits;
use crate::runtime::{Answer, Instance};
use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{Either, Full};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;
use wasmtime_wasi_http::Error;

/// A body of the host's own, or one that a component gives.
pub type Body = Either<Full<Bytes>, Streamed>;

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
    Either::Left(body)
}

/// What a component answered. It counts as running until the body has ended.
pub fn stream(answer: Answer) -> Response<Body> {
    let (permit, instance) = (answer.permit, answer.instance);
    answer.response.map(|body| {
        Either::Right(Streamed {
            body,
            idle: None,
            instance,
            _permit: permit,
        })
    })
}

/// The body that a component gives, cut off where nothing comes for too long.
pub struct Streamed {
    body: UnsyncBoxBody<Bytes, Error>,
    /// Made when the body first has to wait, which that of a complete response never does.
    idle: Option<Pin<Box<Sleep>>>,
    instance: Instance,
    _permit: OwnedSemaphorePermit,
}

impl Streamed {
    /// A body whose instance ended in the middle looks complete from here. The client must not take it for that.
    fn is_cut_off(&self) -> bool {
        self.instance.get().is_some_and(|failed| failed.load(Ordering::Acquire))
    }
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.idle = None;
            return Poll::Ready(match frame {
                None if self.is_cut_off() => Some(Err(Error::HttpResponseIncomplete)),
                frame => frame,
            });
        }
        let idle = self
            .idle
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(limits::RESPONSE_IDLE_TIMEOUT)));
        ready!(idle.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::HttpResponseTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
