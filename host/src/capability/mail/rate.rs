//! How much mail one component may send: a bucket of recipients that fills up again as time goes by.

use crate::limits;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The buckets, by component. There are as many as components that ever sent mail since the start.
#[derive(Default)]
pub struct Rate {
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    recipients: f64,
    filled: Instant,
}

impl Rate {
    /// Takes so many recipients out of the component's bucket, if they are in it.
    pub fn take(&self, component: &str, recipients: usize, now: Instant) -> bool {
        let full = limits::MAIL_RECIPIENTS_PER_MINUTE as f64;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(component.to_owned()).or_insert(Bucket {
            recipients: full,
            filled: now,
        });
        let minutes = now.saturating_duration_since(bucket.filled).as_secs_f64() / 60.0;
        bucket.recipients = (bucket.recipients + minutes * full).min(full);
        bucket.filled = now;
        let enough = bucket.recipients >= recipients as f64;
        if enough {
            bucket.recipients -= recipients as f64;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_component_sends_so_much_a_minute_and_no_other_pays_for_it() {
        let (rate, start) = (Rate::default(), Instant::now());
        let all = limits::MAIL_RECIPIENTS_PER_MINUTE;
        assert!(rate.take("a", all, start));
        assert!(!rate.take("a", 1, start));
        assert!(rate.take("b", 1, start));
        let half = start + Duration::from_secs(30);
        assert!(!rate.take("a", all / 2 + 1, half));
        assert!(rate.take("a", all / 2, half));
        let later = start + Duration::from_secs(3600);
        assert!(
            !rate.take("a", all + 1, later),
            "it never holds more than a minute's worth"
        );
        assert!(rate.take("a", all, later));
    }
}
