//! The contract (`wit/`) as Rust traits, generated. The modules beside this one implement them.
#![allow(
    missing_docs,
    clippy::all,
    reason = "generated: the documentation is that of the WIT files"
)]

wasmtime::component::bindgen!({
    inline: "
        package guesthouse:served;
        world imports {
            import guesthouse:host/changes@0.1.0;
            import guesthouse:host/http-messages@0.1.0;
            import guesthouse:host/mail@0.1.0;
            import guesthouse:host/secrets@0.1.0;
            import guesthouse:host/services@0.1.0;
            import guesthouse:host/sqlite@0.1.0;
            import guesthouse:host/sse@0.1.0;
        }
    ",
    path: "../wit",
    world: "guesthouse:served/imports",
    imports: {
        // Those that are noted for the request on whose behalf they are made, which the store knows.
        "guesthouse:host/changes.[static]log.open": store | trappable,
        "guesthouse:host/secrets.get": store | trappable,
        "guesthouse:host/sqlite.[static]database.open": store | trappable,
        "guesthouse:host/sqlite.[method]database.stamp": store | trappable,
        "guesthouse:host/sse.accept": store | trappable,
        "guesthouse:host/sse.close": store | trappable,
        "guesthouse:host/sse.listeners": store | trappable,
        "guesthouse:host/sse.send": store | trappable,
        default: trappable,
    },
    with: {
        "guesthouse:host/changes.log": crate::capability::changes::LogHandle,
        "guesthouse:host/sqlite.database": crate::capability::sqlite::DatabaseHandle,
        "guesthouse:host/sqlite.transaction": crate::capability::sqlite::TransactionHandle,
        "wasi:clocks": wasmtime_wasi::p3::bindings::clocks,
        "wasi:http": wasmtime_wasi_http::p3::bindings::http,
    },
});

pub use guesthouse::host::{changes, http_messages, mail, secrets, services, sqlite, sse};

/// What the host calls of a component that brings commands.
pub mod command {
    wasmtime::component::bindgen!({
        inline: "
            package guesthouse:called;
            world command-world {
                export guesthouse:host/command@0.1.0;
            }
        ",
        path: "../wit",
        world: "guesthouse:called/command-world",
    });
}

/// What the host calls of a component that does something all the time.
pub mod worker {
    wasmtime::component::bindgen!({
        inline: "
            package guesthouse:kept;
            world worker-world {
                export guesthouse:host/worker@0.1.0;
            }
        ",
        path: "../wit",
        world: "guesthouse:kept/worker-world",
    });
}
