//! Tries to get at tables that it was not granted, and answers for each attempt which error it got.
//!
//! The tables are made by whoever deploys it: `bait` (granted), `vault` (not granted), `bait_with_vault` (a granted view
//! over both), `vault_view` (a view that is not granted), `mixed` (of which only the column `open` is granted) and a
//! trigger that writes to `vault` whenever a row of `bait` is deleted.

mod attempts;

use attempts::{ATTEMPTS, Attempt, Call};
use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Error, params, step};
use std::collections::BTreeMap;

async fn handle(request: Request) -> Response {
    if request.path() == "/table-thief/granted" {
        return granted().await;
    }
    let mut outcomes = BTreeMap::new();
    for attempt in ATTEMPTS {
        outcomes.insert(attempt.name, outcome(attempt).await);
    }
    for name in ["host", "logs", "other", "missing", "*", "../main", ""] {
        let opened = Database::open(name).map(|_| "got in".to_string());
        outcomes.insert(name, opened.unwrap_or_else(|error| describe(&error)));
    }
    Response::json(200, &outcomes)
}

/// What the grants do allow still works.
async fn granted() -> Response {
    let work = async {
        let main = Database::open("main")?;
        main.execute("INSERT INTO bait (text) VALUES (?1)", params!["worm"])
            .await?;
        main.execute("UPDATE mixed SET open = ?1", params!["changed"]).await?;
        let rows = main.query("SELECT text FROM bait", params![]).await?;
        let open = main.query("SELECT open FROM mixed", params![]).await?;
        Ok::<_, Error>(format!("{} {}", rows.len(), open.len()))
    };
    match work.await {
        Ok(text) => Response::text(200, &text),
        Err(error) => Response::text(500, &describe(&error)),
    }
}

async fn outcome(attempt: &Attempt) -> String {
    match attempt.run().await {
        Ok(rows) => format!("got in: {rows}"),
        Err(error) => describe(&error),
    }
}

impl Attempt {
    async fn run(&self) -> Result<usize, Error> {
        let main = Database::open("main")?;
        match self.call {
            Call::Query => Ok(main.query(self.sql, params![]).await?.len()),
            Call::Execute => Ok(main.execute(self.sql, params![]).await?.len()),
            Call::Batch => {
                let innocent = step("SELECT count(*) FROM bait", params![]);
                Ok(main.batch(vec![innocent, step(self.sql, params![])]).await?.len())
            }
            Call::Transaction => {
                let transaction = main.begin().await?;
                let rows = transaction.execute(self.sql, params![]).await?.len();
                transaction.commit().await?;
                Ok(rows)
            }
            Call::Stamp => Ok(usize::from(main.stamp(&[self.sql])? > 0)),
        }
    }
}

/// The error as the contract has it, such as `Error::Denied("read of vault.secret")`.
fn describe(error: &Error) -> String {
    match error {
        Error::Host(error) => format!("{error:?}"),
        Error::Type(why) => why.clone(),
    }
}

guesthouse::serve!(handle);
