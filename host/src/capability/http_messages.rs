//! `guesthouse:host/http-messages`: a small message in one call instead of many.

use super::bindings::http_messages::{self, Error, Head};
use crate::runtime::State;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use wasmtime::component::{Accessor, HasData, Linker, Resource};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::p3::{Request, Response};

/// The field in which the server keeps the client's address. It never comes from the client.
pub const CLIENT_ADDRESS: HeaderName = HeaderName::from_static("guesthouse-client-address");

type Fields = Vec<(String, Vec<u8>)>;

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    http_messages::add_to_linker::<State, HttpMessages>(linker, |state| View(state))
}

struct HttpMessages;

impl HasData for HttpMessages {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut State);

impl http_messages::Host for View<'_> {
    fn public_origin(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(self.0.public_origin.as_deref().map(str::to_owned))
    }

    fn read_head(&mut self, request: Resource<Request>) -> wasmtime::Result<Head> {
        let request = self.0.table.get(&request)?;
        let path_with_query = request.path_with_query.as_ref().map_or("/", |path| path.as_str());
        Ok(Head {
            method: request.method.as_str().into(),
            path_with_query: path_with_query.into(),
            authority: request.authority.as_ref().map(|authority| authority.as_str().into()),
            headers: request
                .headers
                .iter()
                .filter(|(name, _)| **name != CLIENT_ADDRESS)
                .map(|(name, value)| (name.as_str().into(), value.as_bytes().into()))
                .collect(),
        })
    }

    fn client_address(&mut self, request: Resource<Request>) -> wasmtime::Result<Option<String>> {
        let request = self.0.table.get(&request)?;
        let field = request.headers.get(CLIENT_ADDRESS);
        Ok(field.and_then(|value| value.to_str().ok()).map(str::to_owned))
    }

    fn make_response(
        &mut self,
        status: u16,
        headers: Fields,
        body: Vec<u8>,
    ) -> wasmtime::Result<Result<Resource<Response>, Error>> {
        let response = match response(status, headers, body) {
            Ok(response) => response,
            Err(why) => return Ok(Err(Error::Invalid(why))),
        };
        let view = self.0.http();
        let (response, _) = Response::from_http(view.hooks, response);
        Ok(Ok(view.table.push(response)?))
    }
}

impl http_messages::HostWithStore<State> for HttpMessages {
    async fn read_body(
        accessor: &Accessor<State, Self>,
        request: Resource<Request>,
        limit: u64,
    ) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        let request = accessor.with(|mut access| {
            let request = access.get().0.table.delete(request)?;
            // The body has no content length to keep to: the request has arrived.
            request
                .into_http(&mut access, async { Ok(()) })
                .map_err(|error| wasmtime::format_err!("{error:?}"))
        })?;
        let (request, _) = request;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let collected = Limited::new(request.into_body(), limit).collect().await;
        Ok(collected
            .map(|body| body.to_bytes().into())
            .map_err(|error| body_error(error.as_ref())))
    }
}

/// The limit may be the one of this call or the server's own.
fn body_error(error: &(dyn std::error::Error + 'static)) -> Error {
    let servers = matches!(
        error.downcast_ref(),
        Some(wasmtime_wasi_http::Error::HttpRequestBodySize(_))
    );
    if servers || error.is::<LengthLimitError>() {
        Error::TooLarge
    } else {
        Error::BrokenBody
    }
}

fn response(status: u16, fields: Fields, body: Vec<u8>) -> Result<http::Response<Full<Bytes>>, String> {
    let mut response = http::Response::new(Full::new(Bytes::from(body)));
    // 1xx is the server's own affair.
    *response.status_mut() = match http::StatusCode::from_u16(status) {
        Ok(valid) if status >= 200 => valid,
        _ => return Err(format!("{status} is no status of a complete response")),
    };
    *response.headers_mut() = headers(fields)?;
    Ok(response)
}

/// Fields as a component gave them, or why they are none.
pub(super) fn headers(fields: Fields) -> Result<HeaderMap, String> {
    // The count first: the map itself cannot be made for more than it has room for.
    if fields.len() > crate::limits::COMPONENT_FIELDS_MAX {
        return Err("there are too many header fields".into());
    }
    let mut bytes = 0;
    let mut map = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields {
        bytes += name.len() + value.len() + size_of::<HeaderName>() + size_of::<HeaderValue>();
        if bytes > crate::limits::COMPONENT_FIELD_BYTES_MAX {
            return Err("the header fields are too large".into());
        }
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("{name:?} is no field name"))?;
        if super::http_client::is_forbidden(&parsed) {
            return Err(format!("the field {name} is the host's to set"));
        }
        if parsed != CONTENT_LENGTH {
            let value = HeaderValue::from_maybe_shared(Bytes::from(value))
                .map_err(|_| format!("the value of {name} is not valid"))?;
            map.append(parsed, value);
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> (String, Vec<u8>) {
        (name.into(), value.into())
    }

    #[test]
    fn a_response_that_is_no_http_is_refused_with_the_reason() {
        for (status, fields, named) in [
            (99, vec![], "99"),
            (101, vec![], "101"),
            (1000, vec![], "1000"),
            (200, vec![field("a b", "c")], "a b"),
            (200, vec![field("a", "b\r\nc: d")], "a"),
            (200, vec![field("transfer-encoding", "chunked")], "transfer-encoding"),
            (200, vec![field("a", &"b".repeat(70_000))], "too large"),
            (200, vec![field("a", "b"); 100_000], "too many"),
        ] {
            let why = response(status, fields, Vec::new()).unwrap_err();
            assert!(why.contains(named), "{why}");
        }
    }

    #[test]
    fn fields_are_kept_in_order_but_the_length_is_the_hosts() {
        let made = response(
            200,
            vec![
                field("set-cookie", "a"),
                field("content-length", "5"),
                field("set-cookie", "b"),
            ],
            b"hi".into(),
        )
        .unwrap();
        let cookies: Vec<_> = made.headers().get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a", "b"]);
        assert!(made.headers().get("content-length").is_none());
    }
}
