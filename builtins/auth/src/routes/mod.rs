//! Which function answers which path, below `/api/auth/v1/`.

mod avatar;
mod change_email;
mod change_password;
mod change_username;
mod delete;
mod login;
mod login_anonymous;
mod login_mfa;
mod logout;
mod oauth;
mod otp;
mod passkey_login;
mod passkey_register;
mod passkeys;
mod promote_anonymous;
mod refresh;
mod register;
mod reset_password;
mod sessions;
mod status;
mod token;
mod totp;
mod verify_email;

use std::sync::LazyLock;

use guesthouse::http::{Request, Response, Router};

use crate::addresses;
use crate::error::Error;
use crate::form_errors::{Failure, FormErrors};
use crate::pages;

/// What is said of every code in a link that is not one, or has been used, or has expired.
const LINK_IS_NOT_GOOD: Error = Error::Invalid("this link has expired or was used already: ask for a new one");

/// For programs that look where a link in a mail leads before anybody follows it: that does not use its code up.
fn not_followed() -> Response {
    Response::text(200, "")
}

static ROUTES: LazyLock<Router> = LazyLock::new(|| {
    Router::new()
        .with("POST", "/api/auth/v1/login", |request, _| answer(request, login::login))
        .with("POST", "/api/auth/v1/login_mfa", |request, _| {
            answer(request, login_mfa::login_mfa)
        })
        .with("POST", "/api/auth/v1/login_anonymous", |request, _| {
            answer(request, login_anonymous::login_anonymous)
        })
        .with("POST", "/api/auth/v1/token", |request, _| {
            answer(request, token::exchange)
        })
        .with("POST", "/api/auth/v1/refresh", |request, _| {
            answer(request, refresh::refresh)
        })
        .with("GET", "/api/auth/v1/status", |request, _| {
            answer(request, status::status)
        })
        .with("POST", "/api/auth/v1/logout", |request, _| {
            answer(request, logout::end_session)
        })
        .with("GET", "/api/auth/v1/logout", |request, _| {
            answer(request, logout::end_all_sessions)
        })
        .with("GET", "/api/auth/v1/sessions", |request, _| {
            answer(request, sessions::list)
        })
        .with("DELETE", "/api/auth/v1/sessions", |request, _| {
            answer(request, sessions::end_others)
        })
        .with("POST", "/api/auth/v1/sessions/revoke", |request, _| {
            answer(request, sessions::end_others)
        })
        .with("DELETE", "/api/auth/v1/sessions/{id}", |request, parameters| {
            answer(request, |request| sessions::end(request, parameters))
        })
        .with("POST", "/api/auth/v1/sessions/{id}/revoke", |request, parameters| {
            answer(request, |request| sessions::end(request, parameters))
        })
        .with("POST", "/api/auth/v1/change_password", |request, _| {
            answer(request, change_password::change_password)
        })
        .with("POST", "/api/auth/v1/change_username", |request, _| {
            answer(request, change_username::change_username)
        })
        .with("POST", "/api/auth/v1/register", |request, _| {
            answer(request, register::register)
        })
        .with("POST", "/api/auth/v1/promote_anonymous", |request, _| {
            answer(request, promote_anonymous::promote_anonymous)
        })
        .with("GET", "/api/auth/v1/verify_email/trigger", |request, _| {
            answer(request, verify_email::trigger)
        })
        .with(
            "GET",
            "/api/auth/v1/verify_email/confirm/{code}",
            |request, parameters| answer(request, |request| verify_email::confirm(request, parameters)),
        )
        .with("POST", "/api/auth/v1/change_email/request", |request, _| {
            answer(request, change_email::request)
        })
        .with(
            "GET",
            "/api/auth/v1/change_email/confirm/{code}",
            |request, parameters| answer(request, |request| change_email::confirm(request, parameters)),
        )
        .with("POST", "/api/auth/v1/reset_password/request", |request, _| {
            answer(request, reset_password::request)
        })
        .with("POST", "/api/auth/v1/reset_password/update", |request, _| {
            answer(request, reset_password::update)
        })
        .with("POST", "/api/auth/v1/otp/request", |request, _| {
            answer(request, otp::request)
        })
        .with("POST", "/api/auth/v1/otp/login", |request, _| {
            answer(request, otp::login)
        })
        .with("GET", "/api/auth/v1/totp/register", |request, _| {
            answer(request, totp::register)
        })
        .with("POST", "/api/auth/v1/totp/confirm", |request, _| {
            answer(request, totp::confirm)
        })
        .with("POST", "/api/auth/v1/totp/unregister", |request, _| {
            answer(request, totp::unregister)
        })
        .with("GET", "/api/auth/v1/oauth/providers", |request, _| {
            answer(request, |_| oauth::providers())
        })
        .with("GET", "/api/auth/v1/oauth/{name}/login", |request, parameters| {
            answer(request, |request| oauth::login(request, parameters))
        })
        .with("GET", "/api/auth/v1/oauth/{name}/callback", |request, parameters| {
            answer(request, |request| oauth::callback(request, parameters))
        })
        .with("POST", "/api/auth/v1/oauth/{name}/callback", |request, parameters| {
            answer(request, |request| oauth::callback_by_form(request, parameters))
        })
        .with("POST", "/api/auth/v1/passkey/register/begin", |request, _| {
            answer(request, passkey_register::begin)
        })
        .with("POST", "/api/auth/v1/passkey/register/finish", |request, _| {
            answer(request, passkey_register::finish)
        })
        .with("POST", "/api/auth/v1/passkey/login/begin", |request, _| {
            answer(request, passkey_login::begin)
        })
        .with("POST", "/api/auth/v1/passkey/login/finish", |request, _| {
            answer(request, passkey_login::finish)
        })
        .with("GET", "/api/auth/v1/passkey/list", |request, _| {
            answer(request, passkeys::list)
        })
        .with("PATCH", "/api/auth/v1/passkey/{id}", |request, parameters| {
            answer(request, |request| passkeys::rename(request, parameters))
        })
        .with("DELETE", "/api/auth/v1/passkey/{id}", |request, parameters| {
            answer(request, |request| passkeys::delete(request, parameters))
        })
        .with("POST", "/api/auth/v1/passkey/{id}/rename", |request, parameters| {
            answer(request, |request| passkeys::rename(request, parameters))
        })
        .with("POST", "/api/auth/v1/passkey/{id}/delete", |request, parameters| {
            answer(request, |request| passkeys::delete(request, parameters))
        })
        .with("GET", "/api/auth/v1/avatar/{id}", |request, parameters| {
            answer_to_keep(request, |request| avatar::show(request, parameters))
        })
        .with("POST", "/api/auth/v1/avatar", |request, _| answer(request, avatar::set))
        .with("DELETE", "/api/auth/v1/avatar", |request, _| {
            answer(request, avatar::remove)
        })
        .with("DELETE", "/api/auth/v1/delete", |request, _| {
            answer(request, delete::delete)
        })
        .with("POST", "/api/auth/v1/delete", |request, _| {
            answer(request, delete::delete)
        })
        .with("GET", "/api/auth/v1/delete", |request, _| {
            answer(request, delete::delete_by_get)
        })
});

