//! Signing in by another server: OAuth 2 with PKCE, and OpenID Connect.
//!
//! `flow` sends a browser to a provider and finds out who came back; `accounts` finds the account that is theirs. What is known of
//! providers is data (`known`); the operator's rows say which of them are in use (`provider`).

pub mod accounts;
pub mod apple;
pub mod client;
pub mod documents;
pub mod endpoints;
pub mod failure;
pub mod flow;
pub mod id_token;
pub mod known;
pub mod profile;
pub mod provider;
pub mod state;
