//! For components that tell others who is calling.

pub use crate::provider_bindings::exports::guesthouse::identity::authenticator::{
    Caller, Claim, ClaimValue, Error, Identity, Proof,
};

/// Header fields that carry credentials, in the order of arrival: `authorization`, `cookie` and `refresh-token`.
pub type Credentials = crate::http::Headers;

/// Makes an `async fn(Credentials) -> Result<Identity, Error>` what other components ask who is calling. The component needs
/// `provide = ["guesthouse:identity/authenticator"]` under `[grants.services]`; it may answer requests as well.
#[macro_export]
macro_rules! provide_identity {
    ($identify:path) => {
        #[doc(hidden)]
        pub struct __IdentityProvider;

        impl $crate::provider_bindings::exports::guesthouse::identity::authenticator::Guest for __IdentityProvider {
            async fn identify(
                credentials: $crate::identity::provider::Credentials,
            ) -> ::core::result::Result<$crate::identity::provider::Identity, $crate::identity::provider::Error> {
                $identify(credentials).await
            }
        }

        // Natively, where unit tests run, the names of the entry points are none that a linker takes.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
        mod __export_identity_provider {
            use super::__IdentityProvider;
            $crate::provider_bindings::export_identity_provider!(
                __IdentityProvider with_types_in $crate::provider_bindings
            );
        }
    };
}
