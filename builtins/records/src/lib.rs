//! The built-in `records`: a REST API over the tables that `_record_api` names.
//!
//! `GET, POST /api/records/v1/{api}` list and create; `GET, PATCH, DELETE /api/records/v1/{api}/{id}` read, update and
//! delete; `POST /api/transaction/v1/execute` writes several records. One file per operation; each parses, authorizes,
//! does and presents, in this order.

pub mod body;
pub mod command;
pub mod create;
pub mod decode;
pub mod delete;
pub mod fields;
pub mod insert;
pub mod json_schema;
pub mod limits;
pub mod list;
pub mod media_type;
pub mod multipart;
pub mod query;
pub mod read;
pub mod route;
pub mod transaction;
pub mod unchanged;
pub mod update;
pub mod write;

use guesthouse::http::{Request, Response};
use record_api::caller::{self, Caller};
use record_api::catalog::{self, Served};
use record_api::error::Error;

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
    let query = request.query();
    match &route {
        Route::List { api } => {
            let Served { database, api, .. } = &catalog::api(api).await?;
            list::list(database, api, caller, query).await
        }
        Route::Read { api, id } => {
            let Served { database, api, .. } = &catalog::api(api).await?;
            read::read(database, api, caller, id, query).await
        }
        Route::Schema { api: name } => {
            let Served { database, api, .. } = &catalog::api(name).await?;
            json_schema::answer(database, api, caller, name, query).await
        }
        Route::Create { api } => {
            let Served { database, api, .. } = &catalog::writable(api).await?;
            create::create(database, api, caller, request).await
        }
        Route::Update { api, id } => {
            let Served { database, api, .. } = &catalog::writable(api).await?;
            update::update(database, api, caller, id, request).await
        }
        Route::Delete { api, id } => {
            let Served { database, api, .. } = &catalog::writable(api).await?;
            delete::delete(database, api, caller, id).await
        }
        Route::Execute => transaction::execute(caller, request).await,
    }
}

/// An answer of JSON.
fn json(body: Vec<u8>) -> Response {
    Response::new(200, body).with_header("content-type", "application/json")
}

guesthouse::serve!(handle);
guesthouse::commands!(command::run);
