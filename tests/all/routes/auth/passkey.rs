//! `passkey/...`, as far as it takes no authenticator: `browser/passkeys.rs` has one.

use super::totp;
use crate::accounts::{self, ALICE, PASSWORD, Tokens, post, prepare_with, sign_in};
use guesthouse_tests::server::Setup;
use guesthouse_tests::{Answer, Server};
use serde_json::{Value, json};

const SIGN_IN_AGAIN: &str = "sign in again: this is for whoever did so in the last 10 minutes, with all their factors";

/// A server that has a name, whatever its address.
fn named(setup: Setup) -> Server {
    setup.argument("--public-url").argument("http://localhost:4000").start()
}

fn begin(server: &Server, caller: &Tokens) -> Answer {
    accounts::post_as(server, caller, "passkey/register/begin", json!({}))
}

fn send(server: &Server, caller: &Tokens, method: &str, path: &str, body: Option<Value>) -> Answer {
    let request = server.request(method, &format!("/api/auth/v1/passkey/{path}"));
    let request = request.header("authorization", &caller.bearer());
    match body {
        Some(body) => request.json(&body).send(),
        None => request.send(),
    }
}

/// Passkeys of Alice that nobody has the keys of: their ids are 16 times the same byte, from 1 on.
fn with_passkeys(count: u32) -> Setup {
    let sql = format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
        INSERT INTO _passkey (id, user, name, public_key, sign_count, backup, transports, created)
        SELECT CAST(replace(printf('%016d', 0), '0', char(n)) AS BLOB), u.id, 'Key ' || n, x'00', 0, 2, 0, n
        FROM n, _user AS u WHERE u.username = 'alice';"
    );
    accounts::prepare().migration("U2__passkeys.sql", &sql)
}

#[test]
fn an_address_has_no_passkeys() {
    let server = accounts::start();
    let says = "passkeys are for hosts with a name and not for an address: use http://localhost, or run the server with --public-url";
    begin(&server, &sign_in(&server, ALICE)).expect(400, says);
    post(&server, "passkey/login/begin", json!({})).expect(400, says);
}

#[test]
fn a_browser_has_to_repeat_the_request_token() {
    let server = named(with_passkeys(1));
    let alice = sign_in(&server, ALICE);
    let id = "AQEBAQEBAQEBAQEBAQEBAQ";
    for (method, path, body) in [
        ("POST", "register/begin", Some(json!({}))),
        ("POST", "register/finish", Some(json!({"credential": {}}))),
        ("PATCH", id, Some(json!({"name": "Other"}))),
        ("DELETE", id, None),
    ] {
        let ask = |token: &str| {
            let request = server.request(method, &format!("/api/auth/v1/passkey/{path}"));
            let request = request.header("cookie", &alice.cookies()).header("csrf-token", token);
            match &body {
                Some(body) => request.json(body).send(),
                None => request.send(),
            }
        };
        let refused = ask("wrong");
        assert!(
            refused.status == 400 && refused.text().starts_with("invalid CSRF token"),
            "{method} {path}: {refused:?}"
        );
        assert!(
            !ask(&alice.csrf).text().starts_with("invalid CSRF token"),
            "{method} {path}"
        );
    }
}

#[test]
fn passkeys_of_others_are_neither_seen_nor_changed() {
    let server = named(with_passkeys(2));
    let (alice, admin) = (sign_in(&server, ALICE), sign_in(&server, "admin@localhost"));
    let id = "AQEBAQEBAQEBAQEBAQEBAQ";
    assert_eq!(
        send(&server, &admin, "GET", "list", None).json(),
        json!({"passkeys": []})
    );
    send(&server, &admin, "PATCH", id, Some(json!({"name": "Mine"}))).expect(404, "");
    send(&server, &admin, "DELETE", id, None).expect(404, "");
    send(&server, &alice, "DELETE", "no-id!", None).expect(400, "the id is not that of a passkey");
    let long = Some(json!({"name": "x".repeat(65)}));
    send(&server, &alice, "PATCH", id, long).expect(400, "a passkey has a name of 1 to 64 characters");
    let listed = send(&server, &alice, "GET", "list", None).json();
    let key = |id: &str, name: &str, created: u32| json!({"id": id, "name": name, "created": created, "last_used": null, "backed_up": true});
    let expected = [key(id, "Key 1", 1), key("AgICAgICAgICAgICAgICAg", "Key 2", 2)];
    assert_eq!(listed, json!({"passkeys": expected}));
}

