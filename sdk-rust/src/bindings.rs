//! The contract (`wit/`) as Rust, generated once for all components. The modules beside this one wrap it.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the documentation is that of the WIT files, and the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "guesthouse:host/component",
    default_bindings_module: "guesthouse::bindings",
    pub_export_macro: true,
    export_macro_name: "export_component",
    generate_all,
});
