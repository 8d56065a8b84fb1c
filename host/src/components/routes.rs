//! Checks of route patterns: each by itself, those of one manifest together, and those of two components.

/// Paths that the host answers itself, whatever a component asks for.
const HOST_PATHS: [&str; 2] = ["/_/control", "/api/healthcheck"];

/// Two components want the same paths.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the route `{route}` of `{name}` and the route `{other_route}` of `{other}` cannot be told apart; change one of them or remove `{other}` first"
)]
pub struct RouteConflict {
    pub name: String,
    pub route: String,
    pub other: String,
    pub other_route: String,
}

/// Reports what is wrong with the routes of one manifest, each given with its path in the manifest.
pub fn check(routes: &[(String, String)], mut report: impl FnMut(&str, String)) {
    let mut router = matchit::Router::new();
    for (path, route) in routes {
        if let Some(mistake) = mistake(route) {
            report(path, mistake);
        } else if let Err(error) = router.insert(route.as_str(), ()) {
            report(path, format!("`{route}` cannot be used: {}", explain(&error)));
        }
    }
}

fn mistake(route: &str) -> Option<String> {
    if !route.starts_with('/') {
        return Some(format!("`{route}` must begin with `/`"));
    }
    if route.contains(|character: char| character.is_control() || matches!(character, ' ' | '?' | '#')) {
        return Some(format!("`{route}` must be a path: no blanks, `?` or `#`"));
    }
    let is_host = |path: &&str| {
        route
            .strip_prefix(*path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    HOST_PATHS
        .into_iter()
        .find(is_host)
        .map(|path| format!("`{route}`: the host itself answers `{path}`"))
}

fn explain(error: &matchit::InsertError) -> String {
    match error {
        matchit::InsertError::Conflict { with } => format!("it cannot be told apart from `{with}`"),
        matchit::InsertError::InvalidParamSegment => "one part of a path can hold only one parameter".to_owned(),
        matchit::InsertError::InvalidParam => "a parameter is written `{name}`".to_owned(),
        matchit::InsertError::InvalidCatchAll => "`{*rest}` must be the last part".to_owned(),
        other => other.to_string(),
    }
}

/// The first route of `name` that one of the `others` (name and routes each) has already.
pub fn conflict<'a>(
    name: &str,
    routes: &[String],
    others: impl IntoIterator<Item = (&'a str, &'a [String])>,
) -> Option<RouteConflict> {
    for (other, other_routes) in others {
        for other_route in other_routes {
            for route in routes {
                if excludes(route, other_route) {
                    let [name, route, other, other_route] = [name, route, other, other_route].map(str::to_owned);
                    return Some(RouteConflict {
                        name,
                        route,
                        other,
                        other_route,
                    });
                }
            }
        }
    }
    None
}

fn excludes(route: &str, other: &str) -> bool {
    let mut router = matchit::Router::new();
    router.insert(other, ()).is_ok() && router.insert(route, ()).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(routes: &[&str]) -> Vec<String> {
        let routes: Vec<_> = routes
            .iter()
            .enumerate()
            .map(|(at, route)| (format!("routes[{at}]"), (*route).to_owned()))
            .collect();
        let mut found = Vec::new();
        check(&routes, |path, message| found.push(format!("{path} {message}")));
        found
    }

    #[test]
    fn good_routes_have_no_mistakes() {
        assert!(
            mistakes(&[
                "/",
                "/a",
                "/a/{id}",
                "/a/{id}/b",
                "/{*rest}",
                "/_/controls",
                "/api/healthchecks"
            ])
            .is_empty()
        );
    }

    #[test]
    fn every_bad_route_is_reported_with_its_path() {
        let found = mistakes(&[
            "a",
            "/_/control/x",
            "/api/healthcheck",
            "/{",
            "/{*rest}/x",
            "/a b",
            "/ok",
            "/ok",
        ]);
        let paths: Vec<_> = found
            .iter()
            .map(|line| line.split_once(' ').expect("a path").0)
            .collect();
        let expected = [
            "routes[0]",
            "routes[1]",
            "routes[2]",
            "routes[3]",
            "routes[4]",
            "routes[5]",
            "routes[7]",
        ];
        assert_eq!(paths, expected, "{found:?}");
    }

    #[test]
    fn a_conflict_names_both_components_and_routes() {
        let theirs = ["/x".to_owned(), "/page/{name}".to_owned()];
        let found = conflict("mine", &["/page/{id}".to_owned()], [("theirs", &theirs[..])]).expect("a conflict");
        assert_eq!(
            (found.other.as_str(), found.other_route.as_str()),
            ("theirs", "/page/{name}")
        );
        assert_eq!(
            conflict(
                "mine",
                &["/page".to_owned(), "/{*rest}".to_owned()],
                [("theirs", &theirs[..])]
            ),
            None
        );
    }
}
