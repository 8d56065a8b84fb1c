//! What can go wrong in a control request, and the one place where that becomes a status and a body.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde::{Deserialize, Serialize};

use super::respond;
use crate::audit::AuditError;
use crate::capability::mail::MailError;
use crate::capability::secrets::SecretError;
use crate::components::commands::CommandError;
use crate::components::deploy::{DeployError, Refusal};
use crate::components::manifest::Mistake;
use crate::components::package::PackageError;
use crate::components::review::GrantsReview;
use crate::logs::LogsError;
use crate::migrations::MigrationsError;

#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("the control token is missing or wrong; it is in `secrets/control-token` of the server's data directory")]
    Unauthorized,
    #[error("there is nothing at this path of the control API")]
    Path,
    #[error("this path of the control API answers only to {0}")]
    Method(&'static str),
    #[error("{0}")]
    Query(String),
    #[error("the body is not what this path expects: {0}")]
    Body(String),
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the body did not arrive in time")]
    TimedOut,
    #[error("the body ended early; send it again")]
    Interrupted,
    #[error("too many changes wait already; try again in a moment")]
    Busy,
    #[error("{0}")]
    Deploy(DeployError),
    #[error("{0}")]
    Secret(SecretError),
    #[error("{0}")]
    Command(CommandError),
    #[error("{0}")]
    Migrations(MigrationsError),
    #[error("{0}")]
    Mail(MailError),
    #[error("there is no request {0} among the last ones; the field x-request-id of a response has its number")]
    Request(String),
    #[error("{0}")]
    Audit(AuditError),
    #[error("{0}")]
    Logs(LogsError),
    /// Logged, and answered without its text.
    #[error("the server failed; its log says more")]
    Internal(String),
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct ErrorBody {
    pub error: String,
    pub message: String,
    /// What must be accepted first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<GrantsReview>,
    /// All mistakes of a manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<Mistake>,
}

impl ErrorBody {
    pub fn new(error: String, message: String) -> ErrorBody {
        ErrorBody {
            error,
            message,
            grants: None,
            mistakes: Vec::new(),
        }
    }
}

impl ControlError {
    pub fn into_response(self) -> Response<Full<Bytes>> {
        let status = self.status();
        let body = self.body();
        let mut response = respond(status, &body).unwrap_or_else(|_| {
            let mut response = Response::new(Full::default());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        });
        match self {
            ControlError::Method(allowed) => {
                response
                    .headers_mut()
                    .insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            ControlError::Unauthorized => {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            ControlError::Unauthorized => StatusCode::UNAUTHORIZED,
            ControlError::Path => StatusCode::NOT_FOUND,
            ControlError::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            ControlError::Query(_) | ControlError::Body(_) | ControlError::Interrupted => StatusCode::BAD_REQUEST,
            ControlError::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            ControlError::TimedOut => StatusCode::REQUEST_TIMEOUT,
            ControlError::Busy => StatusCode::SERVICE_UNAVAILABLE,
            ControlError::Deploy(error) => deploy_status(error),
            ControlError::Secret(error) => secret_status(error),
            ControlError::Command(error) => command_status(error),
            ControlError::Migrations(_) => StatusCode::UNPROCESSABLE_ENTITY,
            ControlError::Mail(MailError::Unknown(_)) => StatusCode::NOT_FOUND,
            ControlError::Request(_) => StatusCode::NOT_FOUND,
            ControlError::Mail(_) | ControlError::Audit(_) => StatusCode::INTERNAL_SERVER_ERROR,
            ControlError::Logs(LogsError::TooManyWait | LogsError::Stopping) => StatusCode::SERVICE_UNAVAILABLE,
            ControlError::Logs(_) => StatusCode::INTERNAL_SERVER_ERROR,
            ControlError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            ControlError::Unauthorized => "unauthorized",
            ControlError::Path => "not_found",
            ControlError::Method(_) => "method_not_allowed",
            ControlError::Query(_) => "invalid_query",
            ControlError::Body(_) => "invalid_body",
            ControlError::TooLarge(_) => "body_too_large",
            ControlError::TimedOut => "timed_out",
            ControlError::Interrupted => "interrupted",
            ControlError::Busy => "busy",
            ControlError::Deploy(error) => error.code(),
            ControlError::Secret(error) => error.code(),
            ControlError::Command(error) => error.code(),
            ControlError::Migrations(error) => error.code(),
            ControlError::Mail(MailError::Unknown(_)) => "no_such_message",
            ControlError::Request(_) => "no_such_request",
            ControlError::Mail(_) | ControlError::Audit(_) => "internal",
            ControlError::Logs(error) => error.code(),
            ControlError::Internal(_) => "internal",
        }
    }

    fn body(&self) -> ErrorBody {
        let (mut grants, mut mistakes) = (None, Vec::new());
        let mut message = self.to_string();
        match self {
            ControlError::Deploy(DeployError::GrantsNotAccepted { review, .. }) => grants = Some((**review).clone()),
            ControlError::Deploy(DeployError::Package(PackageError::Manifest(error))) => {
                mistakes.clone_from(&error.mistakes);
            }
            ControlError::Internal(cause) => tracing::error!(cause, "a control request failed"),
            ControlError::Mail(error) if !matches!(error, MailError::Unknown(_)) => {
                tracing::error!(cause = %error, "a control request failed");
                message = ControlError::Internal(String::new()).to_string();
            }
            ControlError::Audit(error) => {
                tracing::error!(cause = %error, "a control request failed");
                message = ControlError::Internal(String::new()).to_string();
            }
            ControlError::Logs(error) if error.code() == "internal" => {
                tracing::error!(cause = %error, "a control request failed");
                message = ControlError::Internal(String::new()).to_string();
            }
            ControlError::Secret(error @ SecretError::File { .. }) => {
                tracing::error!(cause = %error, "a control request failed");
                message = ControlError::Internal(String::new()).to_string();
            }
            ControlError::Deploy(error) if deploy_status(error) == StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(cause = %error, "a control request failed");
                message = ControlError::Internal(String::new()).to_string();
            }
            _ => {}
        }
        ErrorBody {
            error: self.code().to_owned(),
            message,
            grants,
            mistakes,
        }
    }
}

fn secret_status(error: &SecretError) -> StatusCode {
    match error {
        SecretError::Name(_) => StatusCode::BAD_REQUEST,
        SecretError::Value => StatusCode::UNPROCESSABLE_ENTITY,
        SecretError::Full => StatusCode::CONFLICT,
        SecretError::Unknown(_) => StatusCode::NOT_FOUND,
        SecretError::File { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn deploy_status(error: &DeployError) -> StatusCode {
    match error {
        DeployError::NotFound(_) | DeployError::NoSuchVersion { .. } => StatusCode::NOT_FOUND,
        DeployError::GrantsNotAccepted { .. }
        | DeployError::Route(_)
        | DeployError::Command(_)
        | DeployError::Service(_)
        | DeployError::StillUsed { .. }
        | DeployError::RunsAlready { .. }
        | DeployError::NothingBefore(_) => StatusCode::CONFLICT,
        DeployError::Package(PackageError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
        DeployError::Refused {
            refusal: Refusal::Internal(_),
            ..
        }
        | DeployError::Database { .. }
        | DeployError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        DeployError::Package(_)
        | DeployError::Name(_)
        | DeployError::Refused { .. }
        | DeployError::Migration { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// What fails inside a component is told whole: whoever may run its commands may also read its log.
fn command_status(error: &CommandError) -> StatusCode {
    match error {
        CommandError::Unknown(_) => StatusCode::NOT_FOUND,
        CommandError::TooManyArguments(_) | CommandError::TooMuchInput(_) => StatusCode::PAYLOAD_TOO_LARGE,
        CommandError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        CommandError::TimedOut { .. } => StatusCode::GATEWAY_TIMEOUT,
        CommandError::TooMuchOutput(_) | CommandError::Failed { .. } => StatusCode::BAD_GATEWAY,
    }
}
