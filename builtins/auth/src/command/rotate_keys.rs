//! `guesthouse auth rotate-keys`.

use guesthouse::command::Answer;
use guesthouse::secrets;

use super::Failure;
use crate::{keys, random};

/// The key that signs becomes the one before, then a new one takes its place: there is no moment at which a token that is good
/// would not verify.
pub async fn rotate_keys() -> Result<Answer, Failure> {
    let failed = |error: secrets::Error| Failure::Said(format!("the signing key cannot be had: {error}"));
    let Some(current) = secrets::get(keys::CURRENT).map_err(failed)? else {
        return Ok(Answer::success(
            "nothing was signed yet: a key is made for the first token\n",
        ));
    };
    secrets::set(keys::PREVIOUS, &current).await.map_err(failed)?;
    let new = random::bytes::<{ keys::SEED_BYTES }>()?;
    let is_set = secrets::compare_and_set(keys::CURRENT, Some(&current), &new)
        .await
        .map_err(failed)?;
    if !is_set {
        return Err(Failure::Said(
            "somebody else changed the key just now; try again".into(),
        ));
    }
    Ok(Answer::success("tokens are signed with a new key from now on\n"))
}
