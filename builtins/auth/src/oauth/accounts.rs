//! The account of somebody whom a provider named: the one that is tied to them, else the one with their address, else a new one.
//!
//! An address ties two accounts together only if both sides have verified it. An account has one identity at each provider, so that
//! an address which was given to somebody else there does not open it.

use guesthouse::sqlite::{Database, blob, params, step_that_must_affect};

use super::failure::Failure;
use super::profile::{Address, Profile};
use super::provider::Provider;
use crate::account::{self, Account};
use crate::database;
use crate::error::Error;
use crate::identifier::Identifier;
use crate::settings::Settings;

/// Holds only as long as the address is still that account's, and verified.
const TIE: &str = "INSERT INTO _oauth_link (provider_id, provider_user_id, user)
    SELECT ?1, ?2, id FROM _user WHERE id = ?3 AND email = ?4 AND unverified_email IS NULL";
const CREATE: &str =
    "INSERT INTO _user (email, provider_id, provider_user_id, provider_avatar_url) VALUES (?1, ?2, ?3, ?4)";

/// How often it is looked again where somebody else was quicker: signing in twice at once.
const ROUNDS_MAX: usize = 3;

/// Finds the account, or makes one unless only the operator does.
pub async fn find_or_create(
    database: &Database,
    settings: &Settings,
    provider: &Provider,
    profile: &Profile,
) -> Result<Account, Error> {
    for _ in 0..ROUNDS_MAX {
        if let Some(account) = tied(database, provider, profile).await? {
            return signed_in(account);
        }
        let email = address(provider, profile)?;
        let with_email = match email {
            Some(email) => Account::by_identifier(database, &Identifier::Email(email.into())).await?,
            None => None,
        };
        match (with_email, email) {
            (Some(account), Some(email)) => tie(database, provider, profile, signed_in(account)?, email).await?,
            _ if settings.disable_registration => return Err(Failure::RegistrationOff.into()),
            _ => create(database, provider, profile, email).await?,
        }
    }
    Err(Error::Busy)
}

async fn tied(database: &Database, provider: &Provider, profile: &Profile) -> Result<Option<Account>, Error> {
    let sql = format!(
        "SELECT {} FROM _oauth_link AS l JOIN _user AS u ON u.id = l.user WHERE l.provider_id = ?1 AND l.provider_user_id = ?2",
        account::COLUMNS
    );
    let rows = database.query(&sql, params![provider.known.id, &profile.id]).await?;
    rows.first().map(Account::read).transpose()
}

/// Somebody whose address here is not verified is given no tokens, however they sign in.
fn signed_in(account: Account) -> Result<Account, Error> {
    if account.is_pending() {
        return Err(Failure::Pending.into());
    }
    Ok(account)
}

/// The address of a new account; none where the provider never says one that counts.
fn address<'a>(provider: &Provider, profile: &'a Profile) -> Result<Option<&'a str>, Failure> {
    let provider = || provider.display_name.clone();
    match &profile.email {
        Address::Never => Ok(None),
        Address::Missing => Err(Failure::NoEmail { provider: provider() }),
        Address::Unverified => Err(Failure::UnverifiedEmail { provider: provider() }),
        Address::Verified(email) => Ok(Some(email)),
    }
}

/// Ties an account to whom the provider named, unless it is tied to somebody else there. Whoever was quicker is found by the next round.
async fn tie(
    database: &Database,
    provider: &Provider,
    profile: &Profile,
    account: Account,
    email: &str,
) -> Result<(), Error> {
    let sql = "SELECT provider_user_id FROM _oauth_link WHERE user = ?1 AND provider_id = ?2";
    let rows = database
        .query(sql, vec![blob(account.id.as_slice()), provider.known.id.into()])
        .await?;
    let other: Option<&str> = rows.first().map(|row| row.get(0)).transpose()?;
    if other.is_some_and(|other| other != profile.id) {
        let provider = provider.display_name.clone();
        return Err(Failure::OtherIdentity { provider }.into());
    }
    let parameters = vec![
        provider.known.id.into(),
        profile.id.as_str().into(),
        blob(account.id.as_slice()),
        email.into(),
    ];
    match database.batch(vec![step_that_must_affect(TIE, parameters)]).await {
        Err(error) if database::is_taken(&error) || database::is_unmet(&error, 0) => Ok(()),
        other => Ok(other.map(drop)?),
    }
}

/// Makes an account, which is tied by a trigger. Whoever was quicker is found by the next round.
async fn create(database: &Database, provider: &Provider, profile: &Profile, email: Option<&str>) -> Result<(), Error> {
    let parameters = params![email, provider.known.id, &profile.id, profile.avatar_url.as_deref()];
    match database.execute(CREATE, parameters).await {
        Err(error) if database::is_taken(&error) => Ok(()),
        other => Ok(other.map(drop)?),
    }
}
