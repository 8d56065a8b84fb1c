//! Starting and stopping: the data directory, the operator's migrations, shutdown.

mod data_directory;
mod first_account;
mod https;
mod migrations;
mod on_start;
mod shutdown;
