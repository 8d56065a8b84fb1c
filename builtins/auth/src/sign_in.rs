//! The end of every way to sign in: who somebody is has been found out, now they are told so.

use guesthouse::http::{Fields, Response};
use guesthouse::sqlite::Database;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::account::Account;
use crate::body::Kind;
use crate::codes::{self, Code, Purpose};
use crate::cookies::{self, SameSite};
use crate::error::Error;
use crate::form_errors::sentence;
use crate::head::Head;
use crate::pages::SECOND_FACTOR;
use crate::redirect::{self, Destination};
use crate::sessions::{self, Opening};
use crate::settings::Settings;

/// What a request may say of how it wants to be answered, in its query or its body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    redirect_uri: Option<String>,
    mfa_redirect_uri: Option<String>,
    response_type: Option<String>,
    pkce_code_challenge: Option<String>,
    /// Where errors are said, if not where the rest goes. Of forms `form_errors` sees to it.
    error_redirect_uri: Option<String>,
}

/// How a request is to be answered, once it was found to be allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    kind: Kind,
    is_secure: bool,
    to: Option<Destination>,
    mfa_to: Option<Destination>,
    errors_to: Option<Destination>,
    /// Somebody wants an authorization code, and will have to answer this challenge for it.
    challenge: Option<String>,
    same_site: SameSite,
}

impl Wish {
    /// What the query says.
    pub fn of_query(query: &Fields) -> Self {
        Self::default().with_query(query)
    }

    /// What the query says counts more than what the body does.
    fn with_query(self, query: &Fields) -> Self {
        let either = |name, in_body: Option<String>| {
            let text = query.get(name).map(str::to_owned).or(in_body);
            text.filter(|text| !text.is_empty())
        };
        Self {
            redirect_uri: either("redirect_uri", self.redirect_uri),
            mfa_redirect_uri: either("mfa_redirect_uri", self.mfa_redirect_uri),
            response_type: either("response_type", self.response_type),
            pkce_code_challenge: either("pkce_code_challenge", self.pkce_code_challenge),
            error_redirect_uri: either("error_redirect_uri", self.error_redirect_uri),
        }
    }

    /// Asks for a second factor on our own page where no other was named: for browsers, which can do nothing with a status.
    pub fn with_second_factor_page(self) -> Self {
        let carried = [
            ("redirect_uri", &self.redirect_uri),
            ("response_type", &self.response_type),
            ("pkce_code_challenge", &self.pkce_code_challenge),
        ];
        let named = carried
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let page = named.fold(SECOND_FACTOR.to_owned(), |page, (name, value)| {
            redirect::with(&page, name, value)
        });
        Self {
            mfa_redirect_uri: self.mfa_redirect_uri.clone().or(Some(page)),
            ..self
        }
    }
}

impl Answer {
    /// Checks what a request wishes. This comes before anything is looked up, so that it tells nothing of accounts.
    pub fn read(wish: Wish, kind: Kind, head: &Head, settings: &Settings) -> Result<Self, Error> {
        let wish = wish.with_query(&head.query);
        let destination = |text: Option<String>| {
            let text = text.as_deref();
            text.map(|text| Destination::read(text, head.origin.as_deref(), settings))
                .transpose()
        };
        let (to, mfa_to) = (destination(wish.redirect_uri)?, destination(wish.mfa_redirect_uri)?);
        let errors_to = destination(wish.error_redirect_uri)?;
        let challenge = match (wish.response_type.as_deref(), wish.pkce_code_challenge) {
            (None | Some("token"), None) => None,
            (None | Some("token"), Some(_)) => {
                return Err(Error::Invalid("pkce_code_challenge needs response_type=code"));
            }
            (Some("code"), Some(challenge)) if codes::is_challenge(&challenge) && to.is_some() => Some(challenge),
            (Some("code"), _) => {
                return Err(Error::Invalid(
                    "response_type=code needs redirect_uri, and pkce_code_challenge in base64url of S256",
                ));
            }
            _ => return Err(Error::Invalid("response_type is token or code")),
        };
        Ok(Self {
            kind,
            is_secure: head.is_secure,
            to,
            mfa_to,
            errors_to,
            challenge,
            same_site: SameSite::Strict,
        })
    }

    /// The same, for a browser that another site led here.
    pub fn after_other_site(self) -> Self {
        Self {
            same_site: SameSite::Lax,
            ..self
        }
    }

    /// Says what went wrong: a person who is sent on is told in the query there.
    pub fn fail(&self, error: Error) -> Result<Response, Error> {
        let Some(to) = self.errors_to.as_ref().or(self.to.as_ref()) else {
            return Err(error);
        };
        error.tell_operator();
        Ok(Response::see_other(&to.with("alert", &sentence(&error.to_string()))))
    }

    /// Tells somebody who they are: in JSON, in cookies, or by an authorization code.
    pub async fn sign_in(
        &self,
        database: &Database,
        opening: &Opening<'_>,
        settings: &Settings,
    ) -> Result<Response, Error> {
        if let (Some(challenge), Some(to)) = (&self.challenge, &self.to) {
            let code = Code {
                user: opening.account.id.clone(),
                detail: Some(challenge.clone()),
                mfa: opening.mfa,
            };
            let code = codes::give_out(database, Purpose::Authorization, &code).await?;
            return Ok(Response::see_other(&to.with("code", &code)));
        }
        let tokens = sessions::open(database, opening, settings).await?;
        if self.kind == Kind::Json {
            return Ok(Response::json(200, &tokens));
        }
        let refresh_ttl_sec = sessions::refresh_ttl_sec(opening.account, settings);
        let response = match &self.to {
            Some(to) => Response::see_other(to.as_str()),
            None => Response::text(200, "logged in"),
        };
        Ok(cookies::set(
            response,
            &tokens,
            refresh_ttl_sec,
            settings,
            self.is_secure,
            self.same_site,
        ))
    }

    /// Asks somebody for the second factor who gave the first.
    pub async fn ask_for_second_factor(&self, database: &Database, account: &Account) -> Result<Response, Error> {
        let code = Code {
            user: account.id.clone(),
            detail: None,
            mfa: false,
        };
        let token = codes::give_out(database, Purpose::Mfa, &code).await?;
        match &self.mfa_to {
            Some(to) if self.kind == Kind::Form => Ok(Response::see_other(&to.with("mfa_token", &token))),
            _ => Ok(Response::json(403, &json!({ "mfa_token": token }))),
        }
    }
}
