//! Deploying into a running server.

mod built_in;
mod export;
mod grants;
mod lifecycle;
mod limits;
mod manifest;
mod migrations;
mod network;
mod probation;
mod stopped;
mod under_way;
mod uploads;
