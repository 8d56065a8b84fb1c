//! The built-in `realtime`: subscriptions to the records of APIs.
//!
//! It has two faces. The HTTP handler ([`subscribe`]) decides who may listen to what, and gives those who come back what they
//! missed. The [`worker`] follows the changes of tables and sends them. What both know of a listener stands in the names of
//! the topics that it listens to: its [`class`], how it takes events ([`topics`]), and its session. [`evaluate`] asks the database
//! which classes a change is for, once for each; [`event`] writes what they get.

pub mod class;
pub mod error;
pub mod evaluate;
pub mod event;
pub mod feed;
pub mod filter;
pub mod image;
pub mod limits;
pub mod listening;
pub mod place;
pub mod resume;
pub mod route;
pub mod subscribe;
pub mod topics;
pub mod worker;

guesthouse::serve!(subscribe::handle);
guesthouse::work!(worker::run);
