//! Mail: what a component may send, what it cannot smuggle into a message, and how a message gets to the relay.

use guesthouse_tests::relay::Relay;
use guesthouse_tests::server::Setup;
use guesthouse_tests::tls::Certificate;
use guesthouse_tests::{Server, wait};
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than the first pauses between two tries.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);

/// A server that hands mail to the relay on this port, without encryption.
fn with_relay(port: u16) -> Server {
    let server = Server::prepare()
        .option("--smtp-url", &format!("smtp://127.0.0.1:{port}?tls=none"))
        .option("--mail-from", "The House <house@example.org>")
        .start();
    server.deploy("mailer");
    server
}

trait Options {
    fn option(self, name: &str, value: &str) -> Self;
}

impl Options for Setup {
    fn option(self, name: &str, value: &str) -> Self {
        self.argument(name).argument(value)
    }
}

#[track_caller]
fn send(server: &Server, message: &Value) -> String {
    let answer = server.request("POST", "/mailer/send").body(message.to_string()).send();
    answer.expect_status(200);
    answer.text()
}

#[track_caller]
fn wait_for_state(server: &Server, number: &str, expected: &str) -> String {
    wait::until(&format!("message {number} to be {expected}"), DELIVERY_TIMEOUT, || {
        let state = server.get(&format!("/mailer/state/{number}")).text();
        state.starts_with(&format!("State::{expected}")).then_some(state)
    })
}

#[test]
fn what_is_not_granted_is_denied() {
    let server = Server::start();
    server.deploy_as(
        "mailer",
        "name = \"mailer\"\nroutes = [\"/mailer/{*rest}\"]\n[grants.mail]\nsend = [\"news@example.org\"]\n",
    );
    let denied = |message: Value| {
        let outcome = send(&server, &message);
        assert!(outcome.starts_with("Error::Denied"), "{message} gave {outcome}");
    };
    denied(json!({"to": "a@example.org"}));
    denied(json!({"to": "a@example.org", "from": "boss@example.org"}));
    denied(json!({"to": "a@example.org", "from": "guesthouse@localhost"}));
    assert!(server.get("/mailer/outbox/-").text().starts_with("Error::Denied"));
    assert_eq!(
        send(&server, &json!({"to": "a@example.org", "from": "News@example.org"})),
        "1"
    );
    server.deploy_as("mailer", "name = \"mailer\"\nroutes = [\"/mailer/{*rest}\"]\n");
    denied(json!({"to": "a@example.org", "from": "news@example.org"}));
    assert!(server.get("/mailer/state/1").text().starts_with("Error::Denied"));
}

#[test]
fn a_message_that_would_be_another_one_is_refused() {
    let server = Server::start();
    server.deploy("mailer");
    let injection = "x\r\nBcc: evil@example.org";
    for message in [
        json!({"to": []}),
        json!({"to": "nobody"}),
        json!({"to": injection}),
        json!({"to": "a@example.org, b@example.org"}),
        json!({"to": [["Ann", "a@example.org>\r\nX: y"]]}),
        json!({"to": [[injection, "a@example.org"]]}),
        json!({"to": "a@example.org", "subject": injection}),
        json!({"to": "a@example.org", "hidden": injection}),
        json!({"to": "a@example.org", "reply_to": injection}),
        json!({"to": "a@example.org", "attachments": [{"name": injection, "type": "text/plain"}]}),
        json!({"to": "a@example.org", "attachments": [{"name": "a/../b", "type": "text/plain"}]}),
        json!({"to": "a@example.org", "attachments": [{"name": "a", "type": "text\r\nX: y"}]}),
    ] {
        let outcome = send(&server, &message);
        assert!(outcome.starts_with("Error::Invalid"), "{message} gave {outcome}");
    }
    let list = server.cli(&["mail", "list"]).expect_success();
    assert_eq!(list.stdout, "no component has sent mail\n");
}

#[test]
fn size_and_rate_are_bounded() {
    let server = Server::start();
    server.deploy("mailer");
    let large = "x".repeat(5 * 1024 * 1024 + 1);
    for message in [
        json!({"to": "a@example.org", "text": large}),
        json!({"to": "a@example.org", "subject": "x".repeat(1001)}),
        json!({"to": vec!["a@example.org"; 51]}),
    ] {
        let outcome = send(&server, &message);
        assert!(outcome.starts_with("Error::TooLarge"), "{outcome}");
    }
    // 120 recipients a minute; a few come back while this runs.
    let outcomes: Vec<String> = (0..4)
        .map(|_| send(&server, &json!({"to": vec!["a@example.org"; 50]})))
        .collect();
    assert_eq!((outcomes[0].as_str(), outcomes[3].as_str()), ("1", "Error::TooMany"));
}

