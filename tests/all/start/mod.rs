//! Starting and stopping: the data directory, the operator's migrations, shutdown.

mod data_directory;
mod https;
mod migrations;
mod shutdown;
