//! Requests that web pages of other origins make: which of them a browser may let happen (CORS).
//!
//! It matters to browsers alone, and opens nothing: cookies are not sent along, so such a page acts with what it can show itself.

use super::outbound::{self, Body};
use crate::cli::run::Origins;
use crate::limits;
use http::{Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use std::convert::Infallible;
use tower::{Layer, Service, service_fn};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

/// What pages of other origins may do.
pub struct CrossOrigin(CorsLayer);

impl CrossOrigin {
    /// For development cookies are sent along too: a page that a tool serves on another port is part of the application.
    pub fn new(origins: Origins, dev: bool) -> Self {
        let allowed = match origins {
            Origins::Some(origins) if !dev => AllowOrigin::list(origins),
            _ => AllowOrigin::mirror_request(),
        };
        let layer = CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods(AllowMethods::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .allow_credentials(dev)
            .max_age(limits::CROSS_ORIGIN_MAX_AGE);
        Self(layer)
    }

    /// Whether a browser asks on behalf of a page.
    pub fn concerns(request: &Request<Incoming>) -> bool {
        request.headers().contains_key(header::ORIGIN)
    }

    /// Answers a browser's question whether it may send a request; lets others through and adds to the answer who may read it.
    pub async fn answer<F>(
        &self,
        request: Request<Incoming>,
        mut answer: impl FnMut(Request<Incoming>) -> F,
    ) -> Response<Body>
    where
        F: Future<Output = Response<Body>>,
    {
        let inner = service_fn(|request| {
            let answered = answer(request);
            async { Ok::<_, Infallible>(answered.await.map(Some)) }
        });
        let Ok(response) = self.0.layer(inner).call(request).await;
        response.map(|body| body.unwrap_or_else(|| outbound::full(Full::default())))
    }
}
