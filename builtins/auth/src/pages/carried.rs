//! What somebody came with who wants to sign in: where they are to be sent, and how. It goes along from page to page.

use maud::{Markup, html};

use super::PROFILE;
use crate::body::Kind;
use crate::error::Error;
use crate::head::Head;
use crate::redirect;
use crate::settings::Settings;
use crate::sign_in::{Answer, Wish};

/// The names that go along. `sign_in` says what they mean.
const NAMES: [&str; 3] = ["redirect_uri", "response_type", "pkce_code_challenge"];

/// What goes along, as it came; it was found to be allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried(Vec<(&'static str, String)>);

impl Carried {
    /// Checks it as the sign-in will do at the end, so that nobody types a password for nothing.
    pub fn read(head: &Head, settings: &Settings) -> Result<Self, Error> {
        Answer::read(Wish::default(), Kind::Form, head, settings)?;
        let found = NAMES.iter().filter_map(|name| Some((*name, head.query.get(name)?)));
        let found = found.filter(|(_, value)| !value.is_empty());
        Ok(Self(found.map(|(name, value)| (name, value.to_owned())).collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// Where somebody goes once they are signed in.
    pub fn destination(&self) -> &str {
        self.get("redirect_uri").unwrap_or(PROFILE)
    }

    /// Whether it is an app that they sign in to, by a code.
    pub fn is_for_an_app(&self) -> bool {
        self.get("response_type") == Some("code")
    }

    /// A page or route, to which it goes along in the query.
    pub fn to(&self, path: &str) -> String {
        let pairs = self.0.iter();
        pairs.fold(path.to_owned(), |place, (name, value)| {
            redirect::with(&place, name, value)
        })
    }

    /// All but the destination.
    pub fn others(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let named = self.0.iter().filter(|(name, _)| *name != "redirect_uri");
        named.map(|(name, value)| (*name, value.as_str()))
    }

    /// The fields of a form with which somebody signs in.
    pub fn fields(&self) -> Markup {
        html! {
            input type="hidden" name="redirect_uri" value=(self.destination());
            @for (name, value) in self.others() {
                input type="hidden" name=(name) value=(value);
            }
        }
    }

    /// What the page's policy has to allow.
    pub fn form_target(&self) -> Option<String> {
        form_target(self.destination())
    }
}

/// What the policy of a page has to allow beside this server, for a form that leads to `place` in the end: browsers hold the redirects
/// that answer a form to it too.
pub fn form_target(place: &str) -> Option<String> {
    let (scheme, rest) = place.split_once(':').filter(|_| !place.starts_with('/'))?;
    let is_scheme = scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let host = rest.strip_prefix("//").unwrap_or_default();
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    // A policy has no words for other hosts, such as addresses of IPv6.
    let is_host = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte));
    match scheme.to_ascii_lowercase().as_str() {
        _ if !is_scheme => None,
        scheme @ ("http" | "https") if is_host && !host.is_empty() => Some(format!("{scheme}://{host}")),
        scheme => Some(format!("{scheme}:")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_allows_the_place_and_nothing_more() {
        let target = form_target;
        assert_eq!(target("/a:b"), None);
        assert_eq!(target("my-app://callback/x"), Some("my-app:".into()));
        assert_eq!(target("My-App:x"), Some("my-app:".into()));
        assert_eq!(
            target("https://a.example:8443/b?c"),
            Some("https://a.example:8443".into())
        );
        assert_eq!(target("https://[::1]/b"), Some("https:".into()));
        assert_eq!(target("https://a.example;script-src/b"), Some("https:".into()));
        assert_eq!(target("my;app:x"), None);
        assert_eq!(Carried::default().form_target(), None);
    }

    #[test]
    fn it_goes_along_in_queries() {
        let carried = Carried(vec![
            ("redirect_uri", "/a?b=c&d".into()),
            ("response_type", "code".into()),
        ]);
        assert_eq!(
            carried.to("/x?y=z"),
            "/x?y=z&redirect_uri=%2Fa%3Fb%3Dc%26d&response_type=code"
        );
        assert!(carried.is_for_an_app());
        assert_eq!(
            (Carried::default().to("/x"), Carried::default().destination()),
            ("/x".into(), PROFILE)
        );
    }
}
