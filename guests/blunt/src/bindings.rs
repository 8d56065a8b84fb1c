//! The service, as its WIT says it.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    inline: "
        package acme:shop@1.0.0;
        interface blunt { stock: func(item: string) -> u32; }
        world provider { export blunt; }
    ",
    world: "provider",
    pub_export_macro: true,
});
