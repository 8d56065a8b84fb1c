//! The built-in `records`: a REST API over the tables that `_record_api` names.
//!
//! `GET, POST /api/records/v1/{api}` list and create; `GET, PATCH, DELETE /api/records/v1/{api}/{id}` read, update and
//! delete; `POST /api/transaction/v1/execute` writes several records. One file per operation; each parses, authorizes,
//! does and presents, in this order.

pub mod access;
pub mod api;
pub mod body;
pub mod caller;
pub mod catalog;
pub mod checks;
pub mod create;
pub mod cursor;
pub mod decode;
pub mod delete;
pub mod encode;
pub mod error;
pub mod expand;
pub mod expansion;
pub mod fields;
pub mod id;
pub mod insert;
pub mod json_schema;
pub mod limits;
pub mod list;
pub mod media_type;
pub mod multipart;
pub mod query;
pub mod read;
pub mod route;
pub mod rule;
pub mod schema;
pub mod sql;
pub mod tokens;
pub mod transaction;
pub mod unchanged;
pub mod update;
pub mod write;

use guesthouse::http::{Request, Response};

use caller::Caller;
use error::Error;
use route::Route;

async fn handle(request: Request) -> Response {
    let identity = match caller::identify(&request).await {
        Ok(identity) => identity,
        Err(error) => return error.into_response(),
    };
    let answer = answer(&Caller::of(&identity), request).await;
    answer
        .unwrap_or_else(Error::into_response)
        .with_headers(identity.response_headers)
}

async fn answer(caller: &Caller, request: Request) -> Result<Response, Error> {
    let is_change = !matches!(request.method(), "GET" | "HEAD");
    caller.check_intent(is_change, request.header("csrf-token"))?;
    let path = request.path().to_owned();
    let route = Route::parse(request.method(), &path)?;
    let database = &*catalog::database()?;
    let readable = |name| catalog::api(database, name);
    let writable = |name| catalog::writable(database, name);
    match &route {
        Route::List { api } => list::list(database, &*readable(api).await?, caller, request.query()).await,
        Route::Read { api, id } => read::read(database, &*readable(api).await?, caller, id, request.query()).await,
        Route::Schema { api } => {
            json_schema::answer(database, &*readable(api).await?, caller, api, request.query()).await
        }
        Route::Create { api } => create::create(database, &*writable(api).await?, caller, request).await,
        Route::Update { api, id } => update::update(database, &*writable(api).await?, caller, id, request).await,
        Route::Delete { api, id } => delete::delete(database, &*writable(api).await?, caller, id).await,
        Route::Execute => transaction::execute(database, caller, request).await,
    }
}

/// An answer of JSON.
fn json(body: Vec<u8>) -> Response {
    Response::new(200, body).with_header("content-type", "application/json")
}

guesthouse::serve!(handle);
