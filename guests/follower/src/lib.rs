//! Reads what was committed to tables, and answers what came of it.
//!
//! `/follower/DATABASE/TABLE,TABLE/end` and `.../start` answer a position as `EPOCH/NUMBER`; `.../read/EPOCH/NUMBER/LIMIT` one line
//! for each change, with the position to go on from at the end; `.../logs/COUNT` how many logs could be opened at once.

use guesthouse::changes::{Batch, Change, Error, Log, Operation, Position};
use guesthouse::http::{Request, Response};
use guesthouse::sqlite::Value;

async fn handle(request: Request) -> Response {
    let parts: Vec<&str> = request.path().split('/').skip(2).collect();
    let [database, tables, ref asked @ ..] = parts[..] else {
        return Response::text(500, "expected one of the paths that the source names");
    };
    let tables: Vec<&str> = tables.split(',').collect();
    let log = match Log::open(database, &tables) {
        Ok(log) => log,
        Err(error) => return Response::text(200, &explain(error)),
    };
    let outcome = match asked[..] {
        ["end"] => Ok(place(log.end())),
        ["start"] => Ok(place(log.start())),
        ["read", epoch, number, limit] => {
            let position = Position {
                epoch: parse(epoch),
                number: parse(number),
            };
            let limit = u32::try_from(parse(limit)).unwrap_or(u32::MAX);
            log.read(position, limit).await.map(|batch| lines(&batch))
        }
        ["logs", count] => open_many(database, &tables, parse(count)),
        _ => return Response::text(500, "expected one of the paths that the source names"),
    };
    Response::text(200, &outcome.unwrap_or_else(explain))
}

fn open_many(database: &str, tables: &[&str], count: u64) -> Result<String, Error> {
    let logs: Result<Vec<Log>, Error> = (0..count).map(|_| Log::open(database, tables)).collect();
    Ok(format!("{} logs", logs?.len()))
}

fn lines(batch: &Batch) -> String {
    let changes = batch.changes.iter().map(|change| line(batch, change));
    let next = format!("next {}", place(batch.next));
    changes.chain([next]).collect::<Vec<_>>().join("\n")
}

fn line(batch: &Batch, change: &Change) -> String {
    let table = &batch.tables[change.table as usize];
    let image = |values: &[Value]| {
        let columns = table.columns.iter().zip(values);
        let columns: Vec<String> = columns
            .map(|(name, value)| format!("{name}={}", literal(value)))
            .collect();
        columns.join(" ")
    };
    let (before, after) = (image(&change.before), image(&change.after));
    match change.operation {
        Operation::Insert => format!("insert {}: {after}", table.name),
        Operation::Update => format!("update {}: {before} -> {after}", table.name),
        Operation::Delete => format!("delete {}: {before}", table.name),
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

fn place(position: Position) -> String {
    format!("{}/{}", position.epoch, position.number)
}

fn parse(text: &str) -> u64 {
    text.parse().unwrap_or(u64::MAX)
}

fn explain(error: Error) -> String {
    match error {
        Error::FellBehind(oldest) => format!("fell behind {}", place(oldest)),
        error => format!("{error:?}"),
    }
}

guesthouse::serve!(handle);
