//! Provides `acme:shop/prices` as well, but gives other types: it does not fit those who use it.

mod bindings;

use bindings::exports::acme::shop::prices::{Error, Guest};

struct Prices;

impl Guest for Prices {
    async fn quote(item: String) -> Result<String, Error> {
        Ok(format!("{} cents", item.len()))
    }

    fn total(items: Vec<String>) -> Result<String, Error> {
        Ok(format!("{} items", items.len()))
    }
}

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
mod entry_points {
    use super::{Prices, bindings};

    bindings::export!(Prices with_types_in bindings);
}
