//! Which function answers which path.

use super::{Request, Response};
use percent_encoding::percent_decode_str;
use std::pin::Pin;

type Answer = Pin<Box<dyn Future<Output = Response>>>;
type Handler = Box<dyn Fn(Request, Parameters) -> Answer + Send + Sync>;

/// A table of functions by path and method.
///
/// ```
/// use guesthouse::http::{Parameters, Request, Response, Router};
/// use std::sync::LazyLock;
///
/// async fn show(_request: Request, parameters: Parameters) -> Response {
///     Response::text(200, parameters.get("name").unwrap_or("nobody"))
/// }
///
/// static ROUTES: LazyLock<Router> = LazyLock::new(|| Router::new().with("GET", "/greet/{name}", show));
///
/// async fn handle(request: Request) -> Response {
///     ROUTES.answer(request).await
/// }
/// ```
#[derive(Default)]
pub struct Router {
    paths: matchit::Router<usize>,
    endpoints: Vec<Endpoint>,
}

struct Endpoint {
    pattern: &'static str,
    methods: Vec<(&'static str, Handler)>,
}

/// The parts of a path that its pattern named, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The part named `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(parameter, _)| parameter == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What the table says of a request.
enum Found<'a> {
    Handler(&'a Handler, Parameters),
    OtherMethods(String),
    BadPath,
    Nothing,
}

impl Router {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function for a method in upper case and a path pattern: `/a/{name}` stands for one part of a path,
    /// `/a/{*rest}` for all that follows. The functions for `GET` answer `HEAD` too.
    ///
    /// # Panics
    /// If the pattern is not well-formed or means the same as another one: a mistake in the component, seen when it is first called.
    pub fn with<F, A>(mut self, method: &'static str, pattern: &'static str, handler: F) -> Self
    where
        F: Fn(Request, Parameters) -> A + Send + Sync + 'static,
        A: Future<Output = Response> + 'static,
    {
        let known = self.endpoints.iter().position(|endpoint| endpoint.pattern == pattern);
        let index = known.unwrap_or_else(|| {
            let index = self.endpoints.len();
            if let Err(error) = self.paths.insert(pattern, index) {
                panic!("the route {pattern} cannot be added: {error}");
            }
            let methods = Vec::new();
            self.endpoints.push(Endpoint { pattern, methods });
            index
        });
        let handler: Handler = Box::new(move |request, parameters| Box::pin(handler(request, parameters)));
        self.endpoints[index].methods.push((method, handler));
        self
    }

    /// Calls the function for the request; 404 where no pattern fits, 405 where only the method does not.
    pub async fn answer(&self, request: Request) -> Response {
        match self.find(request.method(), request.path()) {
            Found::Handler(handler, parameters) => handler(request, parameters).await,
            Found::OtherMethods(allow) => Response::text(405, "Method Not Allowed").with_header("allow", &allow),
            Found::BadPath => Response::text(400, "The path is not valid UTF-8."),
            Found::Nothing => Response::text(404, "Not Found"),
        }
    }

    fn find(&self, method: &str, path: &str) -> Found<'_> {
        let Ok(matched) = self.paths.at(path) else {
            return Found::Nothing;
        };
        let methods = &self.endpoints[*matched.value].methods;
        let with = |wanted: &str| methods.iter().find(|(method, _)| *method == wanted);
        let as_get = if method == "HEAD" { with("GET") } else { None };
        let Some((_, handler)) = with(method).or(as_get) else {
            let allow: Vec<_> = methods.iter().map(|(method, _)| *method).collect();
            return Found::OtherMethods(allow.join(", "));
        };
        let decoded = matched.params.iter().map(|(name, value)| {
            let value = percent_decode_str(value).decode_utf8()?;
            Ok((name.to_owned(), value.into_owned()))
        });
        match decoded.collect::<Result<_, std::str::Utf8Error>>() {
            Ok(parameters) => Found::Handler(handler, Parameters(parameters)),
            Err(_) => Found::BadPath,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, Parameters, Router};
    use crate::http::{Request, Response};

    async fn nothing(_request: Request, _parameters: Parameters) -> Response {
        Response::new(200, Vec::new())
    }

    fn routes() -> Router {
        Router::new()
            .with("GET", "/book", nothing)
            .with("POST", "/book", nothing)
            .with("DELETE", "/book/{page}", nothing)
    }

    #[test]
    fn finds_by_path_and_method() {
        let routes = routes();
        assert!(matches!(routes.find("GET", "/book"), Found::Handler(..)));
        assert!(matches!(routes.find("HEAD", "/book"), Found::Handler(..)));
        assert!(matches!(routes.find("GET", "/books"), Found::Nothing));
        let Found::OtherMethods(allow) = routes.find("PUT", "/book") else {
            panic!("PUT has no function");
        };
        assert_eq!(allow, "GET, POST");
        assert!(matches!(routes.find("HEAD", "/book/1"), Found::OtherMethods(_)));
    }

    #[test]
    fn decodes_parameters() {
        let routes = routes();
        let Found::Handler(_, parameters) = routes.find("DELETE", "/book/a%20b%2Fc") else {
            panic!("the pattern fits");
        };
        assert_eq!(parameters.get("page"), Some("a b/c"));
        assert_eq!(parameters.get("other"), None);
        assert!(matches!(routes.find("DELETE", "/book/%ff"), Found::BadPath));
    }

    #[test]
    #[should_panic(expected = "the route /book/{number} cannot be added")]
    fn refuses_two_patterns_that_mean_the_same() {
        let _ = routes().with("GET", "/book/{number}", nothing);
    }
}
