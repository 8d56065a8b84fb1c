//! `guesthouse:host/secrets`: named values, each as far as the grants go.

mod listing;
mod store;

use super::bindings::secrets::{self, Error};
use crate::components::grants::SecretsGrant;
use crate::components::manifest::secret_name_mistake;
use crate::runtime::{Caller, State};
use std::sync::Arc;
use wasmtime::component::{Access, Accessor, HasData, Linker};

pub use listing::{SecretAccess, SecretLine, listing};
pub use store::{SecretError, Secrets};

/// What a version was granted: which names, in which ways.
pub struct Granted {
    secrets: Arc<Secrets>,
    grant: SecretsGrant,
}

impl Granted {
    /// From the grants of the version.
    pub fn new(secrets: Arc<Secrets>, grant: SecretsGrant) -> Self {
        Self { secrets, grant }
    }

    /// The secrets, if the name is well-formed and in every one of these lists.
    fn check(&self, name: &str, lists: &[&[String]]) -> Result<Arc<Secrets>, Error> {
        if let Some(mistake) = secret_name_mistake(name) {
            return Err(Error::InvalidName(mistake));
        }
        // The lists are sorted.
        let is_in = |list: &[String]| list.binary_search_by(|granted| granted.as_str().cmp(name)).is_ok();
        match lists.iter().all(|list| is_in(list)) {
            true => Ok(self.secrets.clone()),
            false => Err(Error::Denied(format!("secret {name}"))),
        }
    }
}

/// What an instance has.
pub struct Context {
    granted: Arc<Granted>,
}

impl Context {
    /// For a new instance.
    pub fn new(granted: Arc<Granted>) -> Self {
        Self { granted }
    }
}

/// Adds the interface.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    secrets::add_to_linker::<State, SecretsInterface>(linker, |state| View(state))
}

struct SecretsInterface;

impl HasData for SecretsInterface {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut State);

type Answer<T> = wasmtime::Result<Result<T, Error>>;

impl secrets::Host for View<'_> {
    fn names(&mut self) -> wasmtime::Result<Vec<String>> {
        let Granted { secrets, grant } = &*self.0.secrets.granted;
        let granted = |name: &String| {
            [&grant.read, &grant.generate, &grant.write]
                .iter()
                .any(|list| list.contains(name))
        };
        Ok(secrets.names().into_iter().filter(granted).collect())
    }
}

/// The secrets, if the name is in all lists of these ways; taken out of the store so that the call can wait without holding it. What is
/// allowed and what is not is noted here.
fn check(
    mut access: Access<'_, State, SecretsInterface>,
    function: &'static str,
    name: &str,
    ways: &[&'static str],
) -> Result<Arc<Secrets>, Error> {
    let granted = access.get().0.secrets.granted.clone();
    let lists = granted.grant.ways().into_iter().filter(|(way, _)| ways.contains(way));
    let lists: Vec<&[String]> = lists.map(|(_, list)| list).collect();
    let checked = granted.check(name, &lists);
    match &checked {
        Ok(_) => Caller::of(access).allowed(function, ways.iter().map(|way| format!("secrets: {way} {name}"))),
        Err(Error::Denied(_)) => {
            Caller::of(access).denied(function, &format!("secrets: {} {name}", ways.join(" and ")))
        }
        Err(_) => {}
    }
    checked
}

impl secrets::HostWithStore<State> for SecretsInterface {
    fn get(access: Access<'_, State, Self>, name: String) -> Answer<Option<Vec<u8>>> {
        let checked = check(access, "secrets.get", &name, &["read"]);
        Ok(checked.map(|secrets| secrets.get(&name).map(|value| value.to_vec())))
    }

    async fn get_or_generate(accessor: &Accessor<State, Self>, name: String, length: u32) -> Answer<Vec<u8>> {
        let checked = accessor.with(|access| check(access, "secrets.get-or-generate", &name, &["generate"]));
        let secrets = match checked {
            Ok(secrets) => secrets,
            Err(error) => return Ok(Err(error)),
        };
        let value = secrets.get_or_generate(name, length as usize).await;
        Ok(value.map(|value| value.to_vec()).map_err(Error::from))
    }

    async fn set(accessor: &Accessor<State, Self>, name: String, value: Vec<u8>) -> Answer<()> {
        match accessor.with(|access| check(access, "secrets.set", &name, &["write"])) {
            Ok(secrets) => Ok(secrets.set(name, value).await.map_err(Error::from)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn compare_and_set(
        accessor: &Accessor<State, Self>,
        name: String,
        expected: Option<Vec<u8>>,
        value: Vec<u8>,
    ) -> Answer<bool> {
        match accessor.with(|access| check(access, "secrets.compare-and-set", &name, &["read", "write"])) {
            Ok(secrets) => Ok(secrets
                .compare_and_set(name, expected, value)
                .await
                .map_err(Error::from)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn remove(accessor: &Accessor<State, Self>, name: String) -> Answer<bool> {
        match accessor.with(|access| check(access, "secrets.remove", &name, &["write"])) {
            Ok(secrets) => Ok(secrets.remove(name).await.map_err(Error::from)),
            Err(error) => Ok(Err(error)),
        }
    }
}

impl From<SecretError> for Error {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Name(mistake) => Self::InvalidName(mistake),
            SecretError::Value => Self::InvalidValue(error.to_string()),
            SecretError::Full => Self::Full(error.to_string()),
            SecretError::Unknown(_) | SecretError::File { .. } => {
                tracing::error!(%error, "a secret cannot be read or written");
                Self::Other("the secrets cannot be read or written".into())
            }
        }
    }
}
