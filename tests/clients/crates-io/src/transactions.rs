//! Several operations in one request: all or none, or one after another.

use crate::support::{api, client, expect_error};
use serde_json::{Value, json};
use trailbase_client::{Error, ListArguments, Operation, OperationResult};

pub async fn run() {
    operations_over_several_tables_are_done_in_order().await;
    one_that_fails_undoes_those_before_it().await;
    without_a_transaction_what_was_done_stays().await;
    there_is_a_limit().await;
}

fn room(id: i64, floor: i64) -> Operation {
    let room = json!({"id": id, "name": "Loft", "floor": floor, "price": 10});
    api("rooms").create_op(room).expect("it is an object")
}

async fn execute(operations: &[Operation]) -> Result<Vec<String>, Error> {
    let results = client().execute(operations, true).await?;
    let id = |result| match result {
        OperationResult::Id(id) => id,
        OperationResult::Error(why) => panic!("an operation was passed over: {why}"),
    };
    Ok(results.into_iter().map(id).collect())
}

async fn operations_over_several_tables_are_done_in_order() {
    let (rooms, samples) = (api("rooms"), api("samples"));
    assert_eq!(execute(&[]).await.expect("there is nothing to do"), [""; 0]);
    let operations = [
        room(100, 5),
        rooms.update_op(100, json!({"price": 11})).expect("it is an object"),
        samples
            .create_op(json!({"integer_null": i64::MAX}))
            .expect("it is an object"),
        rooms.delete_op("7").expect("it is an id"),
    ];
    let ids = execute(&operations).await.expect("all can be done");
    assert_eq!(
        (ids.len(), ids[0].as_str(), ids[1].as_str(), ids[3].as_str()),
        (4, "100", "100", "7")
    );
    assert_eq!(rooms.read::<Value>(100).await.expect("it is there")["price"], 11.0);
    assert_eq!(
        samples.read::<Value>(&ids[2]).await.expect("it is there")["integer_null"],
        i64::MAX
    );
    expect_error(404, rooms.read::<Value>(7).await);
}

async fn one_that_fails_undoes_those_before_it() {
    let rooms = api("rooms");
    expect_error(400, execute(&[room(101, 5), room(102, 99)]).await);
    expect_error(404, rooms.read::<Value>(101).await);
    for (name, id, status) in [
        ("locked", "1", 403),
        ("nothing", "1", 405),
        ("rooms", "x", 400),
        ("rooms", "777", 404),
    ] {
        let operations =
            [rooms.delete_op(100), api(name).delete_op(id)].map(|operation| operation.expect("it is an id"));
        expect_error(status, execute(&operations).await);
    }
    assert_eq!(
        rooms.read::<Value>(100).await.expect("it is still there")["name"],
        "Loft"
    );
}

async fn without_a_transaction_what_was_done_stays() {
    expect_error(400, client().execute(&[room(101, 5), room(102, 99)], false).await);
    assert_eq!(
        api("rooms").read::<Value>(101).await.expect("it was created")["name"],
        "Loft"
    );
}

async fn there_is_a_limit() {
    let samples = api("samples");
    let many = |count| vec![samples.create_op(json!({})).expect("it is an object"); count];
    assert_eq!(execute(&many(128)).await.expect("that many are allowed").len(), 128);
    expect_error(400, execute(&many(129)).await);
    let counted = samples
        .list::<Value>(ListArguments::new().with_count(true))
        .await
        .expect("it can be read");
    assert_eq!(counted.total_count, Some(129));
}
