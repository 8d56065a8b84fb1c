//! A request to end something of the caller's own: `DELETE` of a program, or `POST` of a page, for HTML knows no DELETE.

use guesthouse::http::Request;
use guesthouse::sqlite::Database;
use serde::Deserialize;

use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::outcome::Outcome;
use crate::{body, database, settings};

/// Such a request, authorized.
pub struct Removal {
    pub database: Database,
    pub caller: Caller,
    pub outcome: Outcome,
    /// Whether the client reaches this server over https.
    pub is_secure: bool,
}

#[derive(Default, Deserialize)]
struct Body {
    csrf_token: Option<String>,
    redirect_uri: Option<String>,
}

impl Removal {
    /// Reads it, and sees that the caller is known and meant it.
    pub async fn authorize(request: Request) -> Result<Self, Error> {
        let head = Head::of(&request);
        let body = match request.method() {
            "POST" => body::read::<Body>(request).await?.0,
            _ => Body::default(),
        };
        let database = database::open()?;
        let caller = Caller::require(&database, &head.credentials).await?;
        caller.authorize_change(&head.credentials, body.csrf_token.as_deref())?;
        let settings = settings::read(&database).await?;
        let outcome = Outcome::read(body.redirect_uri.as_deref(), &head, &settings)?;
        Ok(Self {
            database,
            caller,
            outcome,
            is_secure: head.is_secure,
        })
    }
}
