//! The exports of a component that brings commands (`wit/command.wit`), generated.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the documentation is that of the WIT files, and the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "guesthouse:host/command-component",
    default_bindings_module: "guesthouse::command::bindings",
    pub_export_macro: true,
    export_macro_name: "export_command",
});
