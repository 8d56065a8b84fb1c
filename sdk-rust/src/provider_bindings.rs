//! The exports of the contract that a component may have beside its HTTP handler, as Rust.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the documentation is that of the WIT files, and the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "guesthouse:host/identity-provider",
    with: {
        "wasi:clocks/system-clock@0.3.0": crate::bindings::wasi::clocks::system_clock,
        "wasi:clocks/types@0.3.0": crate::bindings::wasi::clocks::types,
    },
    default_bindings_module: "guesthouse::provider_bindings",
    pub_export_macro: true,
    export_macro_name: "export_identity_provider",
});
