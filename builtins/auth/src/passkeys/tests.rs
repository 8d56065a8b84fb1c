//! An authenticator of a few lines, and whatever could be sent in the place of its answers: nothing of that may be taken, nor panic.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::relying_party::RelyingParty;
use super::store::{Stored, Use};
use super::{assertion, registration};
use crate::account::Account;
use crate::error::Error;
use crate::head::Head;
use crate::settings::Settings;

const ORIGIN: &str = "https://example.org";
const ID: [u8; 16] = [7; 16];
const PRESENT_AND_VERIFIED: u8 = 0b101;
const WITH_KEY: u8 = 0b100_0000;

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn account() -> Account {
    Account {
        id: vec![9; 16],
        email: Some("alice@example.org".into()),
        unverified_email: None,
        username: None,
        password_hash: None,
        is_admin: false,
        totp_secret: None,
        provider: 0,
    }
}

fn party() -> RelyingParty {
    let head = Head {
        credentials: Default::default(),
        query: guesthouse::http::Fields::parse(b""),
        origin: Some(ORIGIN.into()),
        is_secure: true,
        user_agent: None,
    };
    RelyingParty::of(&head, &Settings::default()).unwrap()
}

fn client_data(kind: &str, options: &Value) -> Vec<u8> {
    let data = json!({"type": kind, "challenge": options["challenge"], "origin": ORIGIN, "crossOrigin": false});
    data.to_string().into_bytes()
}

fn authenticator_data(flags: u8, count: u32) -> Vec<u8> {
    let mut data = Sha256::digest("example.org").to_vec();
    data.push(flags);
    data.extend(count.to_be_bytes());
    data
}

/// What is sent of a new key: `none` is the kind of attestation, and the key is one of COSE.
fn created(options: &Value) -> Value {
    let mut data = authenticator_data(PRESENT_AND_VERIFIED | WITH_KEY, 1);
    data.extend([0; 16]);
    data.extend([0, 16]);
    data.extend(ID);
    data.extend([0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]);
    data.extend(key().verifying_key().to_bytes());
    let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
    object.push(u8::try_from(data.len()).unwrap());
    object.extend(data);
    json!({
        "id": URL_SAFE_NO_PAD.encode(ID), "rawId": URL_SAFE_NO_PAD.encode(ID), "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data("webauthn.create", options)),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
            "transports": ["internal"],
        },
    })
}

/// What is sent of a signature.
fn signed(options: &Value, count: u32) -> Value {
    let (client_data, data) = (
        client_data("webauthn.get", options),
        authenticator_data(PRESENT_AND_VERIFIED, count),
    );
    let signature = key().sign(&[data.clone(), Sha256::digest(&client_data).to_vec()].concat());
    json!({
        "id": URL_SAFE_NO_PAD.encode(ID), "rawId": URL_SAFE_NO_PAD.encode(ID), "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature.to_bytes()),
            "userHandle": URL_SAFE_NO_PAD.encode(account().id),
        },
    })
}

/// Registers what `spoil` makes of a right answer.
fn register(spoil: impl FnOnce(&mut Value)) -> Result<Stored, Error> {
    let (party, account) = (party(), account());
    let offer = registration::offer(&party, &account, &[])?;
    let mut credential = created(&offer.options);
    spoil(&mut credential);
    let (registration, challenge) = registration::read(&credential, &party)?;
    if challenge != offer.pending.challenge {
        return Err(Error::Unauthorized);
    }
    let new = registration::verify(&offer.pending.state, &registration, &party)?;
    assert_eq!(new.id, ID);
    Ok(Stored {
        account,
        public_key: new.public_key,
        sign_count: new.sign_count,
        backup: new.backup,
    })
}

/// Signs in with what `spoil` makes of a right answer.
fn sign_in(stored: &Stored, count: u32, spoil: impl FnOnce(&mut Value)) -> Result<Use, Error> {
    let party = party();
    let offer = assertion::offer(&party)?;
    let mut credential = signed(&offer.options, count);
    spoil(&mut credential);
    let (assertion, challenge) = assertion::read(&credential, &party)?;
    // As the database would find them.
    let is_known = assertion.raw_id().as_ref() == ID
        && assertion.response().user_handle().as_ref() == stored.account.id
        && challenge == offer.pending.challenge;
    if !is_known {
        return Err(Error::Unauthorized);
    }
    assertion::verify(&offer.pending.state, &assertion, stored, &party)
}

