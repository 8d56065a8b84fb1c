//! `/api/auth/v1/...` and `/_/auth/...`: the refusals first, then what works.

mod anonymous;
mod change_password;
mod change_username;
mod cookies;
mod delete;
mod form_errors;
mod identity;
mod login;
mod login_mfa;
mod logout;
mod matrix;
mod pages;
mod refresh;
mod replaced;
mod sessions;
mod settings;
mod status;
mod table;
mod token;
mod totp;
