//! Says who is calling, as the component that provides identities has it.
//!
//! `/whoami` answers `anonymous`, the caller's id as text, or 503 where nobody answers. `/whoami/all` tells everything that is
//! known of the caller, `/whoami/holder` their id and session in hexadecimal, with a dot between. `/whoami/revoked?holder=<id>.<session>`,
//! for as many as there are, answers the places of those who are known no more. `/whoami/provider` answers the number of the provider of identities, and that of a service without a grant.

use guesthouse::bindings::guesthouse::host::services;
use guesthouse::http::{Request, Response};
use guesthouse::identity::revocation::{self, Holder};
use guesthouse::identity::{self, Caller, Error};

async fn handle(request: Request) -> Response {
    if request.path() == "/whoami/provider" {
        let number = services::provider("guesthouse:identity/authenticator");
        let ungranted = services::provider("acme:shop/prices");
        return Response::text(200, &format!("{number:?} {ungranted:?}"));
    }
    if request.path() == "/whoami/revoked" {
        let fields = request.query_fields();
        let holders: Vec<Holder> = fields.all("holder").map(holder).collect();
        return match revocation::revoked(holders).await {
            Ok(places) => Response::text(200, &format!("{places:?}")),
            Err(error) => Response::text(503, &format!("{error:?}")),
        };
    }
    let identity = match identity::identify(&request).await {
        Ok(identity) => identity,
        Err(Error::Unavailable) => return Response::text(503, "nobody answers"),
        Err(error) => return Response::text(500, &format!("{error:?}")),
    };
    let text = match &identity.caller {
        None => "anonymous".into(),
        Some(caller) if request.path() == "/whoami/all" => everything(caller),
        Some(caller) if request.path() == "/whoami/holder" => {
            let session = caller.session.as_deref().unwrap_or_default();
            format!("{}.{}", hexadecimal(&caller.id), hexadecimal(session))
        }
        Some(caller) => String::from_utf8_lossy(&caller.id).into_owned(),
    };
    Response::text(200, &text).with_headers(identity.response_headers)
}

fn holder(text: &str) -> Holder {
    let bytes = |text: &str| {
        let digits: Vec<u8> = text
            .chars()
            .filter_map(|digit| digit.to_digit(16).map(|digit| digit as u8))
            .collect();
        digits
            .chunks_exact(2)
            .map(|pair| pair[0] * 16 + pair[1])
            .collect::<Vec<u8>>()
    };
    let (id, session) = text.split_once('.').unwrap_or((text, ""));
    Holder {
        id: bytes(id),
        session: (!session.is_empty()).then(|| bytes(session)),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
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
