//! Knows callers by keys: the smallest thing that can take the place of accounts.
//!
//! A key comes as `Authorization: Bearer <token>` or, where it has a `request_token`, in the cookie `api_key`. What is no key is
//! anonymous. `PUT /api-keys/<token>?caller=<hexadecimal>` adds a key, with `roles`, `request_token`, `expires` and `email` if they
//! are given, for anybody: this is for tests. `DELETE /api-keys/<token>` takes it away.

mod keys;

use guesthouse::http::{Request, Response};
use guesthouse::identity::provider::{Credentials, Error, Identity, Proof};
use guesthouse::identity::revocation::provider::{self as revocation, Holder};
use keys::Key;

/// For how long an answer may be kept.
const KEEP_FOR_MS: u32 = 1000;
/// More than any key has.
const CREDENTIALS_BYTES_MAX: usize = 16 * 1024;

async fn identify(credentials: Credentials) -> Result<Identity, Error> {
    if credentials.iter().map(|(_, value)| value.len()).sum::<usize>() > CREDENTIALS_BYTES_MAX {
        return Err(Error::TooLarge);
    }
    let anonymous = Identity {
        caller: None,
        keep_for_ms: KEEP_FOR_MS,
        response_headers: Vec::new(),
    };
    let Some((token, proof)) = token(&credentials) else {
        return Ok(anonymous);
    };
    let caller = keys::find(token).await?.and_then(|key| key.into_caller(proof));
    Ok(Identity { caller, ..anonymous })
}

/// The key that came with a request, and how.
fn token(credentials: &Credentials) -> Option<(&str, Proof)> {
    let text = |wanted: &str| {
        let mut found = credentials.iter().filter(move |(name, _)| name == wanted);
        found.next().and_then(|(_, value)| std::str::from_utf8(value).ok())
    };
    if let Some(authorization) = text("authorization") {
        return Some((authorization.strip_prefix("Bearer ")?, Proof::Explicit));
    }
    let cookies = text("cookie")?
        .split(';')
        .filter_map(|cookie| cookie.trim().split_once('='));
    let key = cookies
        .filter(|(name, _)| *name == "api_key")
        .map(|(_, value)| value)
        .next()?;
    Some((key, Proof::Ambient))
}

/// Those who have no key any more.
async fn revoked(holders: Vec<Holder>) -> Result<Vec<u32>, revocation::Error> {
    let mut places = Vec::new();
    for (place, holder) in (0..).zip(&holders) {
        match keys::has_any(&holder.id).await {
            Ok(true) => {}
            Ok(false) => places.push(place),
            Err(error) => return Err(revocation::Error::Other(error.to_string())),
        }
    }
    Ok(places)
}

async fn handle(request: Request) -> Response {
    let token = request.path().trim_start_matches("/api-keys/").to_owned();
    let done = match request.method() {
        "PUT" => match Key::from_fields(&request.query_fields()) {
            Some(key) => keys::put(&token, key).await,
            None => return Response::text(400, "caller is missing, or no hexadecimal"),
        },
        "DELETE" => keys::delete(&token).await,
        _ => return Response::text(405, "PUT or DELETE"),
    };
    match done {
        Ok(()) => Response::text(200, "done"),
        Err(error) => Response::text(500, &error.to_string()),
    }
}

guesthouse::serve!(handle);
guesthouse::provide_identity!(identify);
guesthouse::provide_revocation!(revoked);
