//! Challenges under way: kept when one is given out, taken by the one answer that it is good for.
//!
//! Anybody may ask for one to sign in by, so there are only so many: the oldest one goes for the next. Whoever wants to push out
//! that of somebody else has to ask as often as the limit says within the seconds that people take to touch an authenticator.

use guesthouse::sqlite::{Database, blob, step};
use webauthn_rp::response::SentChallenge;

use crate::error::Error;
use crate::{database, limits};

/// A challenge, and what the library wants to know of it when the answer comes.
pub struct Pending {
    pub challenge: SentChallenge,
    pub state: Vec<u8>,
}

const SWEEP: &str = "DELETE FROM _passkey_challenge WHERE expires <= ?1";
const BOUND: &str = "DELETE FROM _passkey_challenge WHERE number <= (SELECT max(number) FROM _passkey_challenge) - ?1";
const INSERT: &str = "INSERT INTO _passkey_challenge (challenge, user, state, expires) VALUES (?1, ?2, ?3, ?4)";
const TAKE: &str =
    "DELETE FROM _passkey_challenge WHERE challenge = ?1 AND user IS ?2 AND expires > ?3 RETURNING state";

/// Keeps a challenge. With an account it is for a new passkey of that one, without for signing in.
pub async fn keep(database: &Database, pending: Pending, user: Option<&[u8]>) -> Result<(), Error> {
    let now = database::now();
    let insert = vec![
        key(pending.challenge),
        user.map(blob).into(),
        blob(pending.state),
        (now + limits::PASSKEY_CHALLENGE_SEC).into(),
    ];
    let bound = (limits::PASSKEY_CHALLENGES_MAX - 1).into();
    let steps = vec![
        step(SWEEP, vec![now.into()]),
        step(BOUND, vec![bound]),
        step(INSERT, insert),
    ];
    database.batch(steps).await?;
    Ok(())
}

/// Takes a challenge, whatever comes of it: nobody gets to try a second answer. What was kept with it; none if it was not given out
/// for this, or too long ago.
pub async fn take(
    database: &Database,
    challenge: SentChallenge,
    user: Option<&[u8]>,
) -> Result<Option<Vec<u8>>, Error> {
    let parameters = vec![key(challenge), user.map(blob).into(), database::now().into()];
    let rows = database.execute(TAKE, parameters).await?;
    let state = rows.first().map(|row| row.get::<&[u8]>(0).map(<[u8]>::to_vec));
    Ok(state.transpose()?)
}

fn key(challenge: SentChallenge) -> guesthouse::sqlite::Value {
    blob(challenge.0.to_be_bytes())
}
