//! How many requests may come from one address: a bucket that is counted in the database, for all instances.
//!
//! It holds as many as the setting `auth_ip_rate_limit` says and gets one back each second. A row has nothing but the time at
//! which its bucket will be full again, so that rows of addresses that have gone quiet say nothing and are swept.

use std::net::IpAddr;

use guesthouse::sqlite::{blob, params, step};

use crate::error::Error;
use crate::{database, limits, settings};

const SWEEP: &str = "DELETE FROM _auth_address WHERE quiet <= ?1";
/// Nothing where the bucket is empty. ?3 is how long an empty one takes to be full again: where it would take longer the clock
/// was set back or the setting lowered, and the row says nothing.
const TAKE: &str = "INSERT INTO _auth_address (address, quiet) VALUES (?1, ?2 + ?4) ON CONFLICT (address)
    DO UPDATE SET quiet = iif(quiet > ?2 + ?3, ?2, max(quiet, ?2)) + ?4
    WHERE quiet > ?2 + ?3 OR max(quiet, ?2) + ?4 <= ?2 + ?3 RETURNING quiet";

/// Takes a request from the bucket of its address, and refuses it where that is empty.
///
/// This machine itself is not limited: nobody else can be it, and a proxy here that the server was not told of would make one
/// address of all clients.
pub async fn admit(address: Option<IpAddr>) -> Result<(), Error> {
    let Some(address) = address.filter(|address| !address.is_loopback()) else {
        return Ok(());
    };
    let database = database::open()?;
    let burst = settings::read(&database).await?.auth_ip_rate_limit;
    if burst == 0 {
        return Ok(());
    }
    let now = database::now_ms();
    let refill = limits::ADDRESS_REFILL_MS;
    let take = vec![blob(key(address)), now.into(), (burst * refill).into(), refill.into()];
    let results = database
        .batch(vec![step(SWEEP, params![now]), step(TAKE, take)])
        .await?;
    match results.last().and_then(|rows| rows.first()) {
        Some(_) => Ok(()),
        None => Err(Error::AddressBusy),
    }
}

/// What is counted as one: of IPv6 a network of 64 bits, within which everybody has as many addresses as they like.
fn key(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_address() {
        let key = |text: &str| key(text.parse().unwrap());
        assert_eq!(key("192.0.2.1"), [192, 0, 2, 1]);
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    }
}
