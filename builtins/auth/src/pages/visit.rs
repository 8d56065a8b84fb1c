//! Somebody who opens a page: what they came with, and who they are.

use std::rc::Rc;

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::Database;

use super::carried::Carried;
use super::{LOGIN, PROFILE};
use crate::account::Account;
use crate::caller::Caller;
use crate::error::Error;
use crate::head::Head;
use crate::passkeys::relying_party::RelyingParty;
use crate::settings::{self, Settings};
use crate::{cookies, database, limits, redirect};

pub struct Visit {
    pub database: Database,
    pub settings: Rc<Settings>,
    pub head: Head,
    /// Who is signed in by cookies, as browsers do.
    pub caller: Option<Caller>,
}

/// Somebody signed in, on a page that changes things.
pub struct Member {
    pub visit: Visit,
    pub caller: Caller,
    /// What forms of the page have to repeat.
    pub request_token: String,
    /// The cookie that goes with it, where the one they came with was missing or soon to end.
    cookie: Option<String>,
}

impl Visit {
    pub async fn of(request: &Request) -> Result<Self, Error> {
        let head = Head::of(request);
        let database = database::open()?;
        let settings = settings::read(&database).await?;
        let caller = Caller::find(&database, &head.credentials).await?;
        Ok(Self {
            caller: caller.filter(|caller| !caller.account().is_pending()),
            database,
            settings,
            head,
        })
    }

    /// What the operator calls what is signed in to.
    pub fn application(&self) -> &str {
        &self.settings.application_name
    }

    /// Whether people may make themselves an account.
    pub fn takes_registrations(&self) -> bool {
        !self.settings.disable_registration && !self.settings.disable_password_auth
    }

    /// Whether there are passkeys where this server is reached: an address has none.
    pub fn takes_passkeys(&self) -> bool {
        RelyingParty::of(&self.head, &self.settings).is_ok()
    }

    /// What a new password has to be.
    pub fn password_hint(&self) -> String {
        let settings = &self.settings;
        let parts = [
            (
                settings.password_must_contain_upper_and_lower_case,
                "capital and small letters",
            ),
            (settings.password_must_contain_digits, "a digit"),
            (settings.password_must_contain_special_characters, "a special character"),
        ];
        let wanted: Vec<&str> = parts
            .iter()
            .filter(|(is_on, _)| *is_on)
            .map(|(_, part)| *part)
            .collect();
        let length = settings.password_minimal_length;
        match wanted.as_slice() {
            [] => format!("At least {length} characters."),
            wanted => format!("At least {length} characters, with {}.", wanted.join(", ")),
        }
    }

    /// What was said to them by whatever sent them here.
    pub fn alert(&self) -> Option<&str> {
        self.query("alert", limits::ALERT_BYTES_MAX)
    }

    /// Something short in the query that is not empty.
    pub fn query(&self, name: &str, bytes_max: usize) -> Option<&str> {
        let value = self.head.query.get(name)?;
        (!value.is_empty() && value.len() <= bytes_max).then_some(value)
    }

    pub fn carried(&self) -> Result<Carried, Error> {
        Carried::read(&self.head, &self.settings)
    }

    /// Sends somebody on who needs no page, with what was said to them.
    pub fn on_to(&self, place: &str) -> Response {
        match self.alert() {
            Some(alert) => Response::see_other(&redirect::with(place, "alert", alert)),
            None => Response::see_other(place),
        }
    }

    /// Somebody signed in; others are asked to, and come back to this page then.
    pub async fn member(mut self, page: &str) -> Result<Result<Member, Response>, Error> {
        let Some(caller) = self.caller.take() else {
            return Ok(Err(self.on_to(&redirect::with(LOGIN, "redirect_uri", page))));
        };
        // A form that is sent an hour later should still be taken: a token of which less than half is left is renewed.
        let half = database::now() + self.settings.auth_token_ttl_sec / 2;
        let current = caller.token.as_ref().filter(|(_, claims)| claims.exp > half);
        let (request_token, cookie) = match current {
            Some((_, claims)) => (claims.csrf_token.clone(), None),
            None => {
                let minted = caller.session.mint(&self.settings).await?;
                let (token, claims) = minted.ok_or(Error::Unauthorized)?;
                let cookie = cookies::auth_token(&token, &self.settings, self.head.is_secure);
                (claims.csrf_token, Some(cookie))
            }
        };
        Ok(Ok(Member {
            visit: self,
            caller,
            request_token,
            cookie,
        }))
    }

    /// Where somebody goes who has nothing more to do here.
    pub fn home(&self) -> &'static str {
        if self.caller.is_some() { PROFILE } else { LOGIN }
    }
}

impl Member {
    pub fn account(&self) -> &Account {
        self.caller.account()
    }

    /// What they are called, here.
    pub fn name(&self) -> &str {
        let account = self.account();
        let name = account.username.as_deref().or(account.email.as_deref());
        name.unwrap_or("somebody without a name")
    }

    pub fn keep_signed_in(&self, response: Response) -> Response {
        match &self.cookie {
            Some(cookie) => response.with_header("set-cookie", cookie),
            None => response,
        }
    }
}
