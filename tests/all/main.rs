//! All black-box tests, in one executable: the modules follow the paths of the server and the topics of an operator.

mod accounts;
mod audit;
mod browser;
mod changes;
mod clients;
mod commands;
mod components;
mod deploy;
mod faults;
mod history;
mod letters;
mod limits;
mod mail;
mod migrate;
mod notes;
mod routes;
mod secrets;
mod services;
mod sse;
mod start;
