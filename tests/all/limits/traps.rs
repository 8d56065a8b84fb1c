//! Traps.

use guesthouse_tests::Server;

#[test]
fn a_trap_costs_its_own_request_and_the_next_gets_a_fresh_instance() {
    let server = Server::start();
    server.deploy("nth-trap");
    let answers: Vec<_> = (0..60).map(|_| server.get("/nth-trap")).collect();
    let bodies = |status, body: &str| {
        answers
            .iter()
            .filter(|answer| answer.status == status && answer.text() == body)
            .count()
    };
    let failed = answers.iter().filter(|answer| answer.status == 500).count();
    let (first, second) = (bodies(200, "1"), bodies(200, "2"));
    assert_eq!(first + second + failed, 60, "{answers:?}");
    assert!(failed >= 10, "{failed} traps: instances are not reused");
    assert!(
        failed <= second && second <= first,
        "a trap comes third: {first}, {second}, {failed}"
    );
}

#[test]
fn a_trap_shows_nothing_of_the_inside() {
    let server = Server::start();
    server.deploy("nth-trap");
    for _ in 0..60 {
        let answer = server.get("/nth-trap");
        let text = answer.text();
        let shown = ["wasm", "panicked", ".rs", "one too many", "backtrace"]
            .iter()
            .any(|word| text.contains(word));
        assert!(!shown, "{text}");
    }
    // The component's own log is where its author finds it.
    server.expect_log("the third request is one too many");
}
