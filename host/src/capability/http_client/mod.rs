//! `wasi:http` as a client: requests to other servers, to those alone that were granted.
//!
//! Both versions of WASI end in one hook, `send_request`. The grant is checked on the URL, and the address once the name is resolved:
//! a name that points at this machine or its network is refused unless the grant says `allow_private`. The host follows no redirect;
//! a component that does makes a new request, which is checked like the first.

mod address;
mod connect;

use crate::components::grants::{HttpDecision, HttpGrant};
use crate::components::origin::Scheme;
use crate::limits;
use connect::Target;
use http::header::{self, HeaderName};
use http::uri;
use std::sync::Arc;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks};

/// What a version was granted.
pub struct Granted {
    grant: HttpGrant,
}

impl Granted {
    /// From the grants of the version.
    pub fn new(grant: HttpGrant) -> Self {
        Self { grant }
    }
}

/// What an instance has: its grants, and how many requests it may have open.
pub struct Hooks {
    granted: Arc<Granted>,
    open: Arc<Semaphore>,
}

impl Hooks {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self {
            granted,
            open: Arc::new(Semaphore::new(limits::OUTBOUND_REQUESTS_MAX)),
        }
    }

    /// Where the request goes, if that is granted.
    fn target(&self, uri: &uri::Uri) -> Result<Target, Error> {
        let scheme = match uri.scheme_str() {
            Some("http") => Scheme::Http,
            Some("https") => Scheme::Https,
            _ => return Err(Error::HttpRequestUriInvalid),
        };
        let authority = uri.authority().ok_or(Error::HttpRequestUriInvalid)?;
        if authority.as_str().contains('@') {
            return Err(Error::HttpRequestUriInvalid);
        }
        let port = authority.port_u16().unwrap_or(match scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        });
        let host = authority.host().to_ascii_lowercase();
        let private = match self.granted.grant.decide(scheme, &host, port) {
            HttpDecision::Denied => return Err(Error::HttpRequestDenied),
            HttpDecision::PublicOnly => false,
            HttpDecision::PrivateToo => true,
        };
        Ok(Target {
            encrypted: scheme == Scheme::Https,
            host,
            port,
            private,
        })
    }
}

/// Fields that belong to the connection, which is the host's, or to the host itself.
pub fn is_forbidden(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::CONNECTION
            | header::HOST
            | header::PROXY_AUTHENTICATE
            | header::PROXY_AUTHORIZATION
            | header::TE
            | header::TRANSFER_ENCODING
            | header::UPGRADE
    ) || matches!(name.as_str(), "keep-alive" | "proxy-connection" | "http2-settings")
        || *name == super::sse::LISTENER
}

/// A response, and what becomes of the request's body.
pub type Sent = Result<
    (
        http::Response<WasiBody>,
        Box<dyn Future<Output = Result<(), Error>> + Send>,
    ),
    Error,
>;

impl WasiHttpHooks for Hooks {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        is_forbidden(name)
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(is_forbidden)
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let target = self.target(request.uri());
        let permit = self.open.clone().try_acquire_owned();
        Box::new(async move {
            let target = target?;
            let permit = permit.map_err(|_| Error::ConnectionLimitReached)?;
            connect::send(target, request, options, permit).await
        })
    }
}
