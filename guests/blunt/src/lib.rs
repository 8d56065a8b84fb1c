//! Exports an interface that cannot be a service: its function has no way to say that nobody answered.

mod bindings;

struct Blunt;

impl bindings::exports::acme::shop::blunt::Guest for Blunt {
    fn stock(item: String) -> u32 {
        item.len() as u32
    }
}

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
mod entry_points {
    use super::{Blunt, bindings};

    bindings::export!(Blunt with_types_in bindings);
}
