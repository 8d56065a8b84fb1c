//! Does something all the time: waits for a task, and does it.
//!
//! `POST /clockwork?task=T` gives it one: `return`, `fail`, `misconfigure`, `trap`, `loop`, or `stay`, which is not to end when it
//! is told to. `GET /clockwork` answers a line for each run: its number, how many were open when it began, and how it ended.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{self, Database, params};
use guesthouse::within;
use guesthouse::worker::{Error, Stop};
use std::time::Duration;

const BEGIN: &str =
    "INSERT INTO clockwork_run (open) SELECT count(*) FROM clockwork_run WHERE ended IS NULL RETURNING id";
const END: &str = "UPDATE clockwork_run SET ended = ?2 WHERE id = ?1";
const TAKE: &str = "DELETE FROM clockwork_task RETURNING task";
const LIST: &str = "SELECT id || ' ' || open || ' ' || coalesce(ended, '-') FROM clockwork_run ORDER BY id";

async fn run(mut stop: Stop) -> Result<(), Error> {
    let database = Database::open("main").map_err(Error::failed)?;
    let begun = database.execute(BEGIN, params![]).await.map_err(Error::failed)?;
    let id: i64 = begun
        .first()
        .ok_or(Error::Other("no row".into()))?
        .get(0)
        .map_err(Error::failed)?;
    let end = async |how: &str| {
        database
            .execute(END, params![id, how])
            .await
            .map(drop)
            .map_err(Error::failed)
    };
    loop {
        if stop.or(pause()).await.is_none() {
            return end("told").await;
        }
        let taken = database.execute(TAKE, params![]).await.map_err(Error::failed)?;
        let Some(row) = taken.first() else { continue };
        match row.get::<String>(0).map_err(Error::failed)?.as_str() {
            "return" => return end("returned").await,
            "fail" => {
                end("failed").await?;
                return Err(Error::failed("it was told to fail"));
            }
            "misconfigure" => {
                end("misconfigured").await?;
                return Err(Error::Misconfigured("it was told to say so".into()));
            }
            "trap" => panic!("it was told to trap"),
            "stay" => {
                end("stayed").await?;
                loop {
                    pause().await;
                }
            }
            _ => {
                end("looped").await?;
                loop {
                    std::hint::black_box(());
                }
            }
        }
    }
}

async fn pause() {
    let _ = within(Duration::from_millis(20), std::future::pending::<()>()).await;
}

async fn handle(request: Request) -> Response {
    let answer = match request.query_fields().get("task") {
        Some(task) => give(task).await,
        None => list().await,
    };
    answer.unwrap_or_else(|error| Response::text(500, &error.to_string()))
}

async fn give(task: &str) -> Result<Response, sqlite::Error> {
    let insert = "INSERT INTO clockwork_task (task) VALUES (?1)";
    Database::open("main")?.execute(insert, params![task]).await?;
    Ok(Response::text(200, "given"))
}

async fn list() -> Result<Response, sqlite::Error> {
    let rows = Database::open("main")?.query(LIST, params![]).await?;
    let lines: Result<Vec<String>, _> = rows.iter().map(|row| row.get(0)).collect();
    Ok(Response::text(200, &lines?.join("\n")))
}

guesthouse::serve!(handle);
guesthouse::work!(run);
