//! Answers as it should, until it is worn out: then every request fails.
//!
//! `/wearing-out/trap`, `/wearing-out/500`, `/wearing-out/loop` and `/wearing-out/memory` fail in that way at once.
//! `/wearing-out/wear?<number>,<how>` says that so many more requests are answered, in all instances together, and how all those
//! after them fail: by one of the ways above. `/wearing-out/mend` forgets that. Every other path answers `still here`, and counts;
//! without the grant for its table the component wears out never.

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::{Database, Error, params};
use std::hint::black_box;

const MIB: usize = 1 << 20;

async fn handle(request: Request) -> Response {
    let done = match request.path().rsplit('/').next() {
        Some("wear") => wear(request.query().unwrap_or_default()).await,
        Some("mend") => mend().await,
        Some(how @ ("trap" | "500" | "loop" | "memory")) => return fail(how),
        _ => match worn_out().await {
            Ok(Some(how)) => return fail(&how),
            _ => Ok("still here"),
        },
    };
    match done {
        Ok(text) => Response::text(200, text),
        Err(error) => Response::text(500, &error.to_string()),
    }
}

async fn wear(query: &str) -> Result<&'static str, Error> {
    let (remaining, how) = query.split_once(',').unwrap_or((query, "500"));
    let remaining: i64 = remaining
        .parse()
        .map_err(|_| Error::Type("a number, a comma, and how".into()))?;
    mend().await?;
    let insert = "INSERT INTO wear (remaining, how) VALUES (?1, ?2)";
    Database::open("main")?.execute(insert, params![remaining, how]).await?;
    Ok("wearing out")
}

async fn mend() -> Result<&'static str, Error> {
    Database::open("main")?.execute("DELETE FROM wear", params![]).await?;
    Ok("mended")
}

/// Counts this request. How it fails, where it is one too many.
async fn worn_out() -> Result<Option<String>, Error> {
    let database = Database::open("main")?;
    let counted = database
        .execute(
            "UPDATE wear SET remaining = remaining - 1 WHERE remaining > 0",
            params![],
        )
        .await?;
    if counted.changes() > 0 {
        return Ok(None);
    }
    let rows = database.query("SELECT how FROM wear", params![]).await?;
    rows.first().map(|row| row.get(0)).transpose()
}

fn fail(how: &str) -> Response {
    match how {
        "trap" => panic!("worn out"),
        "loop" => loop {
            black_box(());
        },
        "memory" => {
            let mut taken = Vec::new();
            loop {
                taken.push(black_box(vec![1u8; MIB]));
            }
        }
        _ => Response::text(500, "worn out"),
    }
}

guesthouse::serve!(handle);
