//! Who is signed in may do more, and with their own rows only.

use crate::support::{api, expect_error, url};
use serde_json::{Value, json};
use trailbase_client::{Client, ClientOptions, ListArguments, RecordApi, Tokens};

fn signed_in(name: &str) -> Client {
    let tokens: Value = serde_json::from_str(include_str!("../../tokens.json")).expect("it is JSON");
    let tokens = Tokens {
        auth_token: tokens[name].as_str().expect("everybody has one").into(),
        refresh_token: None,
        csrf_token: None,
    };
    let options = ClientOptions {
        tokens: Some(tokens),
        transport: None,
    };
    Client::new(url().as_str(), Some(options)).expect("that is a URL")
}

fn id(client: &Client) -> String {
    client.user().expect("it is signed in").sub
}

pub async fn run() {
    let (anna, ben) = (signed_in("anna"), signed_in("ben"));
    assert_eq!(id(&anna), "AYkAAAAAcACAAAAAAAAAAQ==");
    those_who_are_signed_in_may_do_more(&anna).await;
    let entry = entries_are_written_under_ones_own_name(&anna, &ben).await;
    entries_are_read_by_their_writers(&anna, &ben, &entry).await;
    entries_are_changed_by_their_writers(&anna, &ben, &entry).await;
    entries_are_deleted_by_their_writers(&anna, &ben, &entry).await;
}

fn diary(client: &Client) -> RecordApi {
    client.records("diaries")
}

async fn those_who_are_signed_in_may_do_more(anna: &Client) {
    let all = || ListArguments::new();
    let locked = anna.records("locked").list::<Value>(all()).await;
    assert_eq!(locked.expect("it is open to them").records.len(), 7);
    expect_error(403, api("locked").list::<Value>(all()).await);
    let room: Value = anna.records("rooms").read(1).await.expect("it is open to everybody");
    assert_eq!(room["name"], "Attic");
}

/// Of several, all or none.
async fn entries_are_written_under_ones_own_name(anna: &Client, ben: &Client) -> String {
    let entry = |writer: &Client| json!({"writer": id(writer), "text": "Arrived."});
    expect_error(403, diary(anna).create(entry(ben)).await);
    expect_error(403, diary(anna).create(json!({"text": "By nobody."})).await);
    expect_error(403, api("diaries").create(entry(anna)).await);
    expect_error(403, diary(ben).create_bulk(&[entry(ben), entry(anna)]).await);
    diary(anna).create(entry(anna)).await.expect("it is her own")
}

/// Lists show what one may read, and count no more.
async fn entries_are_read_by_their_writers(anna: &Client, ben: &Client, entry: &str) {
    let read: Value = diary(anna).read(entry).await.expect("it is her own");
    assert_eq!(read["text"], "Arrived.");
    expect_error(403, diary(ben).read::<Value>(entry).await);
    expect_error(403, api("diaries").read::<Value>(entry).await);
    let counted = || ListArguments::new().with_count(true);
    for (client, count) in [(anna, 1), (ben, 0)] {
        let list = diary(client).list::<Value>(counted()).await.expect("it may list");
        assert_eq!((list.records.len(), list.total_count), (count, Some(count)));
    }
    expect_error(403, api("diaries").list::<Value>(counted()).await);
}

async fn entries_are_changed_by_their_writers(anna: &Client, ben: &Client, entry: &str) {
    let text = || json!({"text": "Arrived late."});
    expect_error(403, diary(ben).update(entry, text()).await);
    expect_error(403, diary(anna).update(entry, json!({"writer": id(ben)})).await);
    expect_error(404, diary(anna).update(4711, text()).await);
    diary(anna).update(entry, text()).await.expect("it is her own");
    let read: Value = diary(anna).read(entry).await.expect("it is her own");
    assert_eq!(
        (&read["writer"], &read["text"]),
        (&json!(id(anna)), &json!("Arrived late."))
    );
}

async fn entries_are_deleted_by_their_writers(anna: &Client, ben: &Client, entry: &str) {
    expect_error(403, diary(ben).delete(entry).await);
    expect_error(403, api("diaries").delete(entry).await);
    diary(anna).delete(entry).await.expect("it is her own");
    expect_error(404, diary(anna).delete(entry).await);
}