#[test]
fn without_a_relay_a_message_is_kept_and_can_be_read() {
    let mut server = Server::start();
    server.deploy("mailer");
    let message = json!({
        "to": [["Ann", "ann@example.org"]], "hidden": ["bob@example.org"], "subject": "Your link",
        "text": "Follow it:\nhttps://example.org/x \u{1b}[31m", "html": "<p>Follow it</p>",
        "attachments": [{"name": "a.txt", "type": "text/plain", "contents": "abc"}],
    });
    assert_eq!(send(&server, &message), "1");
    assert_eq!(server.get("/mailer/state/1").text(), "State::Kept");
    assert_eq!(server.get("/mailer/state/2").text(), "none");
    assert!(
        server
            .get("/mailer/outbox/-")
            .text()
            .starts_with("1 mailer State::Kept Your link Follow it:")
    );
    let check = |server: &Server| {
        let list = server.cli(&["mail", "list"]).expect_success().stdout;
        assert!(
            list.contains("kept") && list.contains("Ann <ann@example.org>, bob@example.org  Your link"),
            "{list}"
        );
        let shown = server.cli(&["mail", "show", "1"]).expect_success().stdout;
        for part in [
            "to           Ann <ann@example.org>",
            "hidden to    bob@example.org",
            "https://example.org/x",
            "<p>Follow it</p>",
            "a.txt (text/plain, 3 bytes)",
        ] {
            assert!(shown.contains(part), "no {part} in {shown}");
        }
        assert!(!shown.contains('\u{1b}'), "it commands the terminal: {shown:?}");
        server.cli(&["mail", "show", "7"]).expect_failure(&["no message 7"]);
    };
    check(&server);
    server.stop();
    check(&server);
    server.start_again();
    assert_eq!(server.get("/mailer/state/1").text(), "State::Kept");
}

#[test]
fn a_component_cannot_ask_after_the_messages_of_another() {
    let server = Server::start();
    server.deploy("mailer");
    assert_eq!(send(&server, &json!({"to": "a@example.org"})), "1");
    server.deploy_as(
        "mailer",
        "name = \"other\"\nroutes = [\"/other/{*rest}\"]\n[grants.mail]\nsend = [\"default\"]\n",
    );
    assert_eq!(server.get("/other/state/1").text(), "none");
}

#[test]
fn the_relay_gets_the_message_and_its_text_is_kept_no_longer() {
    let relay = Relay::start();
    let server = with_relay(relay.port);
    let message = json!({
        "to": ["ann@example.org"], "hidden": ["bob@example.org"], "subject": "Gr\u{fc}\u{df}e",
        "text": "One line\n.\nand another\r\n.\r\nQUIT", "html": "<p>One line</p>",
    });
    let number = send(&server, &message);
    wait_for_state(&server, &number, "Relayed");
    let taken = &relay.messages()[0];
    assert_eq!(taken["sender"], "house@example.org");
    assert_eq!(taken["recipients"], json!(["ann@example.org", "bob@example.org"]));
    let text = taken["message"].as_str().expect("a text");
    for part in [
        "The House",
        "<house@example.org>",
        "To: ann@example.org",
        "=?utf-8?b?",
        "\r\n.\r\nQUIT",
        "text/html",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!text.contains("bob@example.org"), "{text}");
    let shown = server.cli(&["mail", "show", &number]).expect_success().stdout;
    assert!(shown.contains("relayed") && !shown.contains("One line"), "{shown}");
    for hidden in ["ann@example.org", "One line", "Gr\u{fc}"] {
        assert!(!server.log().contains(hidden), "the log shows {hidden}");
    }
}

#[test]
fn a_refusal_is_final_and_told() {
    let relay = Relay::start();
    let server = with_relay(relay.port);
    let number = send(&server, &json!({"to": ["ann@example.org", "refused@example.org"]}));
    let state = wait_for_state(&server, &number, "Failed");
    assert!(state.contains("there is nobody of this name"), "{state}");
    assert_eq!(relay.messages().len(), 0, "nobody was sent anything");
    let shown = server.cli(&["mail", "show", &number]).expect_success().stdout;
    assert!(
        shown.contains("failed") && shown.contains("there is nobody of this name"),
        "{shown}"
    );
}

#[test]
fn what_the_relay_cannot_take_now_is_tried_again_and_holds_up_nothing_else() {
    let relay = Relay::start();
    let server = with_relay(relay.port);
    let later = send(&server, &json!({"to": "later@example.org"}));
    let now = send(&server, &json!({"to": "ann@example.org"}));
    wait_for_state(&server, &now, "Relayed");
    relay.wait_for("later", 2, DELIVERY_TIMEOUT);
    assert_eq!(server.get(&format!("/mailer/state/{later}")).text(), "State::Waiting");
    let shown = server.cli(&["mail", "show", &later]).expect_success().stdout;
    assert!(shown.contains("come back later"), "{shown}");
}

