//! How much may come from one address. Those that tests come from are told by a proxy, which this machine itself stands for.

use crate::accounts;
use guesthouse_tests::{Answer, Server, wait};
use serde_json::json;
use std::time::Duration;

/// A server with a limit, which believes this machine.
fn start(burst: i64) -> Server {
    let setup = accounts::prepare_with("auth_ip_rate_limit", &burst.to_string());
    setup.argument("--trusted-proxies").argument("127.0.0.1").start()
}

/// Asks for something cheap from an address.
fn ask(server: &Server, address: &str) -> Answer {
    let request = server
        .request("POST", "/api/auth/v1/logout")
        .header("x-forwarded-for", address);
    request.json(&json!({"refresh_token": "x"})).send()
}

/// Asks until it is refused, and says how often it was not.
#[track_caller]
fn exhaust(server: &Server, address: &str) -> usize {
    let limit = 50;
    (0..limit).find(|_| ask(server, address).status == 429).unwrap_or(limit)
}

#[test]
fn one_address_may_ask_so_often_at_once_and_then_once_a_second() {
    let server = start(5);
    // A second that goes by meanwhile gives one back.
    assert!((5..10).contains(&exhaust(&server, "192.0.2.1")));
    let refused = ask(&server, "192.0.2.1");
    refused.expect(429, "");
    assert_eq!(refused.header("retry-after"), Some("1"));
    ask(&server, "192.0.2.2").expect_status(200);
    // What only reads is never refused.
    let status = server
        .request("GET", "/api/auth/v1/status")
        .header("x-forwarded-for", "192.0.2.1");
    status.send().expect_status(200);
    wait::until("one more to be let through", Duration::from_secs(10), || {
        (ask(&server, "192.0.2.1").status == 200).then_some(())
    });
}

#[test]
fn all_routes_share_what_an_address_may_ask() {
    let server = start(3);
    exhaust(&server, "192.0.2.1");
    for path in [
        "login",
        "login_mfa",
        "login_anonymous",
        "token",
        "refresh",
        "change_password",
        "totp/confirm",
        "avatar",
    ] {
        wait::until("a refusal", Duration::from_secs(10), || {
            let request = server.request("POST", &format!("/api/auth/v1/{path}"));
            let answer = request.header("x-forwarded-for", "192.0.2.1").json(&json!({})).send();
            (answer.status == 429).then_some(())
        });
    }
}

#[test]
fn what_a_client_says_of_its_address_counts_for_nothing() {
    let server = start(3);
    exhaust(&server, "192.0.2.1");
    for forged in ["192.0.2.9, 192.0.2.1", "127.0.0.1, 192.0.2.1", "::1,nonsense,192.0.2.1"] {
        wait::until("a refusal", Duration::from_secs(10), || {
            (ask(&server, forged).status == 429).then_some(())
        });
    }
    wait::until("a refusal", Duration::from_secs(10), || {
        let request = server
            .request("POST", "/api/auth/v1/logout")
            .header("x-forwarded-for", "192.0.2.1");
        let request = request.header("guesthouse-client-address", "192.0.2.9");
        (request.json(&json!({"refresh_token": "x"})).send().status == 429).then_some(())
    });
}

#[test]
fn a_network_of_ipv6_is_one_address() {
    let server = start(3);
    exhaust(&server, "2001:db8:1:2::1");
    wait::until("a refusal", Duration::from_secs(10), || {
        (ask(&server, "2001:db8:1:2:3:4:5:6").status == 429).then_some(())
    });
    ask(&server, "2001:db8:1:3::1").expect_status(200);
}

#[test]
fn this_machine_and_a_server_without_a_limit_refuse_nobody() {
    let server = start(1);
    assert_eq!(exhaust(&server, "127.0.0.1"), 50);
    server
        .cli(&["auth", "settings", "set", "auth_ip_rate_limit", "0"])
        .expect_success();
    assert_eq!(exhaust(&server, "192.0.2.1"), 50);
}

#[test]
fn without_a_trusted_proxy_its_field_counts_for_nothing() {
    let server = accounts::prepare_with("auth_ip_rate_limit", "1").start();
    assert_eq!(exhaust(&server, "192.0.2.1"), 50);
    let refused = Server::prepare()
        .argument("--trusted-proxies")
        .argument("proxy")
        .start_and_fail();
    assert!(
        refused.contains("`proxy` is neither an address nor a network such as 10.0.0.0/8"),
        "{refused}"
    );
}
