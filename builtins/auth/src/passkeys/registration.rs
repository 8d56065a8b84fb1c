//! A new passkey: what an authenticator is asked for, and whether what it answers is so.

use std::num::NonZeroU32;

use serde_json::Value;
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialCreationOptions, PublicKeyCredentialUserEntity,
    RegistrationVerificationOptions, Username,
};
use webauthn_rp::request::{ExtensionInfo, PublicKeyCredentialDescriptor};
use webauthn_rp::response::register::error::RegCeremonyErr;
use webauthn_rp::response::{AuthTransports, CollectedClientData, CredentialId, SentChallenge};
use webauthn_rp::{Registration, RegistrationServerState};

use super::challenges::Pending;
use super::relying_party::RelyingParty;
use super::store::{Known, New, backup_number};
use super::{Offer, malformed, object_of, user_handle};
use crate::account::Account;
use crate::error::Error;
use crate::limits;

/// What an account without a name, or with one that authenticators do not take, is called by them.
const NAMELESS: &str = "account";

/// Asks for a key that its owner can find without a name, and that is used only after the authenticator knew them.
pub fn offer(party: &RelyingParty, account: &Account, known: &[Known]) -> Result<Offer, Error> {
    let name = account.email.as_deref().or(account.username.as_deref());
    let name = name.unwrap_or(NAMELESS);
    let handle = user_handle(account)?;
    let user = PublicKeyCredentialUserEntity {
        name: Username::try_from(name)
            .or_else(|_| Username::try_from(NAMELESS))
            .map_err(internal)?,
        id: &handle,
        display_name: Nickname::try_from(name).ok(),
    };
    let known = known.iter().map(descriptor).collect::<Result<_, _>>()?;
    let mut options = PublicKeyCredentialCreationOptions::passkey(&party.id, user, known);
    options.timeout = timeout_ms();
    // A security key that can will not even name itself to a stranger. Phones and laptops cannot, and are as welcome.
    options.extensions.cred_protect = CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
    let (state, options) = options.start_ceremony().map_err(internal)?;
    let options_json = serde_json::to_value(&options).map_err(internal)?;
    Ok(Offer {
        options: options_json,
        pending: Pending {
            challenge: SentChallenge(options.options().challenge.as_data()),
            state: state.encode().map_err(internal)?,
        },
    })
}

/// What a browser sends of a new key. Nothing of it has been verified but the page that it was made on.
pub fn read(credential: &Value, party: &RelyingParty) -> Result<(Registration, SentChallenge), Error> {
    let json = object_of(credential)?.to_string();
    let registration = Registration::from_json_relaxed(json.as_bytes()).map_err(malformed)?;
    let client_data = registration.response().client_data_json();
    let client_data = CollectedClientData::from_client_data_json_relaxed::<true>(client_data).map_err(malformed)?;
    party.check_origin(&client_data.origin.0)?;
    let challenge = client_data.challenge;
    Ok((registration, challenge))
}

/// The key of an answer to what was asked.
pub fn verify(state: &[u8], registration: &Registration, party: &RelyingParty) -> Result<New, Error> {
    let state = RegistrationServerState::<16>::decode(state).map_err(internal)?;
    let options = RegistrationVerificationOptions::<String, String> {
        allowed_origins: &party.origins,
        // What else a browser or an authenticator says about itself does no harm.
        error_on_unsolicited_extensions: false,
        ..RegistrationVerificationOptions::default()
    };
    let registered = state.verify(&party.id, registration, &options).map_err(refused)?;
    let (Ok(transports), Ok(public_key)) = (registered.transports().encode(), registered.static_state().encode());
    Ok(New {
        id: registered.id().as_ref().to_vec(),
        public_key,
        sign_count: registered.dynamic_state().sign_count,
        backup: backup_number(registered.dynamic_state().backup),
        transports,
    })
}

/// How long the browser waits for somebody: as long as the answer is good for.
pub fn timeout_ms() -> NonZeroU32 {
    const MS: u32 = limits::PASSKEY_CHALLENGE_SEC as u32 * 1000;
    NonZeroU32::new(MS).unwrap_or(NonZeroU32::MAX)
}

fn descriptor(known: &Known) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, Error> {
    Ok(PublicKeyCredentialDescriptor {
        id: CredentialId::decode(known.id.clone()).map_err(internal)?,
        transports: AuthTransports::decode(known.transports).map_err(internal)?,
    })
}

fn refused(error: RegCeremonyErr) -> Error {
    match error {
        RegCeremonyErr::UserNotVerified => Error::Invalid(
            "the authenticator did not make sure who is there: it needs a PIN, a fingerprint or the like",
        ),
        RegCeremonyErr::PublicKeyAlgorithmMismatch => Error::Invalid("the authenticator has keys of an unknown kind"),
        _ => Error::Invalid("the passkey is not one that was asked for"),
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a passkey cannot be made: {error}"))
}
