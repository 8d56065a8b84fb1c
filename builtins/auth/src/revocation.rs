//! The revocation service: tells other components which of those whom they still answer have signed out or are gone.

use std::fmt::Write as _;

use guesthouse::identity::revocation::provider::{Error, Holder};
use guesthouse::sqlite::params;

use crate::{database, limits};

/// The places of a JSON array of hexadecimal ids of sessions that are there no more.
const ENDED: &str = "SELECT asked.key FROM json_each(?1) AS asked WHERE NOT EXISTS
    (SELECT 1 FROM _session WHERE id = unhex(asked.value) AND (expires IS NULL OR expires > ?2))";

/// Which of these hold no session any more. Whoever comes without one was never known here.
pub async fn revoked(holders: Vec<Holder>) -> Result<Vec<u32>, Error> {
    if holders.len() > limits::REVOCATION_HOLDERS_MAX {
        return Err(Error::TooMany);
    }
    let find = async {
        let sessions = sessions(&holders);
        let rows = database::open()?
            .query(ENDED, params![sessions, database::now()])
            .await?;
        let places = rows.iter().map(|row| Ok(row.get::<i64>(0)? as u32));
        places.collect::<Result<Vec<u32>, _>>()
    };
    find.await.map_err(|error: crate::error::Error| match error {
        crate::error::Error::Busy => Error::Unavailable,
        error => Error::Other(error.to_string()),
    })
}

/// The ids of their sessions as a JSON array, empty text for none.
fn sessions(holders: &[Holder]) -> String {
    let mut json = String::from("[");
    for (place, holder) in holders.iter().enumerate() {
        json.push_str(if place == 0 { "\"" } else { ",\"" });
        for byte in holder.session.iter().flatten() {
            // Writing to a string cannot fail.
            let _ = write!(json, "{byte:02x}");
        }
        json.push('"');
    }
    json.push(']');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_written_in_order_and_none_as_an_empty_text() {
        let holder = |session: Option<&[u8]>| Holder {
            id: vec![1],
            session: session.map(<[u8]>::to_vec),
        };
        assert_eq!(sessions(&[]), "[]");
        let holders = [holder(Some(&[0, 255])), holder(None), holder(Some(&[16]))];
        assert_eq!(sessions(&holders), r#"["00ff","","10"]"#);
    }
}
