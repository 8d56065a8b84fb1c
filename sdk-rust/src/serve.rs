//! `serve!`: makes a function the component's HTTP handler.

/// Makes an `async fn(Request) -> Response` what answers the component's routes.
#[macro_export]
macro_rules! serve {
    ($handle:path) => {
        #[doc(hidden)]
        pub struct __Component;

        impl $crate::bindings::exports::wasi::http::handler::Guest for __Component {
            async fn handle(
                request: $crate::bindings::wasi::http::types::Request,
            ) -> ::core::result::Result<
                $crate::bindings::wasi::http::types::Response,
                $crate::bindings::wasi::http::types::ErrorCode,
            > {
                let request = $crate::http::Request::from_wasi(request);
                $handle(request).await.into_wasi()
            }
        }

        // Natively, where unit tests run, the names of the entry points are none that a linker takes.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
        mod __export {
            use super::__Component;
            $crate::bindings::export_component!(__Component with_types_in $crate::bindings);
        }
    };
}
