//! One request: to the host itself, to the component that its path belongs to, or to nobody.

use super::cross_origin::CrossOrigin;
use super::inbound::{self, Place, Rejected};
use super::outbound::{self, Body};
use super::peer::{Peer, Proxies};
use crate::audit::{Audit, TRACEPARENT, Trace, TraceContext};
use crate::control::{self, Control, Door};
use crate::deployments::Deployments;
use crate::faults::{self, Place as FaultPlace};
use crate::runtime::{Failure, Running};
use http::{HeaderName, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The field of a response that names the request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What answers requests.
pub struct Service {
    /// The components.
    pub deployments: Arc<Deployments>,
    /// Where requests are noted.
    pub audit: Arc<Audit>,
    /// The host's own API.
    pub control: Arc<Control<Deployments>>,
    /// What pages of other origins may do.
    pub cross_origin: CrossOrigin,
    /// Where the server is.
    pub place: Place,
    /// Who may say for whom a request is.
    pub proxies: Arc<Proxies>,
    /// Whether everything deployed came up.
    pub ready: AtomicBool,
}

impl Service {
    /// Answers a request that came from there.
    pub async fn answer(&self, mut request: Request<Incoming>, peer: &Peer) -> Result<Response<Body>, Infallible> {
        let door = peer.door;
        peer.name_client(request.headers_mut());
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return Ok(self.route(request, door).await);
        }
        let (method, path, begun) = (
            request.method().clone(),
            request.uri().path().to_owned(),
            Instant::now(),
        );
        let response = self.route(request, door).await;
        tracing::debug!(%method, path, status = response.status().as_u16(), duration_us = begun.elapsed().as_micros() as u64, "answered");
        Ok(response)
    }

    /// Only the path decides who answers: what hyper parsed, never a raw prefix of the target.
    async fn route(&self, request: Request<Incoming>, door: Door) -> Response<Body> {
        faults::visit(FaultPlace::Request);
        let path = request.uri().path();
        if path.starts_with(control::PREFIX) {
            return self.control(request, door).await;
        }
        if CrossOrigin::concerns(&request) {
            return self.cross_origin.answer(request, |request| self.serve(request)).await;
        }
        self.serve(request).await
    }

    async fn serve(&self, mut request: Request<Incoming>) -> Response<Body> {
        let path = request.uri().path();
        if path == "/api/healthcheck" {
            return match *request.method() {
                Method::GET | Method::HEAD => self.health(),
                _ => outbound::text(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "the health of the server can only be read",
                ),
            };
        }
        let Some(component) = self.deployments.find(path) else {
            return outbound::text(StatusCode::NOT_FOUND, "no component answers this path");
        };
        let trace = self.begin(&component, &mut request);
        let mut response = self.ask(&component, request, &trace).await;
        response.headers_mut().insert(REQUEST_ID, trace.id.into());
        response
    }

    /// Notes that a component is asked.
    fn begin(&self, component: &Running, request: &mut Request<Incoming>) -> Arc<Trace> {
        let context = TraceContext::from_headers(request.headers());
        let ledger = component.ledger().clone();
        let trace = Trace::begin(ledger, request.method().clone(), request.uri().path(), context);
        self.audit.recent().add(trace.clone());
        if context.is_some() {
            // To the component this request is the parent of whatever it does.
            let field = trace.context.field(trace.id);
            request.headers_mut().insert(TRACEPARENT, field);
        }
        trace
    }

    async fn ask(&self, component: &Running, request: Request<Incoming>, trace: &Arc<Trace>) -> Response<Body> {
        let method = request.method().clone();
        let mut visit = component.visit(trace.clone());
        let question = match inbound::question(request, &self.place).await {
            Ok(question) => question,
            Err(rejected) => {
                let response = rejection(rejected);
                visit.answered(response.status());
                visit.done();
                return response;
            }
        };
        match component.answer(question, &mut visit).await {
            Ok(answer) => outbound::stream(&method, answer, visit),
            Err(failure) => {
                visit.answered(status(failure));
                outbound::text(status(failure), &failure.to_string())
            }
        }
    }

    /// What was begun is finished, whether or not the client still waits for the answer.
    async fn control(&self, request: Request<Incoming>, door: Door) -> Response<Body> {
        let control = self.control.clone();
        match tokio::spawn(async move { control.answer(request, door).await }).await {
            Ok(response) => response.map(outbound::full),
            Err(error) => {
                tracing::error!(%error, "a control request ended in a panic");
                control::failed().map(outbound::full)
            }
        }
    }

    fn health(&self) -> Response<Body> {
        match self.ready.load(Ordering::Relaxed) {
            true => outbound::text(StatusCode::OK, "Ok"),
            false => outbound::text(
                StatusCode::SERVICE_UNAVAILABLE,
                "a component did not start; the server's log says which and why",
            ),
        }
    }
}

/// What is answered where the server itself failed.
pub fn failed() -> Response<Body> {
    outbound::text(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the server failed; its log says more",
    )
}

fn status(failure: Failure) -> StatusCode {
    match failure {
        Failure::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Failure::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Failure::NotStarted => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn rejection(rejected: Rejected) -> Response<Body> {
    let status = match rejected {
        Rejected::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Rejected::TimedOut => StatusCode::REQUEST_TIMEOUT,
        Rejected::Broken | Rejected::Authority => StatusCode::BAD_REQUEST,
    };
    outbound::text(status, &rejected.to_string())
}
