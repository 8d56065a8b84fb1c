//! Mail of accounts: where its links lead, what it says, and what happens where it cannot be sent.

use crate::accounts::{self, ALICE, post};
use crate::letters;
use guesthouse_tests::relay::Relay;
use serde_json::json;
use std::time::Duration;

const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);

#[test]
fn links_never_lead_where_a_client_says() {
    let server = accounts::start();
    let ask = |host: &str, email: &str| {
        let request = server.request("POST", "/api/auth/v1/reset_password/request");
        request.header("host", host).json(&json!({"email": email})).send()
    };
    for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80"] {
        // Whoever is asked for: it tells nothing of accounts.
        for email in [ALICE, "nobody@example.org"] {
            ask(host, email).expect(500, "");
        }
    }
    server.expect_log("start the server with --public-url");
    assert_eq!(letters::count(&server), 0);

    let server = accounts::prepare()
        .argument("--public-url")
        .argument("https://House.example")
        .start();
    let request = server.request("POST", "/api/auth/v1/reset_password/request");
    let answer = request
        .header("host", "evil.example")
        .json(&json!({"email": ALICE}))
        .send();
    answer.expect_status(200);
    assert_eq!(letters::newest(&server).link().0, "https://house.example");
}

#[test]
fn its_texts_are_the_operators_and_a_mistake_in_one_keeps_nobody_out() {
    let sql = "INSERT INTO _auth_setting VALUES ('application_name', 'The House'), ('enable_otp_signin', 1);
        INSERT INTO _auth_mail VALUES
            ('password_reset', 'Key of {{ APP_NAME }}', '{{ EMAIL }}: {{ CODE }} {{ TOKEN }} at {{ SITE_URL }}, then {{ REDIRECT_URI }}'),
            ('otp', '{{ KODE }}', 'x');";
    let server = accounts::prepare().migration("U2__mail.sql", sql).start();
    post(
        &server,
        "reset_password/request",
        json!({"email": ALICE, "redirect_uri": "/in"}),
    )
    .expect_status(303);
    let letter = letters::newest(&server);
    assert_eq!(letter.subject, "Key of The House");
    let words: Vec<&str> = letter.text.split_whitespace().collect();
    assert_eq!(
        (words[0], words[1] == words[2], words[1].len()),
        ("alice@example.org:", true, 48)
    );
    assert!(
        letter
            .text
            .contains(&format!("at http://{}, then /in", server.address())),
        "{letter:?}"
    );

    post(&server, "otp/request", json!({"email": ALICE})).expect_status(200);
    let letter = letters::newest(&server);
    assert_eq!(letter.subject, "Your code for The House");
    post(
        &server,
        "otp/login",
        json!({"email": ALICE, "code": letter.typed_code()}),
    )
    .expect_status(200);
    server.expect_log("the row otp of _auth_mail has a mistake");
}

#[test]
fn a_text_for_no_mail_is_refused_by_name() {
    for (row, said) in [
        ("('welcome', 'a', 'b')", "name: there is no such mail"),
        ("('otp', '', 'b')", "subject: from 1 to 500 characters"),
    ] {
        let sql = format!("INSERT INTO _auth_mail VALUES {row};");
        let log = accounts::prepare().migration("U2__mail.sql", &sql).start_and_fail();
        assert!(log.contains(said), "{log}");
    }
}

#[test]
fn mail_that_cannot_be_sent_does_not_tell_who_has_an_account() {
    let server = accounts::prepare_with("enable_otp_signin", "1").start();
    // Not an address, so that the outbox refuses the message.
    accounts::change(
        &server,
        10,
        "UPDATE _user SET email = 'a b@example.org' WHERE username = 'alice';",
    );
    for path in ["reset_password/request", "otp/request"] {
        let [known, unknown] = ["alice", "nobody"].map(|name| post(&server, path, json!({"username": name})));
        assert_eq!((known.status, known.text()), (200, unknown.text()), "{path}");
    }
    server.expect_log("mail cannot be sent");
    assert_eq!(letters::count(&server), 0);
}

#[test]
fn a_relay_gets_it() {
    let relay = Relay::start();
    let server = accounts::prepare()
        .argument("--smtp-url")
        .argument(&format!("smtp://127.0.0.1:{}?tls=none", relay.port))
        .argument("--mail-from")
        .argument("The House <house@example.org>")
        .start();
    post(&server, "reset_password/request", json!({"email": ALICE})).expect_status(200);
    relay.wait_for("message", 1, DELIVERY_TIMEOUT);
    let message = &relay.messages()[0];
    assert_eq!(message["recipients"], json!([ALICE]));
    let text = message["message"].as_str().expect("a text");
    assert!(text.contains("/_/auth/reset_password/update?code"), "{text}");
}
