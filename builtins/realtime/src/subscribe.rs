//! GET of a subscription: who may listen to what, and what they missed.
//!
//! A listener listens before its request is answered, and gets nothing from before that: it is accepted held, the end of the log is
//! looked up then, and it is released for what comes behind it.

use guesthouse::changes::Log;
use guesthouse::http::{Headers, Request, Response};
use guesthouse::sqlite::{Error as DatabaseError, HostError};
use guesthouse::sse::{self, Event, Listener, ListenerId, Target as SseTarget};
use record_api::api::Operation;
use record_api::caller::{self, Caller};
use record_api::catalog::{self, Served};
use record_api::error::Error as RecordError;
use record_api::expand::Expand;
use record_api::id::Key;
use record_api::query::form;
use record_api::read;

use crate::class::{Audience, Class, Target};
use crate::error::Error;
use crate::place::Place;
use crate::resume::{Missed, Resume, Then, missed};
use crate::route::Route;
use crate::topics::{self, Session};
use crate::{evaluate, event, filter, limits};

/// Answers a request.
pub async fn handle(request: Request) -> Response {
    let identity = match caller::identify(&request).await {
        Ok(identity) => identity,
        Err(error) => return error.into_response(),
    };
    let answer = subscribe(&request, &Caller::of(&identity), identity.response_headers.clone()).await;
    answer.unwrap_or_else(|error| error.into_response().with_headers(identity.response_headers))
}

async fn subscribe(request: &Request, caller: &Caller, headers: Headers) -> Result<Response, Error> {
    let route = Route::parse(request.method(), request.path())?;
    let query = request.query().unwrap_or_default();
    let served = catalog::api(&route.api).await?;
    let target = authorize(&served, caller, &route).await?;
    let class = class(&served, caller, &route, target, query).await?;
    let resume = Resume::asked(request)?;
    refuse_web_sockets(query)?;
    listen(&served, caller, &class, &resume, headers).await
}

/// Finds what the caller asks for, if it may be listened to.
async fn authorize(served: &Served, caller: &Caller, route: &Route<'_>) -> Result<Target, Error> {
    let Served { api, database, .. } = served;
    if !api.has_subscriptions {
        return Err(RecordError::Forbidden.into());
    }
    if api.table.is_view {
        return Err(RecordError::MethodNotAllowed.into());
    }
    api.authorize(Operation::Read, caller)?;
    if route.id == "*" {
        return Ok(Target::Table);
    }
    let key = Key::parse(api.table.key_kind, &route.id)?;
    read::record(database, api, caller, key, &Expand::default()).await?;
    Ok(Target::Record(key.to_text()))
}

/// The class of the caller, if filter and rule can be evaluated.
async fn class(
    served: &Served,
    caller: &Caller,
    route: &Route<'_>,
    target: Target,
    query: &str,
) -> Result<Class, Error> {
    let class = Class {
        place: Place::of(served),
        api: route.api.clone().into_owned(),
        audience: Audience::of(&served.api, caller),
        filter: match target {
            Target::Table => filter::canonical(query)?,
            Target::Record(_) => String::new(),
        },
        target,
    };
    if class.to_topic().len() > limits::CLASS_BYTES_MAX {
        return Err(RecordError::TooLarge.into());
    }
    check(served, &class).await?;
    Ok(class)
}

async fn check(served: &Served, class: &Class) -> Result<(), Error> {
    let Served { api, database, .. } = served;
    let group = filter::parse(&class.filter)?.group;
    if !group.is_empty() {
        let (sql, parameters) = evaluate::probe(api, &group)?;
        database
            .query(&sql, parameters)
            .await
            .map_err(RecordError::of_request)?;
    }
    if evaluate::is_asked(api, &group) {
        let (sql, _) = evaluate::of_empty_row(api, &group)?;
        database.describe(&sql).await.map_err(|error| match error {
            DatabaseError::Host(HostError::Sql(why)) => api.access.denied_by_mistake(Operation::Read, &why),
            error => RecordError::of_server(error),
        })?;
    }
    Ok(())
}

/// The protocol has a second form that is not served.
fn refuse_web_sockets(query: &str) -> Result<(), Error> {
    for pair in form::pairs(query) {
        let (name, value) = pair?;
        if name == "ws" && value == "true" {
            return Err(RecordError::Unsupported("ws unsupported").into());
        }
    }
    Ok(())
}

async fn listen(
    served: &Served,
    caller: &Caller,
    class: &Class,
    resume: &Resume,
    headers: Headers,
) -> Result<Response, Error> {
    // From now on the changes of the table are kept.
    let log = Log::open(&class.place.database, &[&class.place.table])?;
    let mut listener = Listener::on(class.to_topic()).headers(headers).held();
    if let Some(known) = caller.known() {
        listener = listener.and_on(Session::of(known).to_topic());
    }
    listener = match resume.has_ids() {
        true => listener.and_on(topics::resumable(&class.place)).with_ids(),
        false => (listener.and_on(topics::plain(&class.place))).replace_overflow(event::loss()),
    };
    let accepted = listener.accept()?;
    let through = log.end();
    let missed = match resume {
        Resume::Plain | Resume::Fresh => Missed::nothing(through),
        Resume::Lost => Missed::loss(through),
        Resume::Since(since) => missed(&log, served, class, *since, through).await?,
    };
    release(accepted.listener, &missed, || Missed::loss(through), through.number)?;
    Ok(accepted.response)
}

/// What a listener gets last.
fn last(then: Then) -> Option<Event> {
    (then == Then::Denied).then(event::denied)
}

fn release(
    listener: ListenerId,
    missed: &Missed,
    instead: impl FnOnce() -> Missed,
    through: u64,
) -> Result<(), sse::Error> {
    let goes_on = missed.then == Then::New;
    // Who gets no more than this gets nothing that was sent meanwhile either: that is for later.
    let left_out = if goes_on { through } else { u64::MAX };
    match sse::release(listener, &missed.events, left_out) {
        Err(sse::Error::TooLarge(_)) => return sse::release(listener, &instead().events, through),
        released => released?,
    }
    if !goes_on {
        sse::close(&[SseTarget::Listener(listener)], last(missed.then).as_ref())?;
    }
    Ok(())
}
