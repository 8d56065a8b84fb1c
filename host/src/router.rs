//! Which component answers a path: the most specific route that matches, and nothing else is looked at.

/// The routes of all components. `T` is whatever answers.
pub struct Router<T> {
    routes: matchit::Router<T>,
}

impl<T: Clone> Router<T> {
    /// Builds the table. That routes do not conflict was checked when each component was deployed; one that does all the same is
    /// left out and named.
    pub fn new<'a>(components: impl IntoIterator<Item = (&'a [String], T)>) -> (Self, Vec<String>) {
        let mut routes = matchit::Router::new();
        let mut left_out = Vec::new();
        for (patterns, target) in components {
            for pattern in patterns {
                if routes.insert(pattern, target.clone()).is_err() {
                    left_out.push(pattern.clone());
                }
            }
        }
        (Self { routes }, left_out)
    }

    /// What answers this path, which is still percent-encoded and without its query.
    pub fn find(&self, path: &str) -> Option<&T> {
        self.routes.at(path).ok().map(|found| found.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_route_wins_whatever_the_order() {
        let (a, b, c) = (
            ["/api/{*rest}".to_string()],
            ["/api/one/{name}".to_string()],
            ["/api/one/two".to_string()],
        );
        for order in [[0, 1, 2], [2, 1, 0]] {
            let all: [&[String]; 3] = [&a, &b, &c];
            let (router, left_out) = Router::new(order.map(|index| (all[index], index)));
            assert!(left_out.is_empty());
            assert_eq!(router.find("/api/one/two"), Some(&2));
            assert_eq!(router.find("/api/one/three"), Some(&1));
            assert_eq!(router.find("/api/one/three/four"), Some(&0));
            assert_eq!(router.find("/apis"), None);
        }
    }
}
