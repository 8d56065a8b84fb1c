//! How long answers take must not tell which accounts there are. What is measured is the processor time of the server, which
//! other work on the machine does not change.

use crate::accounts::post;
use guesthouse_tests::Server;
use serde_json::json;
use std::time::Duration;

/// Guesses of each kind, every one at another account: more at one would be refused without looking.
const GUESSES: usize = 40;
/// How far the medians may lie apart. Hashing is nearly all of the time, and a guess that skips it takes a tenth.
const TOLERANCE: f64 = 0.25;

/// What all threads of the server have computed.
fn computed(server: &Server) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{}/task", server.process_id())).expect("the server runs");
    let of_thread = |thread: std::fs::DirEntry| {
        // A thread may end meanwhile.
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(|thread| of_thread(thread.ok()?)).sum())
}

/// What a refused guess costs.
fn cost(server: &Server, email: &str) -> Duration {
    let before = computed(server);
    post(server, "login", json!({"email": email, "password": "wrong"})).expect_status(401);
    computed(server).saturating_sub(before)
}

fn median(mut costs: Vec<Duration>) -> f64 {
    costs.sort();
    costs[costs.len() / 2].as_secs_f64()
}

#[test]
fn a_wrong_password_and_an_unknown_account_take_alike() {
    let sql = format!(
        "WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {GUESSES})
        INSERT INTO _user (email, password_hash) SELECT 'known' || n || '@example.org',
        '$argon2id$v=19$m=7168,t=5,p=1$tduKrTi40Y78GQlnx1wGhg$2iCvC+WdN0/X7afNU4FuhgszxgH1H72s+1nLZ+TKAHM' FROM number;"
    );
    let server = Server::prepare().migration("U1__accounts.sql", &sql).start();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..GUESSES {
        let guess = |kind: &str| cost(&server, &format!("{kind}{number}@example.org"));
        // In turns, for connections go to the threads of the server in turns, and these to processors that may not be alike.
        if number % 2 == 0 {
            known.push(guess("known"));
            unknown.push(guess("other"));
        } else {
            unknown.push(guess("other"));
            known.push(guess("known"));
        }
    }
    let (known, unknown) = (median(known), median(unknown));
    let apart = (known - unknown).abs() / known.max(unknown);
    assert!(
        apart < TOLERANCE,
        "{known} s for a wrong password, {unknown} s for an unknown account"
    );
}
