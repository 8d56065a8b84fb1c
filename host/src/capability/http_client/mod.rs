//! `wasi:http` as a client: requests to other servers, to those alone that were granted.
//!
//! Both versions of WASI end in one hook, `send_request`. The grant is checked on the URL, and the address once the name is resolved:
//! a name that points at this machine or its network is refused unless the grant says `allow_private`. The host follows no redirect;
//! a component that does makes a new request, which is checked like the first.

mod address;
mod connect;

use crate::audit::{Ledger, TRACEPARENT, Trace};
use crate::components::grants::{HttpDecision, HttpGrant};
use crate::components::origin::Scheme;
use crate::limits;
use crate::runtime::{Caller, State, current};
use connect::Target;
use http::header::{self, HeaderName};
use http::uri;
use std::sync::Arc;
use tokio::sync::Semaphore;
use wasmtime::AsContextMut as _;
use wasmtime::component::{Accessor, HasData, Linker, Resource};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::client;
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p3::{Request, Response};
use wasmtime_wasi_http::{
    Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpHooks, WasiHttpView as _,
};

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
    ledger: Arc<Ledger>,
    /// On whose behalf the next request to another server is.
    trace: Option<Arc<Trace>>,
}

impl Hooks {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>, ledger: Arc<Ledger>) -> Self {
        Self {
            granted,
            open: Arc::new(Semaphore::new(limits::OUTBOUND_REQUESTS_MAX)),
            ledger,
            trace: None,
        }
    }

    /// Says on whose behalf the next request to another server is.
    pub fn set_trace(&mut self, trace: Option<Arc<Trace>>) {
        self.trace = trace;
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
        let caller = Caller::new(self.ledger.clone(), self.trace.clone());
        if let Some(line) = self.granted.grant.line(scheme, &host, port) {
            caller.allowed("http.send", [line]);
        }
        let private = match self.granted.grant.decide(scheme, &host, port) {
            HttpDecision::Denied => {
                let name = uri.scheme_str().unwrap_or_default();
                caller.denied("http.send", &format!("http: call {name}://{host}:{port}"));
                return Err(Error::HttpRequestDenied);
            }
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
        mut request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let target = self.target(request.uri());
        if let Some(trace) = &self.trace {
            // A component that traces by itself has said so.
            let field = request.headers_mut().entry(TRACEPARENT);
            field.or_insert_with(|| trace.context.field(trace.id));
        }
        let permit = self.open.clone().try_acquire_owned();
        Box::new(async move {
            let target = target?;
            let permit = permit.map_err(|_| Error::ConnectionLimitReached)?;
            connect::send(target, request, options, permit).await
        })
    }
}

/// Adds the client of WASI 0.3, in the place of the library's: it says on whose behalf a request is, and leaves the rest to that one.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    client::add_to_linker::<State, Client>(linker, State::http)?;
    linker.allow_shadowing(false);
    Ok(())
}

struct Client;

impl HasData for Client {
    type Data<'a> = WasiHttpCtxView<'a>;
}

impl client::HostWithStore<State> for Client {
    async fn send(
        accessor: &Accessor<State, Self>,
        request: Resource<Request>,
    ) -> Result<Resource<Response>, TrappableError<ErrorCode>> {
        accessor.with(|mut access| {
            let trace = current(access.as_context_mut());
            access.data_mut().http_client.set_trace(trace);
        });
        // It asks the hooks before it first waits.
        let accessor = accessor.with_getter::<WasiHttp>(State::http);
        <WasiHttp as client::HostWithStore<State>>::send(&accessor, request).await
    }
}
