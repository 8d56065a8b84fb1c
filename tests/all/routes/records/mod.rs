//! `/api/records/v1/{api}` and `/api/records/v1/{api}/{id}`.

mod access;
mod callers;
mod create;
mod databases;
mod delete;
mod errors;
mod every_route;
mod expand;
mod filters;
mod forms;
mod hostile;
mod list;
mod mistakes;
mod read;
mod roles;
mod rules;
mod schema;
mod transactions;
mod types;
mod update;
mod views;
