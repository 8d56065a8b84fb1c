//! Accounts: signs in and out, keeps a session going, gives a second factor, and makes new accounts.

use crate::support::{client, expect_error, url};
use std::time::SystemTime;
use totp_rs::{Builder, Secret};
use trailbase_client::{Client, ClientOptions, PromoteOptions, RegisterOptions};

const EMAIL: &str = "alice@example.org";
const PASSWORD: &str = "secret";
const NEW_PASSWORD: &str = "long enough";

pub async fn run() {
    a_session_is_opened_renewed_and_ended().await;
    a_second_factor_is_asked_for().await;
    a_code_by_mail_is_not_guessed().await;
    an_account_without_a_name_is_given_one_once().await;
    registering_tells_nothing_of_accounts().await;
}

async fn a_session_is_opened_renewed_and_ended() {
    let client = client();
    expect_error(401, client.login(EMAIL, "wrong").await);
    assert!(client.user().is_none());
    assert_eq!(client.login(EMAIL, PASSWORD).await.expect("it is right"), None);
    let user = client.user().expect("somebody");
    assert_eq!((user.email.as_deref(), user.sub.len()), (Some(EMAIL), 24));

    let first = client.tokens().expect("tokens");
    let options = ClientOptions {
        tokens: Some(first.clone()),
        transport: None,
    };
    let other = Client::new(url().as_str(), Some(options)).expect("that is a URL");
    assert_eq!(other.user().expect("the same").sub, user.sub);
    assert!(client.refresh().await.expect("there is a session"));
    let renewed = client.tokens().expect("tokens");
    assert_ne!(renewed.auth_token, first.auth_token);
    assert_eq!(renewed.refresh_token, first.refresh_token);

    client.logout().await.expect("there is a session");
    assert!(client.tokens().is_none());
    other.refresh().await.expect("it is answered");
    assert!(other.tokens().is_none());
}

async fn a_second_factor_is_asked_for() {
    let client = client();
    let mfa = client.login("carol@example.org", PASSWORD).await.expect("it is right");
    let mfa = mfa.expect("the second factor is asked for");
    assert!(client.user().is_none());
    expect_error(401, client.login_second(&mfa, "000").await);
    let secret = Secret::try_from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").expect("base32");
    let app = Builder::new().with_secret(secret).build_noncompliant();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("a time");
    let code = app.generate(now.as_secs());
    client.login_second(&mfa, &code.to_string()).await.expect("it is right");
    assert_eq!(
        client.user().expect("somebody").email.as_deref(),
        Some("carol@example.org")
    );
}

async fn a_code_by_mail_is_not_guessed() {
    let client = client();
    for address in ["admin@localhost", "nobody@example.org"] {
        client.request_otp(address).await.expect("it tells nothing");
        expect_error(429, client.request_otp(address).await);
        expect_error(401, client.login_otp(address, "AAAAAA").await);
    }
    assert!(client.user().is_none());
}

async fn an_account_without_a_name_is_given_one_once() {
    let wish = |password: &str| PromoteOptions {
        password: password.into(),
        email: Some("dave@test.org".into()),
        username: Some("dave".into()),
    };
    let client = client();
    expect_error(401, client.promote_anonymous(wish(NEW_PASSWORD)).await);
    client.login_anonymously().await.expect("that is on");
    let user = client.user().expect("somebody");
    assert!(user.email.is_none() && user.username.is_some_and(|name| name.starts_with("anon")));
    expect_error(400, client.promote_anonymous(wish("short")).await);
    client
        .promote_anonymous(wish(NEW_PASSWORD))
        .await
        .expect("it is anonymous");
    expect_error(424, client.promote_anonymous(wish(NEW_PASSWORD)).await);
}

async fn registering_tells_nothing_of_accounts() {
    for address in ["erin@example.org", EMAIL] {
        let options = RegisterOptions {
            password: NEW_PASSWORD.into(),
            email: Some(address.into()),
            ..RegisterOptions::default()
        };
        client().register(options).await.expect("it tells nothing");
        expect_error(401, client().login(address, NEW_PASSWORD).await);
    }
}
