//! Which function answers which path, below `/api/auth/v1/`.

mod change_password;
mod change_username;
mod delete;
mod login;
mod login_anonymous;
mod login_mfa;
mod logout;
mod refresh;
mod status;
mod token;
mod totp;

use std::sync::LazyLock;

use guesthouse::http::{Request, Response, Router};

use crate::error::Error;

static ROUTES: LazyLock<Router> = LazyLock::new(|| {
    Router::new()
        .with("POST", "/api/auth/v1/login", |request, _| answer(login::login(request)))
        .with("POST", "/api/auth/v1/login_mfa", |request, _| {
            answer(login_mfa::login_mfa(request))
        })
        .with("POST", "/api/auth/v1/login_anonymous", |request, _| {
            answer(login_anonymous::login_anonymous(request))
        })
        .with("POST", "/api/auth/v1/token", |request, _| {
            answer(token::exchange(request))
        })
        .with("POST", "/api/auth/v1/refresh", |request, _| {
            answer(refresh::refresh(request))
        })
        .with("GET", "/api/auth/v1/status", |request, _| {
            answer(status::status(request))
        })
        .with("POST", "/api/auth/v1/logout", |request, _| {
            answer(logout::end_session(request))
        })
        .with("GET", "/api/auth/v1/logout", |request, _| {
            answer(logout::end_all_sessions(request))
        })
        .with("POST", "/api/auth/v1/change_password", |request, _| {
            answer(change_password::change_password(request))
        })
        .with("POST", "/api/auth/v1/change_username", |request, _| {
            answer(change_username::change_username(request))
        })
        .with("GET", "/api/auth/v1/totp/register", |request, _| {
            answer(totp::register(request))
        })
        .with("POST", "/api/auth/v1/totp/confirm", |request, _| {
            answer(totp::confirm(request))
        })
        .with("POST", "/api/auth/v1/totp/unregister", |request, _| {
            answer(totp::unregister(request))
        })
        .with("DELETE", "/api/auth/v1/delete", |request, _| {
            answer(delete::delete(request))
        })
        .with("GET", "/api/auth/v1/delete", |request, _| {
            answer(delete::delete_by_get(request))
        })
});

/// Answers a request.
pub async fn handle(request: Request) -> Response {
    ROUTES.answer(request).await
}

async fn answer(result: impl Future<Output = Result<Response, Error>>) -> Response {
    result
        .await
        .unwrap_or_else(Error::into_response)
        .with_header("cache-control", "no-store")
}
