//! Asks the database for more than fits: `/big-result/query?<rows>` at once, `/big-result/read?<rows>` as a stream,
//! `/big-result/stop?<rows>` as a stream that it drops after the first row, `/big-result/slow` with a statement that never
//! ends, `/big-result/wide?<bytes>` with one large value, `/big-result/parameter?<bytes>` with one large parameter.
//!
//! Answers 200 with how many rows or bytes it got, or 500 with the error.

use guesthouse::bindings::guesthouse::host::sqlite as host;
use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Error, blob, params};

const COUNT: &str = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT i FROM n";
const ENDLESS: &str = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

async fn handle(request: Request) -> Response {
    let size = request.query().and_then(|query| query.parse().ok()).unwrap_or(0);
    let outcome = match request.path() {
        "/big-result/query" => query(size).await,
        "/big-result/read" => read(size, u64::MAX).await,
        "/big-result/stop" => read(size, 1).await,
        "/big-result/slow" => slow().await,
        "/big-result/wide" => wide(size).await,
        "/big-result/parameter" => parameter(size).await,
        _ => Ok(0),
    };
    match outcome {
        Ok(count) => Response::text(200, &count.to_string()),
        Err(Error::Host(error)) => Response::text(500, &format!("{error:?}")),
        Err(error) => Response::text(500, &error.to_string()),
    }
}

async fn query(rows: i64) -> Result<u64, Error> {
    let rows = Database::open("main")?.query(COUNT, params![rows]).await?;
    Ok(rows.len() as u64)
}

async fn slow() -> Result<u64, Error> {
    let rows = Database::open("main")?.query(ENDLESS, params![]).await?;
    Ok(rows.len() as u64)
}

async fn wide(bytes: i64) -> Result<u64, Error> {
    let rows = Database::open("main")?
        .query("SELECT zeroblob(?1)", params![bytes])
        .await?;
    let value: &[u8] = rows.first().ok_or_else(|| Error::Type("no row".into()))?.get(0)?;
    Ok(value.len() as u64)
}

async fn parameter(bytes: i64) -> Result<u64, Error> {
    let value = vec![7u8; usize::try_from(bytes).unwrap_or_default()];
    let rows = Database::open("main")?
        .query("SELECT length(?1)", vec![blob(value)])
        .await?;
    let length: i64 = rows.first().ok_or_else(|| Error::Type("no row".into()))?.get(0)?;
    Ok(length.unsigned_abs())
}

/// Streams the rows, checks that they come in order and whole, and stops after `most`.
async fn read(rows: i64, most: u64) -> Result<u64, Error> {
    let statement = host::Statement {
        sql: COUNT.into(),
        parameters: params![rows],
    };
    let database = Database::open("main")?;
    let (_, mut stream, end) = database.as_host().read(statement).await?;
    let mut count = 0;
    while count < most {
        let Some(row) = stream.next().await else {
            end.await?;
            return Ok(count);
        };
        count += 1;
        if !matches!(row.values.as_slice(), [host::Value::Integer(value)] if value.unsigned_abs() == count) {
            return Err(Error::Type(format!("row {count} is {:?}", row.values)));
        }
    }
    Ok(count)
}

guesthouse::serve!(handle);
