//! Who is no longer who they were: for those who go on answering somebody after their request.
//!
//! A component that calls `revoked` needs `use = ["guesthouse:identity/revocation"]` under `[grants.services]`. For the other
//! side see [`provide_revocation!`](crate::provide_revocation) and [`provider`].

use super::Caller;
use crate::bindings::guesthouse::host::services;
use crate::bindings::guesthouse::identity::revocation as service;

pub use service::{Error, Holder};

/// How many every provider looks up at once.
pub const HOLDERS_MAX: usize = 500;

const SERVICE: &str = "guesthouse:identity/revocation";

impl From<&Caller> for Holder {
    fn from(caller: &Caller) -> Self {
        Self {
            id: caller.id.clone(),
            session: caller.session.clone(),
        }
    }
}

/// Whether any component tells. Where none does, what is known of a caller holds until it expires.
pub fn is_offered() -> bool {
    services::provider(SERVICE).is_some()
}

/// Which of these, up to [`HOLDERS_MAX`], a new request would no longer be from: their places in the list.
pub async fn revoked(holders: Vec<Holder>) -> Result<Vec<u32>, Error> {
    service::revoked(holders).await
}

/// For components that tell.
pub mod provider {
    pub use crate::revocation_bindings::exports::guesthouse::identity::revocation::{Error, Holder};
}

/// Makes an `async fn(Vec<Holder>) -> Result<Vec<u32>, Error>` what other components ask who no longer may. The component needs
/// `provide = ["guesthouse:identity/revocation"]` under `[grants.services]`.
#[macro_export]
macro_rules! provide_revocation {
    ($revoked:path) => {
        #[doc(hidden)]
        pub struct __RevocationProvider;

        impl $crate::revocation_bindings::exports::guesthouse::identity::revocation::Guest for __RevocationProvider {
            async fn revoked(
                holders: ::std::vec::Vec<$crate::identity::revocation::provider::Holder>,
            ) -> ::core::result::Result<::std::vec::Vec<u32>, $crate::identity::revocation::provider::Error> {
                $revoked(holders).await
            }
        }

        // Natively, where unit tests run, the names of the entry points are none that a linker takes.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, reason = "the entry points of the canonical ABI are made here")]
        mod __export_revocation_provider {
            use super::__RevocationProvider;
            $crate::revocation_bindings::export_revocation_provider!(
                __RevocationProvider with_types_in $crate::revocation_bindings
            );
        }
    };
}
