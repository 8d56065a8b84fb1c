//! References are objects, and carry the row that they lead to where that is asked for.

use crate::support::{api, expect_error};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trailbase_client::{CompareOp, Filter, ListArguments, Pagination, ReadArguments};

const ANNA: &str = "AYkAAAAAcACAAAAAAAAAAQ==";

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Reference<Id, Row> {
    id: Id,
    data: Option<Row>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Room {
    id: i64,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Guest {
    id: String,
    name: String,
    wishes: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Stay {
    id: i64,
    room: Reference<i64, Room>,
    guest: Option<Reference<String, Guest>>,
    nights: i64,
}

#[derive(Serialize)]
struct NewStay {
    room: i64,
    guest: Option<&'static str>,
    nights: i64,
}

pub async fn run() {
    a_row_carries_what_is_asked_for().await;
    a_list_does_too().await;
    a_reference_is_written_as_a_bare_key().await;
    what_leads_nowhere_is_refused().await;
}

fn attic() -> Room {
    Room {
        id: 1,
        name: "Attic".into(),
    }
}

fn anna() -> Guest {
    Guest {
        id: ANNA.into(),
        name: "Anna".into(),
        wishes: Some(json!({"pillows": 2, "tea": ["mint", null]})),
    }
}

async fn a_row_carries_what_is_asked_for() {
    let stays = api("stays");
    let keys_alone: Value = stays.read(1).await.expect("it is there");
    assert_eq!(
        keys_alone,
        json!({"id": 1, "room": {"id": 1}, "guest": {"id": ANNA}, "nights": 3})
    );
    let all = ReadArguments::new(1).with_expand(["room", "guest"]);
    let stay: Stay = stays.read(all).await.expect("both can be expanded");
    assert_eq!(stay.room.data, Some(attic()));
    assert_eq!(stay.guest.expect("it has one").data, Some(anna()));
    let one = ReadArguments::new(2).with_expand(["guest"]);
    let stay: Stay = stays.read(one).await.expect("it can be expanded");
    assert_eq!(
        stay,
        Stay {
            id: 2,
            room: Reference { id: 4, data: None },
            guest: None,
            nights: 1
        }
    );
}

async fn a_list_does_too() {
    let stays = api("stays");
    let arguments = || {
        ListArguments::new()
            .with_expand(["room", "guest"])
            .with_order(["+id"])
            .with_filters(Filter::new("room", CompareOp::Equal, "1"))
    };
    let page = stays
        .list::<Stay>(
            arguments()
                .with_count(true)
                .with_pagination(Pagination::new().with_limit(1)),
        )
        .await
        .expect("both can be expanded");
    assert_eq!((page.total_count, page.records.len()), (Some(2), 1));
    assert_eq!(page.records[0].room.data, Some(attic()));
    let rest = stays
        .list::<Stay>(arguments().with_pagination(Pagination::new().with_cursor(page.cursor)))
        .await
        .expect("the cursor goes on");
    let names: Vec<_> = rest
        .records
        .into_iter()
        .filter_map(|stay| stay.guest?.data)
        .map(|guest| guest.name)
        .collect();
    assert_eq!(names, ["Ben"]);
}

async fn a_reference_is_written_as_a_bare_key() {
    let stays = api("stays");
    let id = stays
        .create(NewStay {
            room: 7,
            guest: Some(ANNA),
            nights: 1,
        })
        .await
        .expect("both are there");
    let stay: Stay = stays.read(&id).await.expect("it is there");
    assert_eq!((stay.room.id, stay.guest.expect("it has one").id.as_str()), (7, ANNA));
    stays.update(&id, json!({"guest": null})).await.expect("it may be NULL");
    assert_eq!(stays.read::<Stay>(&id).await.expect("it is there").guest, None);
    stays.delete(&id).await.expect("it can be deleted");
}

async fn what_leads_nowhere_is_refused() {
    let stays = api("stays");
    expect_error(
        400,
        stays
            .create(NewStay {
                room: 99,
                guest: None,
                nights: 1,
            })
            .await,
    );
    let wrong = ReadArguments::new(1).with_expand(["nights"]);
    expect_error(400, stays.read::<Value>(wrong).await);
    let wrong = || ListArguments::new().with_expand(["nothing"]);
    expect_error(400, stays.list::<Value>(wrong()).await);
    expect_error(400, api("rooms").list::<Value>(wrong()).await);
}
