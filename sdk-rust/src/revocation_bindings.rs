//! The export of a component that tells who no longer may (`wit/identity.wit`), generated.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the documentation is that of the WIT files, and the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "guesthouse:host/revocation-provider",
    default_bindings_module: "guesthouse::revocation_bindings",
    pub_export_macro: true,
    export_macro_name: "export_revocation_provider",
});
