//! Says who is calling, as the component that provides identities has it.
//!
//! `/whoami` answers `anonymous`, the caller's id as text, or 503 where nobody answers. `/whoami/all` tells everything that is
//! known of the caller. `/whoami/provider` answers the number of the provider of identities, and that of a service without a grant.

use guesthouse::bindings::guesthouse::host::services;
use guesthouse::http::{Request, Response};
use guesthouse::identity::{self, Caller, Error};

async fn handle(request: Request) -> Response {
    if request.path() == "/whoami/provider" {
        let number = services::provider("guesthouse:identity/authenticator");
        let ungranted = services::provider("acme:shop/prices");
        return Response::text(200, &format!("{number:?} {ungranted:?}"));
    }
    let identity = match identity::identify(&request).await {
        Ok(identity) => identity,
        Err(Error::Unavailable) => return Response::text(503, "nobody answers"),
        Err(error) => return Response::text(500, &format!("{error:?}")),
    };
    let text = match &identity.caller {
        None => "anonymous".into(),
        Some(caller) if request.path() == "/whoami/all" => everything(caller),
        Some(caller) => String::from_utf8_lossy(&caller.id).into_owned(),
    };
    Response::text(200, &text).with_headers(identity.response_headers)
}

fn everything(caller: &Caller) -> String {
    let Caller {
        id,
        roles,
        proof,
        session,
        request_token,
        expires,
        claims,
    } = caller;
    let id = String::from_utf8_lossy(id);
    format!("{id} {roles:?} {proof:?} {session:?} {request_token:?} {expires:?} {claims:?}")
}

guesthouse::serve!(handle);