#[test]
fn a_relay_that_is_down_gets_what_was_sent_meanwhile_even_after_kill() {
    let relay = Relay::start();
    let port = relay.port;
    drop(relay);
    let mut server = with_relay(port);
    let answer = server
        .request("POST", "/mailer/send")
        .body(json!({"to": "ann@example.org"}).to_string())
        .send();
    answer.expect(200, "1");
    server.kill();
    let relay = Relay::start_on(port);
    server.start_again();
    relay.wait_for("message", 1, DELIVERY_TIMEOUT);
    wait_for_state(&server, "1", "Relayed");
    assert_eq!(relay.messages().len(), 1);
}

#[test]
fn a_relay_that_is_not_who_it_should_be_or_does_not_encrypt_gets_nothing() {
    let certificate = Certificate::new();
    let files = tempfile::tempdir().expect("a folder");
    let (public, private) = (files.path().join("public.pem"), files.path().join("private.pem"));
    std::fs::write(&public, certificate.pem()).expect("a file");
    std::fs::write(&private, certificate.key_pem()).expect("a file");
    let (public, private) = (public.to_string_lossy(), private.to_string_lossy());
    let plain = Relay::start();
    let untrusted = Relay::start_with(&["0", "always", &public, &private]);
    for url in [
        format!("smtp://localhost:{}", plain.port),
        format!("smtps://localhost:{}", plain.port),
        format!("smtps://localhost:{}", untrusted.port),
    ] {
        let server = Server::prepare()
            .option("--smtp-url", &url)
            .option("--mail-from", "house@example.org")
            .start();
        server.deploy("mailer");
        send(&server, &json!({"to": "ann@example.org"}));
        wait::until("the first try", DELIVERY_TIMEOUT, || {
            let shown = server.cli(&["mail", "show", "1"]).expect_success().stdout;
            shown.contains("tried").then_some(())
        });
        assert_eq!(server.get("/mailer/state/1").text(), "State::Waiting", "{url}");
    }
    assert_eq!((plain.messages().len(), untrusted.messages().len()), (0, 0));
}

#[test]
fn a_trusted_relay_is_given_the_key_that_the_owner_has_set_and_mail_waits_for_it() {
    let certificate = Certificate::new();
    for encryption in ["always", "starttls"] {
        let setup = Server::prepare()
            .file("public.pem", certificate.pem())
            .file("private.pem", certificate.key_pem());
        let path = |name: &str| setup.data().join(name).to_string_lossy().into_owned();
        let (public, private) = (path("public.pem"), path("private.pem"));
        let relay = Relay::start_with(&["0", encryption, &public, &private, "access"]);
        let scheme = if encryption == "always" { "smtps" } else { "smtp" };
        let server = setup
            .option("--smtp-url", &format!("{scheme}://guesthouse@localhost:{}", relay.port))
            .option("--smtp-root-certificates", &public)
            .option("--mail-from", "house@example.org")
            .start();
        server.deploy("mailer");
        send(&server, &json!({"to": "ann@example.org"}));
        wait::until("the missing secret to be told", DELIVERY_TIMEOUT, || {
            let shown = server.cli(&["mail", "show", "1"]).expect_success().stdout;
            shown.contains("guesthouse secrets set SMTP_KEY").then_some(())
        });
        server
            .cli_with_input(&["secrets", "set", "SMTP_KEY"], "open sesame\n")
            .expect_success();
        wait_for_state(&server, "1", "Relayed");
        let taken = &relay.messages()[0];
        assert_eq!(
            (&taken["encrypted"], &taken["authenticated"]),
            (&json!(true), &json!(true))
        );
        assert!(!server.log().contains("open sesame"), "the log shows the key");
    }
}

#[test]
fn options_that_make_no_sense_are_refused_before_the_start() {
    for (options, said) in [
        (&["--smtp-url", "smtps://localhost"][..], "--mail-from"),
        (
            &[
                "--mail-from",
                "house@example.org",
                "--smtp-url",
                "smtps://a:hidden@localhost",
            ],
            "secrets set SMTP_KEY",
        ),
        (&["--mail-from", "nobody"], "ADDRESS"),
        (&["--mail-from", "a@example.org", "--smtp-url", "localhost"], "smtps://"),
        (
            &[
                "--mail-from",
                "a@example.org",
                "--smtp-url",
                "smtps://localhost",
                "--smtp-root-certificates",
                "missing.pem",
            ],
            "missing.pem",
        ),
    ] {
        let setup = options
            .iter()
            .fold(Server::prepare(), |setup, option| setup.argument(option));
        let said_instead = setup.start_and_fail();
        assert!(said_instead.contains(said), "{options:?}: {said_instead}");
    }
}
