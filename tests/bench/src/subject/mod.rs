//! A server under measurement: its process, its data directory and the requests that it understands.

mod check;
mod dialect;
mod guesthouse;
mod hyper;
mod pocketbase;
mod subscription;

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;
use tempfile::TempDir;

use self::dialect::{Addressee, Dialect};
pub use self::subscription::Subscription;
use crate::connection::Connection;
use crate::cores::Cores;
use crate::options::Options;
use crate::request;
use crate::row::{self, Row};
use crate::scenario::Scenario;
use crate::server::Server;

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Hyper,
    Guesthouse,
    /// This project's server, another build of it.
    Baseline,
    PocketBase,
}

pub struct Subject {
    pub kind: Kind,
    pub server: Server,
    dialect: &'static Dialect,
    program: PathBuf,
    folder: TempDir,
    cores: Cores,
    /// Who owns all rows, where that can be said: as the field `authorization` has it.
    authorization: Option<String>,
    /// The number of the next request: no two inserts or updates of a run carry the same values.
    next: Cell<u64>,
}

impl Subject {
    /// Starts every server that the options ask for and fills its table.
    pub async fn prepare_all(options: &Options, cores: Cores) -> anyhow::Result<Vec<Self>> {
        let mut subjects = Vec::new();
        if options.scenarios().contains(&Scenario::Hello) {
            subjects.push(hyper::prepare(cores).await.context("the plain hyper server")?);
        }
        if !options.skip_guesthouse {
            let program = options.guesthouse.clone().map_or_else(crate::build::guesthouse, Ok)?;
            let subject = guesthouse::prepare(Kind::Guesthouse, program, options, cores).await;
            subjects.push(subject.context("Guesthouse")?);
        }
        if let Some(program) = options.baseline.clone() {
            let subject = guesthouse::prepare(Kind::Baseline, program, options, cores).await;
            subjects.push(subject.context("the baseline")?);
        }
        if !options.skip_pocketbase {
            subjects.push(pocketbase::prepare(options, cores).await.context("PocketBase")?);
        }
        Ok(subjects)
    }

    /// Starts the server in a new and empty data directory; returns once it answers.
    async fn start(kind: Kind, dialect: &'static Dialect, program: PathBuf, cores: Cores) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix_in(format!("{kind}-"), crate::build::work_folder()?)?;
        Self::start_in(kind, dialect, program, cores, folder).await
    }

    /// The same, in a directory that was prepared already.
    async fn start_in(
        kind: Kind,
        dialect: &'static Dialect,
        program: PathBuf,
        cores: Cores,
        folder: TempDir,
    ) -> anyhow::Result<Self> {
        let server = spawn(dialect, &program, cores, &folder)?;
        let next = Cell::new(row::PRELOADED + 1);
        let mut subject = Self {
            kind,
            server,
            dialect,
            program,
            folder,
            cores,
            authorization: None,
            next,
        };
        let mut ready = Vec::new();
        request::write::<()>(&mut ready, "GET", subject.server.host(), dialect.ready, None);
        subject.server.wait_for(&ready).await?;
        Ok(subject)
    }

    /// Whether the server takes part in the scenario: the floor knows no records, and what a rule costs is ours to know.
    pub fn answers(&self, scenario: Scenario) -> bool {
        match scenario {
            Scenario::Hello => true,
            Scenario::SignedIn | Scenario::Owned => self.dialect.owned.is_some(),
            _ => self.kind != Kind::Hyper,
        }
    }

    /// Replaces what is in `out` by the next request of the scenario; says which number it has.
    pub fn write_next(&self, scenario: Scenario, out: &mut Vec<u8>) -> u64 {
        let number = self.next.replace(self.next.get() + 1);
        self.dialect.write(scenario, self.addressee(), number, out);
        number
    }

    /// How to hear of every row that is inserted.
    pub fn subscription(&self) -> Subscription {
        self.dialect.subscription.expect("only servers that have one are asked")
    }

    fn addressee(&self) -> Addressee<'_> {
        Addressee {
            host: self.server.host(),
            authorization: self.authorization.as_deref(),
        }
    }

    /// Ends the server and starts it again on the same data; gives the time from its start to the first row it served.
    pub async fn restart(mut self) -> anyhow::Result<(Self, Duration)> {
        let Self {
            kind,
            server,
            dialect,
            program,
            folder,
            cores,
            authorization,
            next,
        } = self;
        server.stop().await?;
        let server = spawn(dialect, &program, cores, &folder)?;
        self = Self {
            kind,
            server,
            dialect,
            program,
            folder,
            cores,
            authorization,
            next,
        };
        let mut request = Vec::new();
        dialect.write(Scenario::Read, self.addressee(), 0, &mut request);
        let first_answer = self.server.wait_for(&request).await?;
        Ok((self, first_answer))
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        self.server.stop().await.with_context(|| self.kind.to_string())
    }

    /// Inserts the rows that are there before anything is measured, one after another, so that their ids are known.
    async fn preload(&self) -> anyhow::Result<()> {
        let mut connection = Connection::open(self.server.host()).await?;
        let mut request = Vec::new();
        for number in 1..=row::PRELOADED {
            let mut row = Row::preloaded(number);
            row.id = self.dialect.sends_ids.then(|| (self.dialect.id)(number));
            request::write(
                &mut request,
                "POST",
                self.server.host(),
                self.dialect.records,
                Some(&row),
            );
            let status = connection.exchange(&request).await?;
            let answer = String::from_utf8_lossy(connection.body());
            anyhow::ensure!(
                status == 200,
                "inserting row {number} was answered with {status}: {answer}"
            );
        }
        Ok(())
    }
}

fn spawn(dialect: &Dialect, program: &std::path::Path, cores: Cores, folder: &TempDir) -> anyhow::Result<Server> {
    let data = folder.path();
    Server::start(cores, &data.join("server.log"), |address| {
        (dialect.command)(program, data, address)
    })
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Hyper => "hyper",
            Self::Guesthouse => "guesthouse",
            Self::Baseline => "baseline",
            Self::PocketBase => "pocketbase",
        })
    }
}
