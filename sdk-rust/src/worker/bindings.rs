//! The export of a component that does something all the time (`wit/worker.wit`), generated.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the documentation is that of the WIT files, and the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "guesthouse:host/worker-component",
    default_bindings_module: "guesthouse::worker::bindings",
    pub_export_macro: true,
    export_macro_name: "export_worker",
});
