//! `POST passkey/login/begin`, `POST passkey/login/finish`: sign in by a passkey, which says by itself whose it is.

use guesthouse::http::{Request, Response};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::head::Head;
use crate::passkeys::relying_party::RelyingParty;
use crate::passkeys::{assertion, challenges, store};
use crate::sessions::Opening;
use crate::sign_in::{Answer, Wish};
use crate::{body, database, settings};

#[derive(Deserialize)]
struct Finish {
    /// In a form it is the text of the JSON.
    credential: Value,
    #[serde(flatten)]
    wish: Wish,
}

pub async fn begin(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let party = RelyingParty::of(&head, &*settings::read(&database).await?)?;
    let offer = assertion::offer(&party)?;
    challenges::keep(&database, offer.pending, None).await?;
    Ok(Response::json(200, &offer.options))
}

/// The answer is the same for a passkey that nobody has and for one that is misused. It counts as both factors: somebody has the
/// authenticator, and it knew them.
pub async fn finish(request: Request) -> Result<Response, Error> {
    let head = Head::of(&request);
    let (body, kind) = body::read::<Finish>(request).await?;
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let answer = Answer::read(body.wish, kind, &head, &settings)?;
    let party = RelyingParty::of(&head, &settings)?;

    let (assertion, challenge) = assertion::read(&body.credential, &party)?;
    let state = challenges::take(&database, challenge, None).await?;
    let state = state.ok_or(Error::Unauthorized)?;
    let id = assertion.raw_id();
    let user = assertion.response().user_handle();
    let stored = store::find(&database, id.as_ref(), user.as_ref()).await?;
    let stored = stored.ok_or(Error::Unauthorized)?;
    let used = assertion::verify(&state, &assertion, &stored, &party)?;
    if stored.account.is_pending() || !store::count_use(&database, id.as_ref(), &stored, &used).await? {
        return Err(Error::Unauthorized);
    }
    let opening = Opening {
        account: &stored.account,
        mfa: true,
        is_secure: head.is_secure,
        user_agent: head.user_agent.as_deref(),
        attempts: None,
    };
    answer.sign_in(&database, &opening, &settings).await
}
