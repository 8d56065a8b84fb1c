//! One request: to the host itself, to the component that its path belongs to, or to nobody.

use super::cross_origin::CrossOrigin;
use super::inbound::{self, Place, Rejected};
use super::outbound::{self, Body};
use super::peer::{Peer, Proxies};
use crate::control::{self, Control, Door};
use crate::deployments::Deployments;
use crate::runtime::Failure;
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What answers requests.
pub struct Service {
    /// The components.
    pub deployments: Arc<Deployments>,
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
        let path = request.uri().path();
        if path.starts_with(control::PREFIX) {
            return self.control(request, door).await;
        }
        if CrossOrigin::concerns(&request) {
            return self.cross_origin.answer(request, |request| self.serve(request)).await;
        }
        self.serve(request).await
    }

    async fn serve(&self, request: Request<Incoming>) -> Response<Body> {
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
        let method = request.method().clone();
        let question = match inbound::question(request, &self.place).await {
            Ok(question) => question,
            Err(rejected) => return rejection(rejected),
        };
        match component.answer(question).await {
            Ok(answer) => outbound::stream(&method, answer),
            Err(failure) => outbound::text(status(failure), &failure.to_string()),
        }
    }

    /// What was begun is finished, whether or not the client still waits for the answer.
    async fn control(&self, request: Request<Incoming>, door: Door) -> Response<Body> {
        let control = self.control.clone();
        match tokio::spawn(async move { control.answer(request, door).await }).await {
            Ok(response) => response.map(outbound::full),
            Err(error) => {
                tracing::error!(%error, "a control request ended in a panic");
                outbound::text(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the server failed; its log says more",
                )
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
