//! `/api/records/v1/{api}` and `/api/records/v1/{api}/{id}`.

mod access;
mod create;
mod delete;
mod expand;
mod forms;
mod list;
mod read;
mod update;
