//! The identity service: tells other components who made a request.
//!
//! A token is verified once in an instance; whether its session still holds is looked up at most twice a second. So an answer may
//! be kept for half a second at least, and whoever is signed out, deleted or no admin any more is refused within a second, however
//! long their token would be good for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use guesthouse::bindings::wasi::clocks::system_clock;
use guesthouse::identity::provider::{self, Claim, ClaimValue, Credentials as Headers, Identity, Proof};
use guesthouse::sqlite::Database;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::sessions::Session;
use crate::tokens::Claims;
use crate::{cookies, database, limits, settings, tokens};

/// What is known of a token that one of our keys signed.
struct Known {
    claims: Claims,
    /// Its session, as it was when it was looked up.
    session: Option<(Instant, Option<Session>)>,
}

thread_local! {
    static KNOWN: RefCell<HashMap<String, Known>> = RefCell::default();
}

/// Who made a request with these header fields.
pub async fn identify(headers: Headers) -> Result<Identity, provider::Error> {
    let bytes: usize = headers.iter().map(|(_, value)| value.len()).sum();
    if bytes > limits::IDENTITY_BYTES_MAX {
        return Err(provider::Error::TooLarge);
    }
    find(&Credentials::read(&headers)).await.map_err(|error| match error {
        Error::Busy => provider::Error::Unavailable,
        error => provider::Error::Other(error.to_string()),
    })
}

async fn find(credentials: &Credentials) -> Result<Identity, Error> {
    let database = database::open()?;
    let token = credentials.bearer.as_ref().or(credentials.cookie_auth_token.as_ref());
    let proof = if credentials.bearer.is_some() {
        Proof::Explicit
    } else {
        Proof::Ambient
    };
    if let Some(token) = token
        && let Some((claims, session, age)) = by_token(&database, token).await?
    {
        return Ok(identity(&session, &claims, proof, age));
    }
    match &credentials.cookie_refresh_token {
        Some(refresh_token) => by_refresh_token(&database, refresh_token).await,
        None => Ok(anonymous(0)),
    }
}

/// The session of a token, and how long ago it was looked up.
async fn by_token(database: &Database, token: &str) -> Result<Option<(Claims, Session, Duration)>, Error> {
    let Some(claims) = claims(token).await? else {
        return Ok(None);
    };
    if let Some((session, age)) = kept_session(token) {
        return Ok(session.map(|session| (claims, session, age)));
    }
    let Some(id) = claims.session() else { return Ok(None) };
    let looked_up = Instant::now();
    let session = Session::by_id(database, &id).await?;
    KNOWN.with_borrow_mut(|known| {
        if let Some(known) = known.get_mut(token) {
            known.session = Some((looked_up, session.clone()));
        }
    });
    Ok(session.map(|session| (claims, session, looked_up.elapsed())))
}

/// What a token says, if it is one of ours and has not expired.
async fn claims(token: &str) -> Result<Option<Claims>, Error> {
    let known = KNOWN.with_borrow(|known| known.get(token).map(|known| known.claims.clone()));
    if let Some(claims) = known {
        return Ok(Some(claims).filter(|claims| claims.exp > database::now()));
    }
    let claims = tokens::verify(&*crate::keys::load().await?, token);
    if let Some(claims) = &claims {
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= limits::VERIFIED_TOKENS_MAX {
                known.clear();
            }
            let claims = claims.clone();
            known.insert(token.to_owned(), Known { claims, session: None });
        });
    }
    Ok(claims)
}

fn kept_session(token: &str) -> Option<(Option<Session>, Duration)> {
    KNOWN.with_borrow(|known| {
        let (looked_up, session) = known.get(token)?.session.as_ref()?;
        let age = looked_up.elapsed();
        (age < limits::SESSION_KEPT / 2).then(|| (session.clone(), age))
    })
}

/// A browser that has forgotten its auth token is given a new one along with the answer.
async fn by_refresh_token(database: &Database, refresh_token: &str) -> Result<Identity, Error> {
    let Some(session) = Session::by_refresh_token(database, refresh_token).await? else {
        return Ok(anonymous(0));
    };
    let settings = settings::read(database).await?;
    let Some((token, claims)) = session.mint(&settings).await? else {
        return Ok(anonymous(0));
    };
    let cookie = cookies::auth_token(&token, &settings, session.is_secure);
    Ok(Identity {
        keep_for_ms: 0,
        response_headers: vec![("set-cookie".into(), cookie.into_bytes())],
        ..identity(&session, &claims, Proof::Ambient, Duration::ZERO)
    })
}

fn anonymous(keep_for_ms: u32) -> Identity {
    Identity {
        caller: None,
        keep_for_ms,
        response_headers: Vec::new(),
    }
}

/// `age` is how long ago the session was looked up.
fn identity(session: &Session, claims: &Claims, proof: Proof, age: Duration) -> Identity {
    let account = &session.account;
    let text = |name: &str, value: &Option<String>| {
        let value = value.clone().map(ClaimValue::Text);
        value.map(|value| Claim {
            name: name.into(),
            value,
        })
    };
    let provider = Claim {
        name: "provider".into(),
        value: ClaimValue::Integer(account.provider),
    };
    let said = [
        text("email", &account.email),
        text("username", &account.username),
        Some(provider),
    ];
    let left_sec = claims.exp.saturating_sub(database::now());
    let left = Duration::from_secs(u64::try_from(left_sec).unwrap_or_default());
    let keep_for = limits::SESSION_KEPT.saturating_sub(age).min(left);
    Identity {
        caller: Some(provider::Caller {
            id: account.id.clone(),
            roles: if account.is_admin {
                vec!["admin".into()]
            } else {
                Vec::new()
            },
            proof,
            session: Some(session.id.clone()),
            request_token: Some(claims.csrf_token.clone()),
            expires: Some(system_clock::Instant {
                seconds: claims.exp,
                nanoseconds: 0,
            }),
            claims: said.into_iter().flatten().collect(),
        }),
        keep_for_ms: u32::try_from(keep_for.as_millis()).unwrap_or_default(),
        response_headers: Vec::new(),
    }
}
