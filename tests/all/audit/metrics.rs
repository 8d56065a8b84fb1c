//! Figures for Prometheus.

use super::control;
use crate::notes::{self, PATH};
use guesthouse_tests::Server;
use serde_json::json;

/// The value of a series.
#[track_caller]
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(series));
    let value = line.unwrap_or_else(|| panic!("no {series} in:\n{text}"));
    value.trim().parse().expect("a number")
}

fn metrics(server: &Server) -> String {
    let answer = control(server, "metrics");
    answer.expect_status(200);
    answer.text()
}

#[test]
fn they_are_for_whoever_has_the_token() {
    let server = Server::start();
    server.get("/_/control/metrics").expect_status(401);
    let wrong = server
        .request("GET", "/_/control/metrics")
        .header("authorization", "Bearer wrong");
    wrong.send().expect_status(401);
    let answer = control(&server, "metrics");
    let kind = answer.header("content-type").expect("a content type");
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    assert!(answer.text().ends_with("# EOF\n"));
}

#[test]
fn requests_are_counted_by_component_outcome_and_status() {
    let server = notes::start();
    server.deploy("hello");
    for guest in ["keeper", "nth-trap"] {
        server.deploy(guest);
    }
    for _ in 0..3 {
        server.get("/hello").expect_status(200);
    }
    server.get("/keeper/get/OTHER").expect_status(200);
    server.get(&format!("{PATH}/77")).expect_status(404);
    server
        .request("POST", PATH)
        .json(&json!({"text": "a"}))
        .send()
        .expect_status(200);
    let text = metrics(&server);
    let outcomes = |component, outcome| {
        let labels = format!("component=\"{component}\",version=\"1\",deed=\"request\",outcome=\"{outcome}\"");
        value(&text, &format!("guesthouse_outcomes_total{{{labels}}}"))
    };
    assert_eq!((outcomes("hello", "ok"), outcomes("hello", "trapped")), (3.0, 0.0));
    assert_eq!((outcomes("keeper", "denied"), outcomes("keeper", "ok")), (1.0, 0.0));
    let responses = |component, class| {
        let labels = format!("component=\"{component}\",version=\"1\",status=\"{class}xx\"");
        value(&text, &format!("guesthouse_responses_total{{{labels}}}"))
    };
    assert_eq!((responses("records", 2), responses("records", 4)), (1.0, 1.0));
    let infinite = "guesthouse_response_seconds_bucket{le=\"+Inf\",component=\"hello\",version=\"1\"}";
    assert_eq!(value(&text, infinite), 3.0);
    let denied = "guesthouse_capability_calls_total{component=\"keeper\",version=\"1\",capability=\"secrets\",verdict=\"denied\"}";
    assert_eq!(value(&text, denied), 1.0);
    assert!(value(&text, "guesthouse_resident_bytes") > 1e6);
    assert_eq!(value(&text, "guesthouse_panics_total"), 0.0);
}

#[test]
fn commands_and_calls_of_services_are_deeds_too() {
    let server = notes::start();
    server.cli(&["api", "list"]).expect_success();
    server.get_as("nobody", PATH).expect_status(200);
    let text = metrics(&server);
    let count = |component, deed| {
        let labels = format!("component=\"{component}\",version=\"1\",deed=\"{deed}\",outcome=\"ok\"");
        value(&text, &format!("guesthouse_outcomes_total{{{labels}}}"))
    };
    assert_eq!(count("records", "command"), 1.0);
    assert!(count("auth", "call") >= 1.0);
}

#[test]
fn a_version_that_comes_back_goes_on_counting_and_is_no_second_series() {
    let server = Server::start();
    server.deploy("hello");
    server.get("/hello").expect_status(200);
    server.deploy("hello");
    server.get("/hello").expect_status(200);
    server.cli(&["components", "rollback", "hello"]).expect_success();
    server.get("/hello").expect_status(200);
    let text = metrics(&server);
    let of = |version| {
        let labels = format!("component=\"hello\",version=\"{version}\",deed=\"request\",outcome=\"ok\"");
        value(&text, &format!("guesthouse_outcomes_total{{{labels}}}"))
    };
    assert_eq!((of(1), of(2)), (2.0, 1.0));
    let mut series: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let all = series.len();
    series.sort_unstable_by_key(|line| line.rsplit_once(' ').map(|(series, _)| series));
    series.dedup_by_key(|line| line.rsplit_once(' ').map(|(series, _)| series.to_owned()));
    assert_eq!(series.len(), all);
}
