//! `avatar`: the picture of somebody, for everybody who knows their id.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use guesthouse::http::{Parameters, Request, Response};

use crate::avatar::{self, Avatar};
use crate::body::{self, Parts};
use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{database, limits, settings};

/// Bytes of an account's id.
const ID_BYTES: usize = 16;

/// The picture. It may be kept, but is asked for again: whoever changes theirs wants to see the new one.
pub async fn show(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let id = parameters.get("id").and_then(|id| URL_SAFE.decode(id).ok());
    let id = id
        .filter(|id| id.len() == ID_BYTES)
        .ok_or(Error::Invalid("Invalid id"))?;
    let avatar = Avatar::of_user(&database::open()?, &id).await?.ok_or(Error::NotFound)?;
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&avatar.digest));
    let known = request.header("if-none-match").unwrap_or_default();
    let is_known = known
        .split(',')
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    let response = if is_known {
        Response::new(304, Vec::new())
    } else {
        present(avatar)
    };
    Ok(response
        .with_header("etag", &tag)
        .with_header("cache-control", "no-cache"))
}

/// Somebody else made this file: it is shown as a picture or not at all.
fn present(avatar: Avatar) -> Response {
    let extension = avatar.media_type.trim_start_matches("image/");
    let disposition = format!("attachment; filename=\"avatar.{extension}\"");
    Response::new(200, avatar.file)
        .with_header("content-type", &avatar.media_type)
        .with_header("content-disposition", &disposition)
        .with_header("content-security-policy", "default-src 'none'; sandbox")
        .with_header("x-content-type-options", "nosniff")
}

/// Takes the part `file` of a form, and `csrf_token` where a page sends it.
pub async fn set(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    let outcome = Outcome::read(None, &head, &*settings::read(&database).await?)?;
    let bytes_max = limits::AVATAR_BYTES_MAX + limits::AVATAR_FORM_BYTES_MAX;
    let parts = body::read_parts(request, bytes_max)
        .await
        .map_err(|error| match error {
            Error::BodyTooLarge => Error::PictureTooLarge,
            other => other,
        })?;
    let (file, request_token) = file_and_token(parts)?;
    caller.authorize_change(&head.credentials, request_token.as_deref())?;
    Avatar::of_file(file)?.set(&database, &caller.account().id).await?;
    Ok(outcome.go(""))
}

pub async fn remove(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let caller = Caller::require(&database, &head.credentials).await?;
    caller.authorize_change(&head.credentials, None)?;
    avatar::remove(&database, &caller.account().id).await?;
    Ok(Response::text(200, ""))
}

fn file_and_token(parts: Parts) -> Result<(Vec<u8>, Option<String>), Error> {
    let (mut file, mut token) = (None, None);
    for (name, bytes) in parts {
        match name.as_str() {
            "file" if file.is_none() => file = Some(bytes),
            "csrf_token" if token.is_none() => token = String::from_utf8(bytes).ok(),
            _ => return Err(Error::Invalid("the form must have one part, named file")),
        }
    }
    let file = file.ok_or(Error::Invalid("the form must have one part, named file"))?;
    Ok((file, token))
}
