//! The control API: what the command line speaks to a running server, over the control socket or the network.
//!
//! Paths: `components`, `components/{name}`, `components/{name}/versions`, `components/{name}/package`, `components/{name}/grants`,
//! `components/{name}/rollback`, `components/{name}/logs`, `audit`, `requests`, `requests/{id}`, `metrics`, `secrets`, `secrets/{name}`, `commands`, `commands/{name}`, `migrations`, `migrations/apply`, `mail`, `mail/{number}`, all below
//! [`PREFIX`]. Bodies and answers are JSON, except for packages and the value of a secret.

mod audit;
mod body;
pub mod commands;
mod components;
mod error;
mod grants;
mod logs;
mod mail;
mod metrics;
mod migrations;
mod query;
mod requests;
mod rollback;
mod secrets;
pub mod socket;
#[cfg(test)]
mod tests;
mod versions;

use std::error::Error as StdError;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use serde::Serialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use error::ControlError;
pub use error::ErrorBody;
pub use secrets::Changed as SecretChanged;

use crate::capability::Stores;
use crate::components::deploy::{DeployError, Deployer, Runtime};
use crate::components::version::Actor;
use crate::data_directory::ControlToken;
use crate::faults;
use crate::limits;

/// Every path of the control API begins so.
pub const PREFIX: &str = "/_/control/";

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The control socket, which only the owner of the data directory can open.
    Socket,
    /// The network, where the control token is asked for.
    Network,
}

pub struct Control<R: Runtime> {
    deployer: Arc<Deployer<R>>,
    stores: Stores,
    token: ControlToken,
    /// The folder of the data directory's migrations.
    migrations: PathBuf,
    /// Changes under way or waiting: each may hold a package in memory.
    changes: Semaphore,
}

type Answer = Result<Response<Full<Bytes>>, ControlError>;

impl<R: Runtime> Control<R> {
    pub fn new(deployer: Arc<Deployer<R>>, stores: Stores, token: ControlToken, migrations: PathBuf) -> Control<R> {
        Control {
            deployer,
            stores,
            token,
            migrations,
            changes: Semaphore::new(limits::DEPLOYMENTS_WAITING_MAX + 1),
        }
    }

    /// Answers a request whose path begins with [`PREFIX`].
    pub async fn answer<B>(&self, request: Request<B>, door: Door) -> Response<Full<Bytes>>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        match self.route(request, door).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }

    async fn route<B>(&self, request: Request<B>, door: Door) -> Answer
    where
        B: http_body::Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        faults::visit(faults::Place::Control);
        // Before anything else: a stranger does not even learn which paths exist.
        let actor = self.authorize(&request, door)?;
        let path = request.uri().path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
        let segments: Vec<&str> = path.split('/').collect();
        let method = request.method().clone();
        if let Some(answer) = self.watch(&segments, &method, request.uri().query()).await {
            return answer;
        }
        match (&segments[..], method) {
            (["components"], Method::GET) => components::list(self).await,
            (["components"], Method::POST) => components::deploy(self, request, actor).await,
            (["components"], _) => Err(ControlError::Method("GET, POST")),
            (["components", name], Method::GET) => components::show(self, name).await,
            (["components", name], Method::DELETE) => components::remove(self, name, actor).await,
            (["components", _], _) => Err(ControlError::Method("GET, DELETE")),
            (["components", name, "versions"], Method::GET) => versions::list(self, name).await,
            (["components", _, "versions"], _) => Err(ControlError::Method("GET")),
            (["components", name, "package"], Method::GET) => components::package(self, name).await,
            (["components", _, "package"], _) => Err(ControlError::Method("GET")),
            (["components", name, "rollback"], Method::POST) => rollback::create(self, name, request, actor).await,
            (["components", _, "rollback"], _) => Err(ControlError::Method("POST")),
            (["secrets"], Method::GET) => secrets::list(self).await,
            (["secrets"], _) => Err(ControlError::Method("GET")),
            (["secrets", name], Method::PUT) => secrets::set(self, name, request, actor).await,
            (["secrets", name], Method::DELETE) => secrets::remove(self, name, actor).await,
            (["secrets", _], _) => Err(ControlError::Method("PUT, DELETE")),
            (["commands"], Method::GET) => commands::list(self).await,
            (["commands"], _) => Err(ControlError::Method("GET")),
            (["commands", name], Method::POST) => commands::run(self, name, request).await,
            (["commands", _], _) => Err(ControlError::Method("POST")),
            (["migrations"], Method::GET) => migrations::list(self).await,
            (["migrations"], _) => Err(ControlError::Method("GET")),
            (["migrations", "apply"], Method::POST) => migrations::apply(self).await,
            (["migrations", "apply"], _) => Err(ControlError::Method("POST")),
            (["mail"], Method::GET) => mail::list(self, request.uri().query()).await,
            (["mail", number], Method::GET) => mail::show(self, number).await,
            (["mail"] | ["mail", _], _) => Err(ControlError::Method("GET")),
            _ => Err(ControlError::Path),
        }
    }

    /// The paths at which one sees what components do. None: it is another one.
    async fn watch(&self, segments: &[&str], method: &Method, query: Option<&str>) -> Option<Answer> {
        Some(match segments {
            ["components", _, "grants" | "logs"] | ["audit" | "metrics"] | ["requests"] | ["requests", _]
                if method != Method::GET =>
            {
                Err(ControlError::Method("GET"))
            }
            ["components", name, "grants"] => grants::show(self, name, query).await,
            ["components", name, "logs"] => logs::list(self, name, query).await,
            ["audit"] => audit::list(self, query).await,
            ["requests"] => requests::list(self, query),
            ["requests", id] => requests::show(self, id),
            ["metrics"] => metrics::show(self),
            _ => return None,
        })
    }

    fn authorize<B>(&self, request: &Request<B>, door: Door) -> Result<Actor, ControlError> {
        if door == Door::Socket {
            return Ok(Actor::ControlSocket);
        }
        let presented = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = presented.and_then(|value| value.split_once(' '));
        let token = token
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        match token {
            Some(token) if self.token.matches(token) => Ok(Actor::ControlToken),
            _ => Err(ControlError::Unauthorized),
        }
    }

    /// A place among the changes that wait.
    fn queue(&self) -> Result<SemaphorePermit<'_>, ControlError> {
        self.changes.try_acquire().map_err(|_| ControlError::Busy)
    }

    /// Runs a change to its end even if the client goes away: stopped half-way, what is stored and what runs would differ.
    async fn to_the_end<T, F>(&self, change: impl FnOnce(Arc<Deployer<R>>) -> F) -> Result<T, ControlError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, DeployError>> + Send + 'static,
    {
        let done = tokio::spawn(change(self.deployer.clone())).await;
        done.map_err(|error| ControlError::Internal(error.to_string()))?
            .map_err(ControlError::Deploy)
    }
}

/// What is answered where the server itself failed.
pub fn failed() -> Response<Full<Bytes>> {
    ControlError::Internal("a panic".to_owned()).into_response()
}

fn json(value: &impl Serialize) -> Answer {
    respond(StatusCode::OK, value)
}

fn respond(status: StatusCode, value: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(value).map_err(|error| ControlError::Internal(error.to_string()))?;
    respond_with(status, "application/json", body.into())
}

fn respond_with(status: StatusCode, content_type: &'static str, body: Bytes) -> Answer {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}