/// Answers a request.
pub async fn handle(request: Request) -> Response {
    if pages::are_at(request.path()) {
        pages::handle(request).await
    } else {
        ROUTES.answer(request).await
    }
}

/// Answers are about the caller, and kept by nobody.
async fn answer<F, E>(request: Request, handle: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Result<Response, E>>,
    E: Into<Failure>,
{
    let response = answer_to_keep(request, handle).await;
    response.with_header("cache-control", "no-store")
}

/// A form that names a page for it is told of errors there; everything else by a status.
async fn answer_to_keep<F, E>(request: Request, handle: impl FnOnce(Request) -> F) -> Response
where
    F: Future<Output = Result<Response, E>>,
    E: Into<Failure>,
{
    match FormErrors::of(&request).await {
        Ok(form_errors) => (admit_and(request, handle).await).unwrap_or_else(|failure| form_errors.present(failure)),
        Err(error) => error.into_response(),
    }
}

/// How much may come from one address is looked at before anything else, for all that somebody could try or guess.
async fn admit_and<F, E>(request: Request, handle: impl FnOnce(Request) -> F) -> Result<Response, Failure>
where
    F: Future<Output = Result<Response, E>>,
    E: Into<Failure>,
{
    if request.method() == "POST" {
        addresses::admit(request.client_address()).await?;
    }
    handle(request).await.map_err(Into::into)
}
