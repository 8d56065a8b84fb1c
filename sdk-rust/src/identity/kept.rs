//! Answers of the identity provider that may be used again.

use super::Caller;
use crate::http::Headers;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::rc::Rc;

/// Answers that one instance keeps: more callers than it meets within a second.
const ANSWERS_MAX: usize = 512;
/// Credentials of one answer that is kept. Larger ones are asked about each time.
const CREDENTIALS_BYTES_MAX: usize = 4096;
/// The longest time that any answer is kept, whatever its provider says.
const KEEP_FOR_MS_MAX: u32 = 1000;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/// The answers, by the hash of their credentials.
#[derive(Default)]
pub struct Kept {
    provider: u64,
    hasher: RandomState,
    answers: HashMap<u64, Answer>,
}

struct Answer {
    credentials: Headers,
    caller: Option<Rc<Caller>>,
    until_ns: u64,
    /// From here on one request asks again while the others still take this answer: else all would ask at once where it ends.
    renew_from_ns: u64,
    is_being_renewed: bool,
}

impl Kept {
    /// What this provider said of exactly these credentials, if it still holds and the caller is not to ask again.
    pub fn find<'a>(
        &mut self,
        provider: u64,
        now_ns: u64,
        credentials: impl Iterator<Item = &'a (String, Vec<u8>)> + Clone,
    ) -> Option<Option<Rc<Caller>>> {
        if self.provider != provider {
            self.answers.clear();
            self.provider = provider;
        }
        let hash = self.hash(credentials.clone());
        let answer = self.answers.get_mut(&hash)?;
        if now_ns >= answer.until_ns || !answer.credentials.iter().eq(credentials) {
            return None;
        }
        if now_ns >= answer.renew_from_ns && !answer.is_being_renewed {
            answer.is_being_renewed = true;
            return None;
        }
        Some(answer.caller.clone())
    }

    /// Keeps an answer that this provider gave.
    pub fn keep(
        &mut self,
        provider: u64,
        now_ns: u64,
        keep_for_ms: u32,
        credentials: Headers,
        caller: Option<Rc<Caller>>,
    ) {
        let bytes: usize = credentials.iter().map(|(name, value)| name.len() + value.len()).sum();
        // While it was asked another one may have taken its place.
        if self.provider != provider || bytes > CREDENTIALS_BYTES_MAX {
            return;
        }
        let hash = self.hash(credentials.iter());
        if self.answers.len() >= ANSWERS_MAX && !self.answers.contains_key(&hash) {
            self.answers.retain(|_, answer| now_ns < answer.until_ns);
            if self.answers.len() >= ANSWERS_MAX {
                self.answers.clear();
            }
        }
        let keep_for_ns = u64::from(keep_for_ms.min(KEEP_FOR_MS_MAX)) * NANOSECONDS_PER_MILLISECOND;
        self.answers.insert(
            hash,
            Answer {
                credentials,
                caller,
                until_ns: now_ns.saturating_add(keep_for_ns),
                renew_from_ns: now_ns.saturating_add(keep_for_ns / 4 * 3),
                is_being_renewed: false,
            },
        );
    }

    fn hash<'a>(&self, credentials: impl Iterator<Item = &'a (String, Vec<u8>)>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for credential in credentials {
            credential.hash(&mut hasher);
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Proof;

    const SECOND_NS: u64 = 1_000_000_000;

    fn bearer(token: &str) -> Headers {
        vec![("authorization".into(), format!("Bearer {token}").into_bytes())]
    }

    fn caller(id: u8) -> Option<Rc<Caller>> {
        Some(Rc::new(Caller {
            id: vec![id],
            roles: Vec::new(),
            proof: Proof::Explicit,
            session: None,
            request_token: None,
            expires: None,
            claims: Vec::new(),
        }))
    }

    fn id(found: Option<Option<Rc<Caller>>>) -> Option<Option<u8>> {
        found.map(|caller| caller.map(|caller| caller.id[0]))
    }

    #[test]
    fn an_answer_is_found_for_the_same_credentials_alone_and_for_a_second_at_most() {
        let mut kept = Kept::default();
        let (mine, other) = (bearer("mine"), bearer("other"));
        assert_eq!(id(kept.find(1, 0, mine.iter())), None);
        kept.keep(1, 0, u32::MAX, mine.clone(), caller(7));
        assert_eq!(id(kept.find(1, SECOND_NS / 2, mine.iter())), Some(Some(7)));
        assert_eq!(id(kept.find(1, 0, other.iter())), None);
        assert_eq!(id(kept.find(1, SECOND_NS, mine.iter())), None);
    }

    #[test]
    fn before_an_answer_ends_one_request_asks_again_and_the_others_take_it_still() {
        let mut kept = Kept::default();
        let mine = bearer("mine");
        kept.find(1, 0, mine.iter());
        kept.keep(1, 0, 1000, mine.clone(), caller(7));
        let late = SECOND_NS - 1;
        assert_eq!(id(kept.find(1, late, mine.iter())), None);
        for _ in 0..3 {
            assert_eq!(id(kept.find(1, late, mine.iter())), Some(Some(7)));
        }
        assert_eq!(id(kept.find(1, SECOND_NS, mine.iter())), None, "nobody answered");
        kept.keep(1, SECOND_NS, 1000, mine.clone(), caller(8));
        assert_eq!(id(kept.find(1, SECOND_NS, mine.iter())), Some(Some(8)));
    }

    #[test]
    fn another_provider_is_asked_anew() {
        let mut kept = Kept::default();
        let mine = bearer("mine");
        assert_eq!(id(kept.find(1, 0, mine.iter())), None);
        kept.keep(1, 0, 1000, mine.clone(), None);
        assert_eq!(
            id(kept.find(1, 0, mine.iter())),
            Some(None),
            "anonymous is an answer as well"
        );
        assert_eq!(id(kept.find(2, 0, mine.iter())), None);
        kept.keep(1, 0, 1000, mine.clone(), caller(7));
        assert_eq!(
            id(kept.find(2, 0, mine.iter())),
            None,
            "the answer came from the one before"
        );
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut kept = Kept::default();
        kept.find(1, 0, [].iter());
        for number in 0..2 * ANSWERS_MAX {
            kept.keep(1, 0, 1000, bearer(&number.to_string()), caller(1));
            assert!(kept.answers.len() <= ANSWERS_MAX);
        }
        let large = bearer(&"x".repeat(CREDENTIALS_BYTES_MAX));
        kept.keep(1, 0, 1000, large.clone(), caller(1));
        assert_eq!(id(kept.find(1, 0, large.iter())), None);
    }
}
