//! An interactive transaction: statements sent one by one to the writer, which waits for them under a lease.

use std::sync::mpsc;

use tokio::sync::oneshot;

use super::{
    error::Error,
    value::{Outcome, Statement},
};

/// What a transaction asks the writer for.
pub enum Command {
    Execute {
        statement: Statement,
        reply: oneshot::Sender<Result<Outcome, Error>>,
    },
    Commit {
        reply: oneshot::Sender<Result<(), Error>>,
    },
    Rollback {
        reply: oneshot::Sender<Result<(), Error>>,
    },
}

/// A transaction that holds the database's only writer. Dropping it rolls it back.
pub struct Transaction {
    commands: mpsc::Sender<Command>,
}

impl Transaction {
    pub(super) fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    /// Runs one statement. One that fails undoes itself alone.
    pub async fn execute(&self, statement: Statement) -> Result<Outcome, Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Execute { statement, reply }, answer).await
    }

    /// Commits; where it fails the writes are rolled back.
    pub async fn commit(self) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Commit { reply }, answer).await
    }

    pub async fn rollback(self) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.ask(Command::Rollback { reply }, answer).await
    }

    /// The writer takes no more commands when the lease has ended.
    async fn ask<T>(&self, command: Command, answer: oneshot::Receiver<Result<T, Error>>) -> Result<T, Error> {
        self.commands.send(command).map_err(|_| Error::Closed)?;
        answer.await.unwrap_or(Err(Error::Closed))
    }
}
