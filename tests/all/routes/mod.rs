//! Paths of the server, as the URL tree has them.

mod auth;
mod cross_origin;
mod health;
mod precedence;
mod records;
mod subscriptions;
mod unknown;
