//! Sign-in pages below `/_/auth/`, one file each.
//!
//! They read and show; whatever changes something is a form that goes to `/api/auth/v1/...`, as it would from any other page, and
//! comes back here. So a component can take over a single page by a more exact route, and everything else stays as it is.

mod carried;
mod check_mail;
mod code_by_mail;
mod delete;
mod error;
mod files;
mod form;
mod frame;
mod login;
mod logout;
mod profile;
mod register;
mod reset_password;
mod second_factor;
mod totp;
mod user_agent;
mod visit;

use std::sync::LazyLock;

use guesthouse::http::{Request, Response, Router};

use crate::error::Error;
use visit::Visit;

pub const LOGIN: &str = "/_/auth/login";
pub const SECOND_FACTOR: &str = "/_/auth/mfa";
pub const REGISTER: &str = "/_/auth/register";
pub const CHECK_MAIL: &str = "/_/auth/check_mail";
pub const RESET_REQUEST: &str = "/_/auth/reset_password/request";
/// `mail` writes it into letters.
pub const RESET_UPDATE: &str = "/_/auth/reset_password/update";
pub const CODE_BY_MAIL: &str = "/_/auth/otp";
pub const PROFILE: &str = "/_/auth/profile";
pub const TOTP: &str = "/_/auth/totp";
pub const DELETE: &str = "/_/auth/delete";
pub const LOGOUT: &str = "/_/auth/logout";

static PAGES: LazyLock<Router> = LazyLock::new(|| {
    Router::new()
        .with("GET", "/_/auth", |_, _| async { Response::see_other(PROFILE) })
        .with("GET", "/_/auth/", |_, _| async { Response::see_other(PROFILE) })
        .with("GET", "/_/auth/style.css", |request, _| async move {
            files::style(&request)
        })
        .with("GET", "/_/auth/passkeys.js", |request, _| async move {
            files::script(&request)
        })
        .with("GET", LOGIN, |request, _| show(request, login::page))
        .with("GET", SECOND_FACTOR, |request, _| show(request, second_factor::page))
        .with("GET", REGISTER, |request, _| show(request, register::page))
        .with("GET", CHECK_MAIL, |request, _| show(request, check_mail::page))
        .with("GET", RESET_REQUEST, |request, _| {
            show(request, reset_password::request)
        })
        .with("GET", RESET_UPDATE, |request, _| show(request, reset_password::update))
        .with("GET", CODE_BY_MAIL, |request, _| show(request, code_by_mail::page))
        .with("GET", PROFILE, |request, _| show(request, profile::page))
        .with("GET", TOTP, |request, _| show(request, totp::page))
        .with("GET", DELETE, |request, _| show(request, delete::page))
        .with("GET", LOGOUT, |request, _| show(request, logout::page))
        .with("GET", "/_/auth/{*rest}", |request, _| show(request, error::not_found))
});

/// Whether a path is one of these pages', or would be.
pub fn are_at(path: &str) -> bool {
    path.strip_prefix("/_/auth")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub async fn handle(request: Request) -> Response {
    PAGES.answer(request).await
}

/// Looks who is there, and shows them a page.
async fn show<F>(request: Request, page: impl FnOnce(Visit) -> F) -> Response
where
    F: Future<Output = Result<Response, Error>>,
{
    let result = match Visit::of(&request).await {
        Ok(visit) => page(visit).await,
        Err(error) => Err(error),
    };
    // What is here is for this visitor alone, and addresses of pages hold codes.
    result
        .unwrap_or_else(|error| error::page(&error))
        .with_header("cache-control", "no-store")
        .with_header("referrer-policy", "no-referrer")
}
