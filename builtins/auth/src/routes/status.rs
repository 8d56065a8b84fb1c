//! `GET status`: whether the caller is signed in, and the tokens by which they are, for pages whose scripts cannot read cookies.

use guesthouse::http::{Request, Response};
use serde_json::json;

use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::sessions::Session;
use crate::{cookies, database, settings};

pub async fn status(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let Some(refresh_token) = head.credentials.any_refresh_token() else {
        let caller = Caller::find(&database, &head.credentials).await?;
        return Ok(match caller.and_then(|caller| caller.token) {
            Some((token, claims)) => present(Some(&token), None, Some(&claims.csrf_token)),
            None => present(None, None, None),
        });
    };
    let settings = settings::read(&database).await?;
    let session = Session::by_refresh_token(&database, refresh_token)
        .await?
        .ok_or(Error::Unauthorized)?;
    let (token, claims) = session.mint(&settings).await?.ok_or(Error::Unauthorized)?;
    let response = present(Some(&token), Some(refresh_token), Some(&claims.csrf_token));
    if head.credentials.cookie_refresh_token.is_none() {
        return Ok(response);
    }
    Ok(response.with_header("set-cookie", &cookies::auth_token(&token, &settings, head.is_secure)))
}

fn present(auth_token: Option<&str>, refresh_token: Option<&str>, csrf_token: Option<&str>) -> Response {
    let tokens = json!({ "auth_token": auth_token, "refresh_token": refresh_token, "csrf_token": csrf_token });
    Response::json(200, &tokens)
}
