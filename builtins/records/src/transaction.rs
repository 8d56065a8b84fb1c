//! POST of several operations: one after another, or all in one transaction.

use std::fmt;
use std::rc::Rc;

use guesthouse::http::{Request, Response};
use guesthouse::sqlite::Database;
use record_api::api::{Api, Operation};
use record_api::caller::Caller;
use record_api::catalog;
use record_api::catalog::Served;
use record_api::error::Error;
use record_api::id::Key;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::decode;
use crate::write::{self, Write};
use crate::{json, limits, media_type};

/// What a request asks for.
#[derive(Debug, Deserialize)]
struct Execute<'a> {
    #[serde(borrow, deserialize_with = "bounded")]
    operations: Bounded<'a>,
    /// Whether all are done or none. Absent is the same as false.
    transaction: Option<bool>,
}

/// The operations; nothing if there are more than one request may have.
type Bounded<'a> = Option<Vec<Requested<'a>>>;

/// One operation. What is in the record is read when it is known for which table.
#[derive(Debug, Deserialize)]
enum Requested<'a> {
    Create {
        api_name: String,
        #[serde(borrow)]
        value: &'a RawValue,
    },
    Update {
        api_name: String,
        record_id: RecordId,
        #[serde(borrow)]
        value: &'a RawValue,
    },
    Delete {
        api_name: String,
        record_id: RecordId,
    },
}

/// An id as clients have it: some send the number of an INTEGER key.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum RecordId {
    Text(String),
    Number(i64),
}

/// What became of one operation.
#[derive(Debug, Serialize)]
enum Outcome {
    Id(String),
    Error(&'static str),
}

#[derive(Serialize)]
struct Answer<'a> {
    results: &'a [Outcome],
    /// The ids among the results, for clients that know nothing of results yet.
    ids: Vec<&'a str>,
}

/// Does what the body asks for.
pub async fn execute(caller: &Caller, request: Request) -> Result<Response, Error> {
    media_type::expect_json(&request)?;
    let body = request.body(limits::BODY_BYTES_MAX).await?;
    let Execute {
        operations,
        transaction,
    } = parse(&body)?;
    let operations = operations.ok_or(Error::BatchTooLarge(limits::TRANSACTION_OPERATIONS_MAX))?;
    let served = apis(&operations).await?;
    let Some(Served { database, .. }) = served.first() else {
        return Ok(answer(&[]));
    };
    if served.iter().any(|other| !Rc::ptr_eq(&other.database, database)) {
        return Err(Error::SeveralDatabases);
    }
    let apis: Vec<&Api> = served.iter().map(|served| &*served.api).collect();
    let outcomes = match transaction {
        Some(true) => together(database, caller, &apis, &operations).await?,
        _ => one_by_one(database, caller, &apis, &operations).await?,
    };
    Ok(answer(&outcomes))
}

fn parse(body: &[u8]) -> Result<Execute<'_>, Error> {
    serde_json::from_slice(body).map_err(|error| match serde_json::from_slice::<IgnoredAny>(body) {
        Ok(_) => Error::WrongShape(format!("the body is not what is expected: {error}")),
        Err(error) => Error::MalformedBody(format!("the body is not JSON: {error}")),
    })
}

/// The APIs of the operations: an unknown one fails all before anything is done.
async fn apis(operations: &[Requested<'_>]) -> Result<Vec<Served>, Error> {
    let mut apis = Vec::with_capacity(operations.len());
    for operation in operations {
        apis.push(catalog::writable(operation.api_name()).await?);
    }
    Ok(apis)
}

async fn together(
    database: &Database,
    caller: &Caller,
    apis: &[&Api],
    operations: &[Requested<'_>],
) -> Result<Vec<Outcome>, Error> {
    let pairs = || apis.iter().zip(operations);
    let writes: Result<Vec<Write<'_>>, Error> = pairs().map(|(api, operation)| operation.write(api, caller)).collect();
    let keys = write::all(database, writes?).await?;
    Ok(operations
        .iter()
        .zip(keys)
        .map(|(operation, key)| operation.outcome(key))
        .collect())
}

/// What is done stays done when a later operation fails.
async fn one_by_one(
    database: &Database,
    caller: &Caller,
    apis: &[&Api],
    operations: &[Requested<'_>],
) -> Result<Vec<Outcome>, Error> {
    let mut outcomes = Vec::with_capacity(operations.len());
    for (api, operation) in apis.iter().zip(operations) {
        let key = operation.write(api, caller)?.alone(database).await?;
        outcomes.push(operation.outcome(key));
    }
    Ok(outcomes)
}

fn answer(outcomes: &[Outcome]) -> Response {
    let ids = outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Id(id) => Some(id.as_str()),
        Outcome::Error(_) => None,
    });
    let answer = Answer {
        results: outcomes,
        ids: ids.collect(),
    };
    json(serde_json::to_vec(&answer).expect("text always has a JSON form"))
}

impl Requested<'_> {
    fn api_name(&self) -> &str {
        match self {
            Self::Create { api_name, .. } | Self::Update { api_name, .. } | Self::Delete { api_name, .. } => api_name,
        }
    }

    /// The write that it stands for, if the access lists allow it.
    fn write<'a>(&self, api: &'a Api, caller: &Caller) -> Result<Write<'a>, Error> {
        match self {
            Self::Create { value, .. } => {
                api.authorize(Operation::Create, caller)?;
                Ok(Write::create(api, caller, record(api, value)?))
            }
            Self::Update { record_id, value, .. } => {
                api.authorize(Operation::Update, caller)?;
                let key = record_id.key(api)?;
                Write::update(api, caller, key, record(api, value)?)
            }
            Self::Delete { record_id, .. } => {
                api.authorize(Operation::Delete, caller)?;
                Ok(Write::delete(api, caller, record_id.key(api)?))
            }
        }
    }

    /// What the client is told: the id as it sent it, where it did.
    fn outcome(&self, key: Option<Key>) -> Outcome {
        match (self, key) {
            (Self::Update { record_id, .. } | Self::Delete { record_id, .. }, _) => Outcome::Id(record_id.to_text()),
            (Self::Create { .. }, Some(key)) => Outcome::Id(key.to_text()),
            (Self::Create { .. }, None) => Outcome::Error("passed over: such a record exists already"),
        }
    }
}

fn record(api: &Api, value: &RawValue) -> Result<decode::Assignments, Error> {
    match value.get().starts_with('{') {
        true => decode::one(&api.table, value.get().as_bytes()),
        false => Err(Error::NotARecord),
    }
}

impl RecordId {
    fn key(&self, api: &Api) -> Result<Key, Error> {
        Key::parse(api.table.key_kind, &self.to_text())
    }

    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Reads no more operations than one request may have.
fn bounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bounded<'de>, D::Error> {
    struct Operations;

    impl<'de> Visitor<'de> for Operations {
        type Value = Bounded<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of operations")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut operations = Vec::new();
            while operations.len() < limits::TRANSACTION_OPERATIONS_MAX {
                match list.next_element()? {
                    Some(operation) => operations.push(operation),
                    None => return Ok(Some(operations)),
                }
            }
            let mut has_more = false;
            while list.next_element::<IgnoredAny>()?.is_some() {
                has_more = true;
            }
            Ok((!has_more).then_some(operations))
        }
    }

    deserializer.deserialize_seq(Operations)
}

#[cfg(test)]
mod tests;
