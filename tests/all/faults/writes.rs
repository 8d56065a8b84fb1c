//! The server is killed while many write: each write that was acknowledged is there once, and each transaction whole or not at all.

use guesthouse_tests::faults::Faults;
use guesthouse_tests::random::Random;
use guesthouse_tests::{Server, http};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const WRITERS: i64 = 8;
/// Rows of a write that has several.
const PARTS: i64 = 4;
/// From the first writes to the kill, at most.
const WRITING_MAX: Duration = Duration::from_millis(500);
const TABLE: &str = "
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY, round INTEGER NOT NULL, writer INTEGER NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX entry_by_round ON entry (round);
    INSERT INTO _record_api (name, table_name, acl_world) VALUES ('entries', 'entry', 'CREATE,READ');";

/// What was written: the round, the writer and a number of its own.
type Key = (i64, i64, i64);

/// How many rows a write has, and whether it was acknowledged.
#[derive(Debug, Clone, Copy)]
struct Write {
    parts: i64,
    is_acknowledged: bool,
}

type Writes = BTreeMap<Key, Write>;

#[test]
fn no_acknowledged_write_is_lost_or_doubled_when_the_server_is_killed() {
    let mut faults = Faults::begin("kills during writes");
    // Alone on its machine a server is back in two seconds; beside other tests it takes what it takes.
    let (rounds, restart_max) = faults.either((6, Duration::from_secs(20)), (200, Duration::from_secs(2)));
    let mut server = Server::prepare().migration("U1__entry.sql", TABLE).start();
    let (mut all, mut longest) = (Writes::new(), Duration::ZERO);
    for round in 0..rounds {
        let writes = write_until_killed(&mut server, round, &mut faults.random);
        let begun = Instant::now();
        server.start_again();
        longest = longest.max(begun.elapsed());
        expect_written(&server, &format!("WHERE round = {round}"), &writes);
        all.extend(writes);
    }
    expect_written(&server, "", &all);
    server.expect_sound("main");
    let acknowledged = all.values().filter(|write| write.is_acknowledged).count();
    assert!(acknowledged >= 20 * rounds as usize, "only {acknowledged} were tried");
    assert!(longest < restart_max, "a restart took {longest:?}");
    faults.done(&format!(
        "{rounds} kills, {WRITERS} writers, {acknowledged} acknowledged writes, {} others, restarts up to {longest:?}",
        all.len() - acknowledged
    ));
}

/// Writes from several clients, kills the server at some moment, and returns what was written or perhaps written.
fn write_until_killed(server: &mut Server, round: i64, random: &mut Random) -> Writes {
    let address = server.address();
    std::thread::scope(|scope| {
        let write = |writer| {
            let random = random.fork();
            scope.spawn(move || write_until_gone(address, round, writer, random))
        };
        let writers: Vec<_> = (0..WRITERS).map(write).collect::<Vec<_>>();
        let moment = Duration::from_micros(random.below(WRITING_MAX.as_micros() as u64));
        std::thread::sleep(moment);
        server.kill();
        let written = writers
            .into_iter()
            .map(|writer| writer.join().expect("a writer does not panic"));
        written.flatten().collect()
    })
}

/// Writes again and again until the server is gone.
fn write_until_gone(address: SocketAddr, round: i64, writer: i64, mut random: Random) -> Writes {
    let client = http::client(1);
    let mut writes = Writes::new();
    for number in 0.. {
        let row = |part| json!({"round": round, "writer": writer, "number": number, "part": part});
        let rows = || (0..PARTS).map(row);
        let (path, body, parts) = match random.below(3) {
            0 => ("/api/records/v1/entries", row(0), 1),
            1 => ("/api/records/v1/entries", rows().collect(), PARTS),
            _ => ("/api/transaction/v1/execute", transaction(rows()), PARTS),
        };
        let request = client.post(format!("http://{address}{path}"));
        let answer = request
            .header("content-type", "application/json")
            .send(body.to_string());
        // What the whole of an answer says is acknowledged, and nothing else.
        let status = answer.and_then(|mut answer| answer.body_mut().read_to_vec().map(|_| answer.status().as_u16()));
        let is_acknowledged = status.as_ref().is_ok_and(|status| *status == 200);
        writes.insert((round, writer, number), Write { parts, is_acknowledged });
        match status {
            Ok(status) => assert_eq!(status, 200, "a write was refused"),
            Err(_) => break,
        }
    }
    writes
}

fn transaction(rows: impl Iterator<Item = Value>) -> Value {
    let create = |row| json!({"Create": {"api_name": "entries", "value": row}});
    json!({"operations": rows.map(create).collect::<Value>(), "transaction": true})
}

/// Fails where what is there is not what was written.
#[track_caller]
fn expect_written(server: &Server, which: &str, writes: &Writes) {
    let count = "SELECT round, writer, number, count(*), count(DISTINCT part) FROM entry";
    let rows = server.rows("main", &format!("{count} {which} GROUP BY round, writer, number"));
    let number = |value: &Value| value.as_i64().expect("a whole number");
    let found: BTreeMap<Key, (i64, i64)> = rows
        .iter()
        .map(|row| {
            (
                (number(&row[0]), number(&row[1]), number(&row[2])),
                (number(&row[3]), number(&row[4])),
            )
        })
        .collect();
    for (key, write) in writes {
        let found = found.get(key).copied().unwrap_or_default();
        let is_whole = found == (write.parts, write.parts);
        let is_absent = found == (0, 0) && !write.is_acknowledged;
        assert!(
            is_whole || is_absent,
            "{key:?} {write:?}: rows and different rows {found:?}"
        );
    }
    let unknown: Vec<_> = found.keys().filter(|key| !writes.contains_key(key)).collect();
    assert!(unknown.is_empty(), "nobody wrote {unknown:?}");
}
