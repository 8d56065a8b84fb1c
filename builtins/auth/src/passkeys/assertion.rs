//! Signing in by a passkey: what an authenticator is to sign, and whether it did.

use serde_json::Value;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthenticatorAttachment, CollectedClientData, SentChallenge};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions,
};

use super::challenges::Pending;
use super::registration::timeout_ms;
use super::relying_party::RelyingParty;
use super::store::{Stored, Use, backup_number, backup_of};
use super::{Offer, malformed, object_of, user_handle};
use crate::error::Error;

/// Asks for a signature by whatever key somebody has for this server. It says nothing of anybody.
pub fn offer(party: &RelyingParty) -> Result<Offer, Error> {
    let mut options = DiscoverableCredentialRequestOptions::passkey(&party.id);
    options.0.timeout = timeout_ms();
    let (state, options) = options.start_ceremony().map_err(internal)?;
    Ok(Offer {
        options: serde_json::to_value(&options).map_err(internal)?,
        pending: Pending {
            challenge: SentChallenge(options.options().0.challenge.as_data()),
            state: state.encode().map_err(internal)?,
        },
    })
}

/// What a browser sends of a signature. Nothing of it has been verified but the page that it was made on.
pub fn read(credential: &Value, party: &RelyingParty) -> Result<(DiscoverableAuthentication16, SentChallenge), Error> {
    let credential = object_of(credential)?;
    // The library takes an answer without one, and panics when it is asked whose it is.
    if !credential["response"]["userHandle"].is_string() {
        return Err(malformed("response.userHandle is no text"));
    }
    let json = credential.to_string();
    let assertion = DiscoverableAuthentication16::from_json_relaxed(json.as_bytes()).map_err(malformed)?;
    let client_data = assertion.response().client_data_json();
    let client_data = CollectedClientData::from_client_data_json_relaxed::<false>(client_data).map_err(malformed)?;
    party.check_origin(&client_data.origin.0)?;
    let challenge = client_data.challenge;
    Ok((assertion, challenge))
}

/// What to remember of a use, if it was right: made with this key, for this server, after the authenticator knew its owner.
pub fn verify(
    state: &[u8],
    assertion: &DiscoverableAuthentication16,
    stored: &Stored,
    party: &RelyingParty,
) -> Result<Use, Error> {
    let state = DiscoverableAuthenticationServerState::decode(state).map_err(internal)?;
    let owner = user_handle(&stored.account)?;
    let key = StaticState::<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>::decode(&stored.public_key)
        .map_err(internal)?;
    let before = DynamicState {
        // Nothing is registered otherwise.
        user_verified: true,
        backup: backup_of(stored.backup),
        sign_count: stored.sign_count,
        authenticator_attachment: AuthenticatorAttachment::None,
    };
    let mut credential = AuthenticatedCredential::new(assertion.raw_id(), &owner, key, before).map_err(internal)?;
    let options = AuthenticationVerificationOptions::<String, String> {
        allowed_origins: &party.origins,
        error_on_unsolicited_extensions: false,
        ..AuthenticationVerificationOptions::default()
    };
    let verified = state.verify(&party.id, assertion, &mut credential, &options);
    verified.map_err(|error| {
        if matches!(error, AuthCeremonyErr::SignatureCounter) {
            eprintln!("a passkey was refused since its counter did not go up, as that of a copy would not");
        }
        Error::Unauthorized
    })?;
    let after = credential.dynamic_state();
    Ok(Use {
        sign_count: after.sign_count,
        backup: backup_number(after.backup),
    })
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a passkey cannot be looked at: {error}"))
}
