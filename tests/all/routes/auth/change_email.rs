//! `POST change_email/request` and `GET change_email/confirm/{code}`.

use crate::accounts::{self, ALICE, PASSWORD, is_signed_in, login_status, post, post_as, sign_in};
use crate::letters;
use serde_json::json;

#[test]
fn nobody_changes_the_address_of_somebody_else() {
    let server = accounts::start();
    let body = json!({"new_email": "bob@example.org"});
    post(&server, "change_email/request", body.clone()).expect(401, "");
    let alice = sign_in(&server, ALICE);
    let with_cookies = |body: serde_json::Value| {
        let request = server.request("POST", "/api/auth/v1/change_email/request");
        request.header("cookie", &alice.cookies()).json(&body).send()
    };
    assert_eq!(with_cookies(body.clone()).status, 400, "without the request token");
    with_cookies(json!({"new_email": "bob@example.org", "csrf_token": "x"})).expect_status(400);
    let wrong = json!({"new_email": "bob@example.org", "csrf_token": alice.csrf, "old_email": "admin@localhost"});
    with_cookies(wrong).expect(400, "old_email is not the address of this account");
    post_as(&server, &alice, "change_email/request", json!({"new_email": "bob"})).expect_status(400);
    assert_eq!(letters::count(&server), 0);
    let right = json!({"new_email": "bob@example.org", "csrf_token": alice.csrf, "old_email": ALICE});
    with_cookies(right).expect_status(200);
    assert_eq!(letters::newest(&server).to, "bob@example.org");
    assert_eq!(login_status(&server, ALICE, PASSWORD), 200, "nothing has changed yet");
}

#[test]
fn an_account_needs_something_to_be_known_by() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    post_as(&server, &alice, "change_email/request", json!({})).expect(400, "an account needs an address here");

    let server = accounts::prepare_with("user_identifier", "'REQUIRE_USERNAME'").start();
    let admin = sign_in(&server, "admin@localhost");
    let answer = post_as(&server, &admin, "change_email/request", json!({"new_email": null}));
    answer.expect(400, "an account needs a name or a verified address");
    let alice = sign_in(&server, ALICE);
    post_as(&server, &alice, "change_email/request", json!({"new_email": ""})).expect(200, "email removed");
    assert_eq!(
        (
            login_status(&server, ALICE, PASSWORD),
            login_status(&server, "alice", PASSWORD)
        ),
        (401, 200)
    );
}

#[test]
fn one_account_and_one_address_get_so_much_mail_and_no_more() {
    let server = accounts::start();
    let (alice, admin) = (sign_in(&server, ALICE), sign_in(&server, "admin@localhost"));
    let ask = |who, email: &str| post_as(&server, who, "change_email/request", json!({"new_email": email}));
    for _ in 0..3 {
        ask(&alice, "bob@example.org").expect_status(200);
    }
    ask(&alice, "carol@example.org").expect(429, "");
    ask(&admin, "BOB@example.org").expect(429, "");
    ask(&admin, "carol@example.org").expect_status(200);
}

#[test]
fn a_new_address_ends_all_sessions_and_voids_older_codes() {
    let server = accounts::start();
    let (alice, other) = (sign_in(&server, ALICE), sign_in(&server, ALICE));
    post(&server, "reset_password/request", json!({"email": ALICE})).expect_status(200);
    let reset = letters::newest(&server).code();
    for email in ["first@example.org", "second@example.org"] {
        post_as(&server, &alice, "change_email/request", json!({"new_email": email})).expect_status(200);
    }
    let (first, second) = (letters::read(&server, 2).path(), letters::read(&server, 3).path());
    server.get(&first).expect_status(400);
    server.get(&second).expect(200, "email changed");
    server.get(&second).expect_status(400);
    assert!(!is_signed_in(&server, &alice) && !is_signed_in(&server, &other));
    let status = |email: &str| login_status(&server, email, PASSWORD);
    assert_eq!(
        (status(ALICE), status("first@example.org"), status("second@example.org")),
        (401, 401, 200)
    );
    let body = json!({"password": "long enough", "password_repeat": "long enough", "password_reset_token": reset});
    post(&server, "reset_password/update", body).expect_status(400);
}

#[test]
fn an_address_that_is_somebodys_is_refused_to_whoever_reads_its_mail_alone() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let ask = |email: &str| post_as(&server, &alice, "change_email/request", json!({"new_email": email}));
    let (free, taken) = (ask("bob@example.org"), ask("admin@localhost"));
    assert_eq!((free.status, free.text()), (taken.status, taken.text()));
    server.get(&letters::newest(&server).path()).expect(409, "");
    assert!(is_signed_in(&server, &alice));
}
