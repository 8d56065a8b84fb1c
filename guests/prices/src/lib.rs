//! Provides a service of its own making, `acme:shop/prices`, and answers no requests.
//!
//! What is asked for says how it behaves: `trap`, `loop`, `slow` (it waits for longer than it may), `large` (more than a service
//! may give), `nothing` (an error of its own), `count` (the calls that this instance has had); anything else costs its length.

mod bindings;

use std::cell::Cell;

use bindings::exports::acme::shop::prices::{Error, Guest, Mark, Offer, Unit};

/// Longer than its manifest lets a call take.
const TOO_LONG_NS: u64 = 3_000_000_000;
/// More than a service may give in one call.
const TOO_LARGE_BYTES: usize = 300 * 1024;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

struct Prices;

impl Guest for Prices {
    async fn quote(item: String) -> Result<Offer, Error> {
        CALLS.set(CALLS.get() + 1);
        let (mut cents, mut notes) = (
            item.len() as u64,
            vec![("note".into(), Some(0.5)), ("empty".into(), None)],
        );
        match item.as_str() {
            "trap" => panic!("trapped on request"),
            "loop" => loop {
                std::hint::black_box(());
            },
            "slow" => guesthouse::bindings::wasi::clocks::monotonic_clock::wait_for(TOO_LONG_NS).await,
            "large" => notes.push(("x".repeat(TOO_LARGE_BYTES), None)),
            "nothing" => return Err(Error::Unknown(item)),
            "count" => cents = CALLS.get(),
            _ => {}
        }
        Ok(Offer {
            name: item,
            cents,
            unit: Unit::Metre,
            marks: Mark::NEW | Mark::REDUCED,
            notes,
        })
    }

    fn total(items: Vec<String>) -> Result<u64, Error> {
        Ok(items.iter().map(|item| item.len() as u64).sum())
    }
}

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
mod entry_points {
    use super::{Prices, bindings};

    bindings::export!(Prices with_types_in bindings);
}
