//! A request on its way to a component: its URI made absolute, its body under limits.

use crate::cli::run::PublicUrl;
use crate::limits;
use crate::runtime::Question;
use bytes::Bytes;
use http::{Request, Uri, header, uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::time::Sleep;
use wasmtime_wasi_http::Error;

/// Why a request does not reach its component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It says itself that its body is longer than the limit.
    #[error("the body is larger than {} bytes", limits::REQUEST_BODY_BYTES_MAX)]
    TooLarge,
    /// Its body did not come in time.
    #[error("the body did not arrive in time")]
    TimedOut,
    /// Its body ended early or is malformed.
    #[error("the body ended early")]
    Broken,
    /// It does not say in a valid way which host it means.
    #[error("the host is not valid")]
    Authority,
}

/// Where the server is, for the URI that components see.
pub struct Place {
    /// What clients use, if the operator says so.
    pub public_url: Option<PublicUrl>,
    /// How clients speak to it, where the operator says nothing else.
    pub scheme: uri::Scheme,
    /// Where the server listens, for requests that do not say which host they mean.
    pub authority: uri::Authority,
}

/// The request as a component gets it.
pub async fn question(request: Request<Incoming>, place: &Place) -> Result<Question, Rejected> {
    let (mut parts, body) = request.into_parts();
    parts.uri = absolute(&parts, place)?;
    let length = body.size_hint();
    if length.lower() > limits::REQUEST_BODY_BYTES_MAX {
        discard(body);
        return Err(Rejected::TooLarge);
    }
    let body = if body.is_end_stream() {
        Empty::new().map_err(|never| match never {}).boxed_unsync()
    } else if length
        .upper()
        .is_some_and(|upper| upper <= limits::REQUEST_BODY_BYTES_EAGER)
    {
        let collected = tokio::time::timeout(limits::REQUEST_BODY_IDLE_TIMEOUT, body.collect()).await;
        let bytes = collected
            .map_err(|_| Rejected::TimedOut)?
            .map_err(|_| Rejected::Broken)?
            .to_bytes();
        Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
    } else {
        Inbound::new(body).boxed_unsync()
    };
    Ok(Request::from_parts(parts, body))
}

/// The URI with scheme and authority: a component is told of the host only through it.
fn absolute(parts: &http::request::Parts, place: &Place) -> Result<Uri, Rejected> {
    let path = parts
        .uri
        .path_and_query()
        .cloned()
        .unwrap_or_else(|| uri::PathAndQuery::from_static("/"));
    let (scheme, authority) = match (
        &place.public_url,
        parts.uri.authority(),
        parts.headers.get(header::HOST),
    ) {
        (Some(url), ..) => (url.scheme.clone(), url.authority.clone()),
        (None, Some(authority), _) => (place.scheme.clone(), authority.clone()),
        (None, None, Some(host)) => {
            let named = uri::Authority::try_from(host.as_bytes()).map_err(|_| Rejected::Authority)?;
            (place.scheme.clone(), named)
        }
        (None, None, None) => (place.scheme.clone(), place.authority.clone()),
    };
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query(path)
        .build();
    uri.map_err(|_| Rejected::Authority)
}

/// A body that streams into a component: bounded in bytes, and in the silence between two pieces.
struct Inbound {
    /// Nothing once it is being discarded.
    incoming: Option<Incoming>,
    bytes: u64,
    idle: Pin<Box<Sleep>>,
}

impl Drop for Inbound {
    fn drop(&mut self) {
        if let Some(incoming) = self.incoming.take() {
            discard(incoming);
        }
    }
}

/// Reads a body that nobody wants, within limits: a client that is cut off while it sends never sees the answer.
fn discard(mut incoming: Incoming) {
    if incoming.is_end_stream() {
        return;
    }
    tokio::spawn(async move {
        let mut bytes = 0;
        let all = async {
            while let Some(Ok(frame)) = incoming.frame().await {
                bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                if bytes > limits::DISCARD_BYTES_MAX {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(limits::DISCARD_TIMEOUT, all).await;
    });
}

impl Inbound {
    fn new(incoming: Incoming) -> Self {
        Self {
            incoming: Some(incoming),
            bytes: 0,
            idle: Box::pin(tokio::time::sleep(limits::REQUEST_BODY_IDLE_TIMEOUT)),
        }
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(incoming) = &mut self.incoming else {
            return Poll::Ready(None);
        };
        let Poll::Ready(frame) = Pin::new(incoming).poll_frame(context) else {
            ready!(self.idle.as_mut().poll(context));
            return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
        };
        let deadline = tokio::time::Instant::now() + limits::REQUEST_BODY_IDLE_TIMEOUT;
        self.idle.as_mut().reset(deadline);
        Poll::Ready(frame.map(|frame| {
            let frame = frame.map_err(|_| Error::ConnectionTerminated)?;
            self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            if self.bytes > limits::REQUEST_BODY_BYTES_MAX {
                return Err(Error::HttpRequestBodySize(Some(limits::REQUEST_BODY_BYTES_MAX)));
            }
            Ok(frame)
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
