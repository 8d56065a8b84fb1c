//! The service, as its WIT says it.
#![allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    reason = "generated: the canonical ABI needs raw pointers"
)]

wit_bindgen::generate!({
    inline: "
        package acme:shop@1.0.1;
        interface prices {
            variant error { unavailable, unknown(string) }
            flags mark { new, reduced }
            enum unit { piece, metre }
            record offer { name: string, cents: u64, unit: unit, marks: mark, notes: list<tuple<string, option<f64>>> }
            quote: async func(item: string) -> result<offer, error>;
            total: func(items: list<string>) -> result<u64, error>;
        }
        world provider { export prices; }
    ",
    world: "provider",
    pub_export_macro: true,
});