#[test]
fn somebody_who_signed_in_long_ago_has_to_do_so_again() {
    let mut server = named(accounts::prepare());
    let alice = sign_in(&server, ALICE);
    begin(&server, &alice).expect_status(200);
    server.stop();
    let age = "UPDATE _session SET created = created - 601;";
    std::fs::write(server.data().join("migrations/main/U2__age.sql"), age).expect("a file can be written");
    server.start_again();
    begin(&server, &alice).expect(403, SIGN_IN_AGAIN);
    begin(&server, &sign_in(&server, ALICE)).expect_status(200);
}

#[test]
fn somebody_with_a_second_factor_has_to_have_shown_it() {
    let server = named(accounts::prepare());
    let alice = sign_in(&server, ALICE);
    let secret = totp::turn_on(&server, &alice);
    begin(&server, &alice).expect(403, SIGN_IN_AGAIN);
    let first = post(&server, "login", json!({"email": ALICE, "password": PASSWORD})).json();
    let second = json!({"mfa_token": first["mfa_token"], "totp": totp::code(&secret, 0)});
    let alice = Tokens::of(&post(&server, "login_mfa", second));
    begin(&server, &alice).expect_status(200);
}

#[test]
fn an_account_has_at_most_twenty_passkeys() {
    let server = named(with_passkeys(20));
    let alice = sign_in(&server, ALICE);
    begin(&server, &alice).expect(400, "an account has at most 20 passkeys: delete one first");
    send(&server, &alice, "DELETE", "AQEBAQEBAQEBAQEBAQEBAQ", None).expect(200, "passkey deleted");
    begin(&server, &alice).expect_status(200);
}

#[test]
fn what_is_asked_of_a_browser_has_the_form_of_the_standard() {
    let server = named(with_passkeys(1));
    let mut options = begin(&server, &sign_in(&server, ALICE)).json();
    let (challenge, id) = (options["challenge"].take(), options["user"]["id"].take());
    assert_eq!(challenge.as_str().map(str::len), Some(22));
    assert_eq!(id.as_str().map(str::len), Some(22));
    let kinds = [-8, -7, -35, -257].map(|kind| json!({"type": "public-key", "alg": kind}));
    let expected = json!({
        "rp": {"id": "localhost", "name": "localhost"},
        "user": {"id": null, "name": ALICE, "displayName": ALICE},
        "challenge": null,
        "pubKeyCredParams": kinds,
        "timeout": 300_000,
        "excludeCredentials": [{"type": "public-key", "id": "AQEBAQEBAQEBAQEBAQEBAQ", "transports": []}],
        "authenticatorSelection": {"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
        "hints": [],
        "attestation": "none",
        "attestationFormats": ["none"],
        "extensions": {"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": false},
    });
    assert_eq!(options, expected);

    // No body is needed, and nobody is told anything of anybody.
    let answer = server.request("POST", "/api/auth/v1/passkey/login/begin").send();
    answer.expect_status(200);
    let mut options = answer.json();
    assert_eq!(options["challenge"].take().as_str().map(str::len), Some(22));
    let expected = json!({
        "challenge": null, "timeout": 300_000, "rpId": "localhost", "allowCredentials": [], "userVerification": "required",
        "hints": [], "extensions": {},
    });
    assert_eq!(options, expected);
}

#[test]
fn a_host_above_this_one_can_be_named() {
    let settings = "INSERT INTO _auth_setting (name, value) VALUES ('passkey_origins', 'https://app.example.org');";
    let setup = prepare_with("passkey_rp_id", "'example.org'");
    let server = named(setup.migration("U3__origins.sql", settings));
    let options = post(&server, "passkey/login/begin", json!({})).json();
    assert_eq!(options["rpId"], "example.org");

    let server = named(prepare_with("passkey_rp_id", "'example.org'"));
    let says = "no page may use passkeys: the setting passkey_origins has to list those that may";
    post(&server, "passkey/login/begin", json!({})).expect(400, says);
}

/// An answer to a challenge by a key of nobody, which says of itself that it is of another server.
fn answer(challenge: &str) -> Value {
    // {fmt: "none", attStmt: {}, authData: ...}, where the key is of Ed25519.
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58\x71".to_vec();
    object.extend([0; 32]);
    object.extend([0b100_0101, 0, 0, 0, 1]);
    object.extend([0; 16]);
    object.extend([0, 16]);
    object.extend([7; 16]);
    object.extend([0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]);
    object.extend([7; 32]);
    let client_data = json!({"type": "webauthn.create", "challenge": challenge, "origin": "http://localhost:4000"});
    let id = base64url(&[7; 16]);
    json!({"credential": {
        "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": base64url(client_data.to_string().as_bytes()),
            "attestationObject": base64url(&object),
        },
    }})
}