#[test]
fn right_answers_are_taken() {
    let stored = register(|_| {}).unwrap();
    assert_eq!((stored.sign_count, stored.backup), (1, 0));
    assert_eq!(sign_in(&stored, 2, |_| {}).unwrap().sign_count, 2);
    let as_text = |credential: &mut Value| *credential = credential.to_string().into();
    assert!(register(as_text).is_ok());
    assert!(sign_in(&stored, 2, as_text).is_ok());
    assert_eq!(
        sign_in(&stored, 1, |_| {}).map(|used| used.sign_count),
        Err(Error::Unauthorized)
    );
}

#[test]
fn what_browsers_and_password_managers_add_does_no_harm() {
    let more = |credential: &mut Value| {
        credential["authenticatorAttachment"] = "platform".into();
        credential["clientExtensionResults"] = json!({"credProps": {"rk": true}, "appid": true, "newer": {}});
        credential["newer"] = json!([1]);
        credential["response"]["newer"] = json!({});
    };
    let stored = register(|credential| {
        more(credential);
        credential["authenticatorAttachment"] = "newer".into();
        credential["response"]["transports"] = json!(["internal", "hybrid", "cable", "newer"]);
    });
    assert!(sign_in(&stored.unwrap(), 2, more).is_ok());
}

/// The fields that an answer has, of which there are more than anybody reads.
const FIELDS: [&str; 10] = [
    "/id",
    "/rawId",
    "/type",
    "/clientExtensionResults",
    "/response",
    "/response/clientDataJSON",
    "/response/attestationObject",
    "/response/authenticatorData",
    "/response/signature",
    "/response/userHandle",
];

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!({"prf": {"enabled": true}, "credProps": {"rk": false}})),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        proptest::collection::vec(any::<u8>(), 0..100).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes).into()),
    ]
}

/// Flips bits in the bytes of a field; false where it has none, or nothing was changed.
fn flip(credential: &mut Value, field: &str, place: prop::sample::Index, bits: u8) -> bool {
    let Some(text) = credential.pointer_mut(field) else {
        return false;
    };
    let Some(mut bytes) = text.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()) else {
        return false;
    };
    let place = place.index(bytes.len());
    bytes[place] ^= bits;
    *text = URL_SAFE_NO_PAD.encode(bytes).into();
    bits != 0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a field, something is answered.
    #[test]
    fn strange_fields_do_no_harm(field in proptest::sample::select(&FIELDS[..]), value in anything()) {
        let spoil = |credential: &mut Value| if let Some(field) = credential.pointer_mut(field) { *field = value.clone() };
        let _ = register(spoil);
        let stored = register(|_| {}).unwrap();
        let _ = sign_in(&stored, 2, spoil);
    }

    /// A signature is over every bit of what the authenticator and the browser said.
    #[test]
    fn no_bit_of_a_signature_can_be_changed(
        field in proptest::sample::select(&["/response/clientDataJSON", "/response/authenticatorData", "/response/signature", "/response/userHandle"][..]),
        place in any::<prop::sample::Index>(),
        bits in 1..=255_u8,
    ) {
        let stored = register(|_| {}).unwrap();
        let mut changed = false;
        let taken = sign_in(&stored, 2, |credential| changed = flip(credential, field, place, bits)).is_ok();
        prop_assert!(changed && !taken);
    }

    /// Nobody signs what is said of a new key, so that a changed bit may pass, such as whether it can be copied. None makes a panic.
    #[test]
    fn changed_bits_of_a_new_key_do_no_harm(
        field in proptest::sample::select(&["/response/clientDataJSON", "/response/attestationObject"][..]),
        place in any::<prop::sample::Index>(),
        bits in 1..=255_u8,
    ) {
        let _ = register(|credential| { flip(credential, field, place, bits); });
    }
}
