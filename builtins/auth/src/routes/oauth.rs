//! `oauth/...`: sign in by another server.

use guesthouse::http::{Fields, Parameters, Request, Response};
use serde_json::json;

use crate::body;
use crate::cookies;
use crate::error::Error;
use crate::head::Head;
use crate::oauth::accounts;
use crate::oauth::failure::Failure;
use crate::oauth::flow::{self, plain};
use crate::oauth::provider::Provider;
use crate::oauth::state::{self, COOKIE, COOKIE_PATH, State};
use crate::sessions::Opening;
use crate::settings::{self, Settings};
use crate::sign_in::{Answer, Wish};
use crate::{database, limits, redirect};

/// `GET oauth/providers`: by which servers people can sign in.
pub async fn providers() -> Result<Response, Error> {
    let database = database::open()?;
    let providers = Provider::all(&database).await?;
    let names: Vec<_> = providers
        .iter()
        .map(|provider| (provider.name(), &provider.display_name))
        .collect();
    Ok(Response::json(200, &json!({ "providers": names })))
}

/// `GET oauth/{name}/login`: sends the browser there.
pub async fn login(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let head = Head::of(&request);
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let provider = named(&database, &parameters).await?;
    let wish = Wish::of_query(&head.query);
    let answer = read_answer(&wish, &head, &settings)?;
    let origin = head
        .origin
        .as_deref()
        .ok_or(Error::Invalid("the request names no host"))?;
    let callback = format!("{origin}{COOKIE_PATH}{}/callback", provider.name());
    let state = State::new(provider.name(), callback, wish)?;
    let cookie = state.seal().await?;
    match flow::begin(&provider, &state).await {
        Ok(url) => Ok(Response::see_other(&url).with_header("set-cookie", &state::set_cookie(&cookie, head.is_secure))),
        Err(failure) => answer.fail(failure.into()),
    }
}

/// `GET oauth/{name}/callback`: the browser comes back.
pub async fn callback(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let cookie = cookies::of_request(&request, COOKIE);
    let head = Head::of(&request);
    let response = match come_back(&head, cookie.as_deref(), &parameters).await {
        Err(error @ Error::Oauth(Failure::UnknownProvider)) => return Err(error),
        result => result.unwrap_or_else(Error::into_response),
    };
    // The address of this page holds a code, and the cookie has served.
    let response = response.with_header("referrer-policy", "no-referrer");
    if cookie.is_none() {
        return Ok(response);
    }
    Ok(response.with_header("set-cookie", &state::remove_cookie(head.is_secure)))
}

/// `POST oauth/{name}/callback`: a provider that lets the browser send a form. Browsers do not send our cookie along with one from
/// elsewhere, so they are asked to come again by themselves. Of the form nothing counts but what a query could hold.
pub async fn callback_by_form(request: Request, parameters: Parameters) -> Result<Response, Error> {
    let database = database::open()?;
    let provider = named(&database, &parameters).await?;
    let fields = request.form(limits::BODY_BYTES_MAX).await?;
    let mut to = format!("{COOKIE_PATH}{}/callback", provider.name());
    for name in ["code", "state", "error", "iss"] {
        if let Some(value) = fields.get(name) {
            to = redirect::with(&to, name, value);
        }
    }
    Ok(Response::see_other(&to).with_header("referrer-policy", "no-referrer"))
}

async fn come_back(head: &Head, cookie: Option<&str>, parameters: &Parameters) -> Result<Response, Error> {
    let database = database::open()?;
    let settings = settings::read(&database).await?;
    let provider = named(&database, parameters).await?;
    let (Some(cookie), Some(text)) = (cookie, head.query.get("state")) else {
        return Err(Failure::InvalidState.into());
    };
    let state = State::take(&database, cookie, provider.name(), text).await?;
    let answer = read_answer(&state.wish, head, &settings)?.after_other_site();
    let signed_in = async {
        let code = read_code(&provider, &head.query)?;
        let profile = flow::finish(&provider, &state, code, head.query.get("iss")).await?;
        let account = accounts::find_or_create(&database, &settings, &provider, &profile).await?;
        if account.totp_secret.is_some() {
            return answer.ask_for_second_factor(&database, &account).await;
        }
        let opening = Opening {
            account: &account,
            mfa: false,
            is_secure: head.is_secure,
            user_agent: head.user_agent.as_deref(),
            attempts: None,
        };
        answer.sign_in(&database, &opening, &settings).await
    };
    match signed_in.await {
        Err(error @ Error::Oauth(_)) => answer.fail(error),
        result => result,
    }
}

/// How the sign-in is to be answered: what the query says besides is not asked, for it comes from elsewhere.
fn read_answer(wish: &Wish, head: &Head, settings: &Settings) -> Result<Answer, Error> {
    let head = Head {
        query: Fields::default(),
        ..head.clone()
    };
    Answer::read(
        wish.clone().with_second_factor_page(),
        body::Kind::Form,
        &head,
        settings,
    )
}

fn read_code<'a>(provider: &Provider, query: &'a Fields) -> Result<&'a str, Failure> {
    let code = query
        .get("code")
        .filter(|code| !code.is_empty() && code.len() <= limits::PROVIDER_TOKEN_BYTES_MAX);
    code.filter(|_| query.get("error").is_none())
        .ok_or_else(|| Failure::Refused {
            provider: provider.display_name.clone(),
            code: query.get("error").map(|code| plain(code).to_owned()),
        })
}

async fn named(database: &guesthouse::sqlite::Database, parameters: &Parameters) -> Result<Provider, Error> {
    let name = parameters.get("name").unwrap_or_default();
    let provider = Provider::by_name(database, name).await?;
    provider.ok_or(Error::Oauth(Failure::UnknownProvider))
}
