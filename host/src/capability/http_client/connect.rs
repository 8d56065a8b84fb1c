//! One request on one connection: resolve, check the addresses, connect, encrypt, send.

use super::address::is_public;
use crate::limits;
use bytes::Bytes;
use futures::TryFutureExt;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, timeout};
use tokio_rustls::TlsConnector;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

/// Where a request goes, after the grants were asked.
pub struct Target {
    /// Whether by TLS.
    pub encrypted: bool,
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether the address may be of this machine or its network.
    pub private: bool,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Sends the request and gives the answer; the permit is kept until its body has ended.
pub async fn send(
    target: Target,
    mut request: http::Request<WasiBody>,
    options: Option<RequestOptions>,
    permit: OwnedSemaphorePermit,
) -> super::Sent {
    let connect_timeout = bounded(
        options.and_then(|options| options.connect_timeout),
        limits::OUTBOUND_CONNECT_TIMEOUT,
    );
    let read_timeout = bounded(
        options.and_then(|options| options.between_bytes_timeout),
        limits::OUTBOUND_READ_TIMEOUT,
    );
    let head_timeout = bounded(
        options.and_then(|options| options.first_byte_timeout),
        limits::OUTBOUND_READ_TIMEOUT,
    );

    let connected = timeout(connect_timeout, connect(&target))
        .await
        .map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) = http1::handshake(TokioIo::new(connected)).await?;
    // Ends with the body, or when the answer is dropped.
    let connection = tokio::spawn(connection.map_err(drop));
    let driver = Driver(connection.abort_handle());

    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().map_err(|_| Error::HttpRequestUriInvalid)?;
    let response = timeout(head_timeout, sender.send_request(request))
        .await
        .map_err(|_| Error::HttpResponseTimeout)??;
    let body = |incoming| Incoming {
        incoming,
        bytes: 0,
        idle: Box::pin(tokio::time::sleep(read_timeout)),
        read_timeout,
        _held: (driver, permit),
    };
    Ok((
        response.map(|incoming| body(incoming).boxed_unsync()),
        Box::new(async { Ok(()) }),
    ))
}

/// What the component asks for, but never longer than the host's limit.
fn bounded(asked: Option<Duration>, limit: Duration) -> Duration {
    asked.map_or(limit, |asked| asked.min(limit))
}

async fn connect(target: &Target) -> Result<Box<dyn Stream>, Error> {
    let mut refused = Error::DestinationNotFound;
    for address in resolve(target).await? {
        if !target.private && !is_public(address.ip()) {
            refused = Error::DestinationIpProhibited;
            continue;
        }
        // The connection is made to the address that was checked: the name is not resolved again.
        match TcpStream::connect(address).await {
            Ok(stream) => return encrypt(target, stream).await,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => refused = Error::ConnectionRefused,
            Err(_) => refused = Error::DestinationUnavailable,
        }
    }
    Err(refused)
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, Error> {
    let host = target.host.trim_start_matches('[').trim_end_matches(']');
    let addresses = tokio::net::lookup_host((host, target.port)).await;
    Ok(addresses
        .map_err(|_| Error::DnsError {
            rcode: None,
            info_code: None,
        })?
        .collect())
}

async fn encrypt(target: &Target, stream: TcpStream) -> Result<Box<dyn Stream>, Error> {
    if !target.encrypted {
        return Ok(Box::new(stream));
    }
    static CONFIG: OnceLock<Arc<rustls::ClientConfig>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| {
        let roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.into(),
        };
        Arc::new(
            rustls::ClientConfig::builder()
                .with_root_certificates(roots)
                .with_no_client_auth(),
        )
    });
    let name = ServerName::try_from(target.host.clone()).map_err(|_| Error::HttpRequestUriInvalid)?;
    let stream = TlsConnector::from(config.clone()).connect(name, stream).await;
    Ok(Box::new(stream.map_err(|_| Error::TlsCertificateError)?))
}

/// Ends the task that drives a connection.
struct Driver(tokio::task::AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer's body, bounded in bytes and in silence.
struct Incoming {
    incoming: hyper::body::Incoming,
    bytes: usize,
    idle: Pin<Box<Sleep>>,
    read_timeout: Duration,
    _held: (Driver, OwnedSemaphorePermit),
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) else {
            ready!(self.idle.as_mut().poll(context));
            return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
        };
        let deadline = tokio::time::Instant::now() + self.read_timeout;
        self.idle.as_mut().reset(deadline);
        Poll::Ready(frame.map(|frame| {
            let frame = frame.map_err(|_| Error::HttpResponseIncomplete)?;
            self.bytes += frame.data_ref().map_or(0, Bytes::len);
            if self.bytes > limits::OUTBOUND_BODY_BYTES_MAX {
                return Err(Error::HttpResponseBodySize(None));
            }
            Ok(frame)
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
