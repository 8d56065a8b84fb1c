//! Bodies of creates and updates, in each of the forms that they may come in, as values for columns.

use guesthouse::http::Request;
use record_api::error::Error;
use record_api::schema::Table;

use crate::decode::{self, Assignments};
use crate::fields::Fields;
use crate::media_type::MediaType;
use crate::{limits, multipart};

/// Reads the body of an update: one record.
pub async fn one(table: &Table, request: Request) -> Result<Assignments, Error> {
    match read(request).await? {
        Body::Json(json) => decode::one(table, &json),
        Body::Fields(fields) => fields.assign(table),
    }
}

/// Reads the body of a create: one record, or in JSON an array of them.
pub async fn one_or_many(table: &Table, request: Request) -> Result<Vec<Assignments>, Error> {
    match read(request).await? {
        Body::Json(json) => decode::one_or_many(table, &json),
        Body::Fields(fields) => Ok(vec![fields.assign(table)?]),
    }
}

enum Body {
    Json(Vec<u8>),
    Fields(Fields),
}

async fn read(request: Request) -> Result<Body, Error> {
    let media_type = MediaType::of(&request)?;
    let body = request.body(limits::BODY_BYTES_MAX).await?;
    Ok(match media_type {
        MediaType::Json => Body::Json(body),
        MediaType::Form => Body::Fields(Fields::parse(&body)?),
        MediaType::Multipart { boundary } => Body::Fields(multipart::parse(body, &boundary)?),
    })
}
