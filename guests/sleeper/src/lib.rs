//! Holds a transaction open for longer than its lease.
//!
//! `/sleeper/transaction?<milliseconds>` writes a row, sleeps and commits, and answers `committed` or the error.
//! `/sleeper/abandon` begins, writes and forgets. `/sleeper/wait?<milliseconds>` sleeps and answers.
//! `/sleeper/body?<milliseconds>` sleeps after the head of its answer and before the body.
//! `/sleeper/write` writes one row at once; `/sleeper/count` answers how many rows there are.

use guesthouse::bindings::wasi::clocks::monotonic_clock;
use guesthouse::http::{BodyWriter, Request, Response};
use guesthouse::sqlite::{Database, Error, params};

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

async fn handle(request: Request) -> Response {
    let milliseconds = request.query().and_then(|query| query.parse().ok()).unwrap_or(0);
    let outcome = match request.path() {
        "/sleeper/transaction" => transaction(milliseconds).await,
        "/sleeper/abandon" => abandon().await,
        "/sleeper/write" => write().await,
        "/sleeper/count" => count().await,
        "/sleeper/body" => {
            let (writer, response) = Response::streaming(200);
            guesthouse::spawn(body(writer, milliseconds));
            return response;
        }
        "/sleeper/wait" => {
            sleep(milliseconds).await;
            Ok("slept".into())
        }
        _ => Ok("still here".into()),
    };
    match outcome {
        Ok(text) => Response::text(200, &text),
        Err(Error::Host(error)) => Response::text(500, &format!("{error:?}")),
        Err(error) => Response::text(500, &error.to_string()),
    }
}

async fn sleep(milliseconds: u64) {
    monotonic_clock::wait_for(milliseconds * NANOSECONDS_PER_MILLISECOND).await;
}

async fn body(mut writer: BodyWriter, milliseconds: u64) {
    sleep(milliseconds).await;
    // Whoever asked may be gone.
    let _ = writer.write(b"slept".to_vec()).await;
}

async fn transaction(milliseconds: u64) -> Result<String, Error> {
    let transaction = Database::open("main")?.begin().await?;
    transaction
        .execute("INSERT INTO nap (note) VALUES (?1)", params!["in a transaction"])
        .await?;
    sleep(milliseconds).await;
    transaction.commit().await?;
    Ok("committed".into())
}

async fn abandon() -> Result<String, Error> {
    let transaction = Database::open("main")?.begin().await?;
    transaction
        .execute("INSERT INTO nap (note) VALUES (?1)", params!["abandoned"])
        .await?;
    drop(transaction);
    Ok("abandoned".into())
}

async fn write() -> Result<String, Error> {
    let rows = Database::open("main")?
        .execute("INSERT INTO nap (note) VALUES (?1)", params!["short"])
        .await?;
    Ok(rows.last_insert_rowid().to_string())
}

async fn count() -> Result<String, Error> {
    let rows = Database::open("main")?
        .query("SELECT count(*) FROM nap", params![])
        .await?;
    let count: i64 = rows.first().ok_or_else(|| Error::Type("no row".into()))?.get(0)?;
    Ok(count.to_string())
}

guesthouse::serve!(handle);