fn base64url(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, index| {
            bits << 8 | usize::from(chunk.get(index).copied().unwrap_or(0))
        });
        let sextets = [18, 12, 6, 0].map(|shift| char::from(alphabet[bits >> shift & 63]));
        text.extend(&sextets[..=chunk.len()]);
    }
    text
}

const WAS_ASKED_FOR: &str = "the passkey is not one that was asked for";
const WAS_NOT: &str = "nobody asked for this passkey, or too long ago: begin anew";

/// Has Alice begin so many times, then the server run this SQL; gives her tokens and the challenges.
fn begin_before(server: &mut Server, times: usize, sql: &str) -> (Tokens, Vec<String>) {
    let alice = sign_in(server, ALICE);
    let challenges = (0..times).map(|_| {
        let options = begin(server, &alice).json();
        options["challenge"].as_str().expect("a challenge").to_owned()
    });
    let challenges = challenges.collect();
    server.stop();
    std::fs::write(server.data().join("migrations/main/U2__meanwhile.sql"), sql).expect("a file can be written");
    server.start_again();
    (alice, challenges)
}

#[test]
fn a_challenge_is_good_for_five_minutes() {
    let mut server = named(accounts::prepare());
    let sql = "UPDATE _passkey_challenge SET expires = expires - iif(number = 1, 300, 240);";
    let (alice, challenges) = begin_before(&mut server, 2, sql);
    let finish = |challenge: &str| send(&server, &alice, "POST", "register/finish", Some(answer(challenge)));
    finish(&challenges[0]).expect(400, WAS_NOT);
    finish(&challenges[1]).expect(400, WAS_ASKED_FOR);
}

#[test]
fn the_oldest_of_ten_thousand_challenges_goes_for_the_next() {
    let mut server = named(accounts::prepare());
    let others = "WITH RECURSIVE n(n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
        INSERT INTO _passkey_challenge (challenge, state, expires)
        SELECT CAST(printf('%016d', n) AS BLOB), x'00', unixepoch() + 300 FROM n;";
    let (alice, challenges) = begin_before(&mut server, 2, others);
    post(&server, "passkey/login/begin", json!({})).expect_status(200);
    let finish = |challenge: &str| send(&server, &alice, "POST", "register/finish", Some(answer(challenge)));
    finish(&challenges[0]).expect(400, WAS_NOT);
    finish(&challenges[1]).expect(400, WAS_ASKED_FOR);
    // It was used up by that.
    finish(&challenges[1]).expect(400, WAS_NOT);
}
