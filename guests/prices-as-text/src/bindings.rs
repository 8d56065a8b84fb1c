//! The service, as its WIT says it.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    inline: "
        package acme:shop@1.0.2;
        interface prices {
            variant error { unavailable, unknown(string) }
            quote: async func(item: string) -> result<string, error>;
            total: func(items: list<string>) -> result<string, error>;
        }
        world provider { export prices; }
    ",
    world: "provider",
    pub_export_macro: true,
});
