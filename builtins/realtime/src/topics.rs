//! The topics of a listener beside its class: how it takes what is said of its whole table, and its session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guesthouse::identity::Caller;
use guesthouse::identity::revocation::Holder;

use crate::place::Place;

const SESSION: &str = "realtime/session/1/";

/// Those who listen to a table and cannot resume.
pub fn plain(place: &Place) -> String {
    format!("realtime/plain/1/{}", place.to_text())
}

/// Those who listen to a table and can resume.
pub fn resumable(place: &Place) -> String {
    format!("realtime/resumable/1/{}", place.to_text())
}

/// A session, with all that has to be known to end its streams in time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Session {
    pub id: Vec<u8>,
    pub session: Option<Vec<u8>>,
    /// When what the caller proved it with expires, in seconds since 1970.
    pub expires: Option<i64>,
}

impl Session {
    /// That of a caller.
    pub fn of(caller: &Caller) -> Self {
        Self {
            id: caller.id.clone(),
            session: caller.session.clone(),
            expires: caller.expires.map(|instant| instant.seconds),
        }
    }

    /// Whom to ask for.
    pub fn holder(&self) -> Holder {
        Holder {
            id: self.id.clone(),
            session: self.session.clone(),
        }
    }

    /// The name of its topic.
    pub fn to_topic(&self) -> String {
        let session = self
            .session
            .as_ref()
            .map_or("-".into(), |session| format!("={}", URL_SAFE_NO_PAD.encode(session)));
        let expires = self.expires.map_or("-".into(), |expires| expires.to_string());
        format!("{SESSION}{}/{session}/{expires}", URL_SAFE_NO_PAD.encode(&self.id))
    }

    /// The session whose topic this is; nothing if it is another topic.
    pub fn parse(topic: &str) -> Option<Self> {
        let parts: Vec<&str> = topic.strip_prefix(SESSION)?.split('/').collect();
        let [id, session, expires] = parts[..] else {
            return None;
        };
        Some(Self {
            id: URL_SAFE_NO_PAD.decode(id).ok()?,
            session: match session {
                "-" => None,
                session => Some(URL_SAFE_NO_PAD.decode(session.strip_prefix('=')?).ok()?),
            },
            expires: match expires {
                "-" => None,
                expires => Some(expires.parse().ok()?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_comes_back_as_it_was() {
        for (session, expires) in [
            (None, None),
            (Some(vec![]), Some(-1)),
            (Some(vec![255; 16]), Some(i64::MAX)),
        ] {
            let original = Session {
                id: vec![0, 251],
                session,
                expires,
            };
            assert_eq!(Session::parse(&original.to_topic()), Some(original));
        }
        for topic in [
            "realtime/session/1/AA/-",
            "realtime/session/1/AA/x/-",
            "realtime/session/1/AA/-/x",
            "other",
        ] {
            assert_eq!(Session::parse(topic), None, "{topic}");
        }
    }

    #[test]
    fn tables_have_topics_of_their_own() {
        let place = Place {
            database: "main".into(),
            table: "a/b".into(),
        };
        assert_eq!(plain(&place), "realtime/plain/1/main/a%2Fb");
        assert_eq!(resumable(&place), "realtime/resumable/1/main/a%2Fb");
    }
}
