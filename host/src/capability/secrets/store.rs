//! The secrets of a data directory: files in `secrets/`, kept in memory so that reading one costs a request nothing.
//!
//! One process holds the data directory, and every change goes through here: so memory and disk never differ.

use crate::components::manifest::secret_name_mistake;
use crate::data_directory::PRIVATE_FILE_MODE;
use crate::data_directory::file::{UNFINISHED, sync, write_durably_in};
use crate::limits;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// All secrets. No path outside of the folder can be reached through it, whatever a name may be.
pub struct Secrets {
    folder: Dir,
    values: RwLock<BTreeMap<String, Arc<[u8]>>>,
    /// Held through a whole change.
    one_at_a_time: Mutex<()>,
}

/// Why a secret was not changed. No value is in it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{0}")]
    Name(String),
    #[error("the value of a secret has from 1 to {} bytes", limits::SECRET_BYTES_MAX)]
    Value,
    #[error(
        "there are {} secrets already, and no more are kept; delete one that is not needed",
        limits::SECRETS_MAX
    )]
    Full,
    #[error("there is no secret {0}; `guesthouse secrets list` shows those that there are")]
    Unknown(String),
    #[error("the secret {name} cannot be used: {error}")]
    File { name: String, error: io::Error },
}

impl SecretError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            SecretError::Name(_) => "invalid_name",
            SecretError::Value => "invalid_value",
            SecretError::Full => "too_many_secrets",
            SecretError::Unknown(_) => "no_such_secret",
            SecretError::File { .. } => "internal",
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secrets(..)")
    }
}

impl Secrets {
    /// Reads the files of the folder. What is no secret, as the control token, is left alone.
    pub fn open(folder: &Path) -> Result<Self, SecretError> {
        let failed = |name: &str| {
            let name = name.to_owned();
            move |error| SecretError::File { name, error }
        };
        let folder = Dir::open_ambient_dir(folder, ambient_authority()).map_err(failed("folder"))?;
        let mut values = BTreeMap::new();
        for entry in folder.entries().map_err(failed("folder"))? {
            let name = entry.map_err(failed("folder"))?.file_name();
            let Some(name) = name.to_str() else { continue };
            if let Some(unfinished) = name.strip_suffix(UNFINISHED)
                && secret_name_mistake(unfinished).is_none()
            {
                folder.remove_file(name).map_err(failed(name))?;
            }
            if secret_name_mistake(name).is_some() {
                continue;
            }
            if values.len() == limits::SECRETS_MAX {
                return Err(SecretError::Full);
            }
            values.insert(name.to_owned(), read(&folder, name).map_err(failed(name))?);
        }
        Ok(Self {
            folder,
            values: RwLock::new(values),
            one_at_a_time: Mutex::default(),
        })
    }

    /// The value, if there is one.
    pub fn get(&self, name: &str) -> Option<Arc<[u8]>> {
        self.values
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// The names of all that have a value, in byte order.
    pub fn names(&self) -> Vec<String> {
        self.values
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
    }

    /// The value; where there is none, random bytes become it.
    pub async fn get_or_generate(self: Arc<Self>, name: String, length: usize) -> Result<Arc<[u8]>, SecretError> {
        check_length(length)?;
        if let Some(value) = self.get(&name) {
            return Ok(value);
        }
        self.change(name, move |secrets, name| {
            if let Some(value) = secrets.get(name) {
                return Ok(value);
            }
            let mut value = vec![0; length];
            getrandom::fill(&mut value).map_err(|error| SecretError::File {
                name: name.to_owned(),
                error: io::Error::other(error),
            })?;
            secrets.put(name, &value)?;
            Ok(value.into())
        })
        .await
    }

    /// Sets or replaces a value.
    pub async fn set(self: Arc<Self>, name: String, value: Vec<u8>) -> Result<(), SecretError> {
        self.change(name, move |secrets, name| secrets.put(name, &value)).await
    }

    /// Sets a value if it is still the expected one, and says whether it was.
    pub async fn compare_and_set(
        self: Arc<Self>,
        name: String,
        expected: Option<Vec<u8>>,
        value: Vec<u8>,
    ) -> Result<bool, SecretError> {
        self.change(name, move |secrets, name| {
            if secrets.get(name).as_deref() != expected.as_deref() {
                return Ok(false);
            }
            secrets.put(name, &value).map(|()| true)
        })
        .await
    }

    /// Removes a value and says whether there was one.
    pub async fn remove(self: Arc<Self>, name: String) -> Result<bool, SecretError> {
        self.change(name, |secrets, name| {
            if secrets.get(name).is_none() {
                return Ok(false);
            }
            let gone = secrets.folder.remove_file(name).and_then(|()| sync(&secrets.folder));
            match gone {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SecretError::File {
                    name: name.to_owned(),
                    error,
                }),
                _ => {
                    secrets
                        .values
                        .write()
                        .unwrap_or_else(PoisonError::into_inner)
                        .remove(name);
                    Ok(true)
                }
            }
        })
        .await
    }

    /// Runs one change after the other, on a thread that may wait for the disk, and to its end even if the caller goes away.
    async fn change<T: Send + 'static>(
        self: Arc<Self>,
        name: String,
        change: impl FnOnce(&Self, &str) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        if let Some(mistake) = secret_name_mistake(&name) {
            return Err(SecretError::Name(mistake));
        }
        let failed_name = name.clone();
        let changed = tokio::task::spawn_blocking(move || {
            let _held = self.one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
            change(&self, &name)
        });
        changed.await.unwrap_or_else(|error| {
            Err(SecretError::File {
                name: failed_name,
                error: io::Error::other(error),
            })
        })
    }

    fn put(&self, name: &str, value: &[u8]) -> Result<(), SecretError> {
        check_length(value.len())?;
        if self.get(name).is_none() && self.names().len() >= limits::SECRETS_MAX {
            return Err(SecretError::Full);
        }
        write_durably_in(&self.folder, name, value, PRIVATE_FILE_MODE).map_err(|error| SecretError::File {
            name: name.to_owned(),
            error,
        })?;
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        values.insert(name.to_owned(), value.into());
        Ok(())
    }
}

fn check_length(bytes: usize) -> Result<(), SecretError> {
    match (1..=limits::SECRET_BYTES_MAX).contains(&bytes) {
        true => Ok(()),
        false => Err(SecretError::Value),
    }
}

fn read(folder: &Dir, name: &str) -> io::Result<Arc<[u8]>> {
    let mut value = Vec::new();
    let file = folder.open(name)?;
    file.take(limits::SECRET_BYTES_MAX as u64 + 1).read_to_end(&mut value)?;
    match check_length(value.len()) {
        Ok(()) => Ok(value.into()),
        Err(error) => Err(io::Error::other(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn open(folder: &tempfile::TempDir) -> Arc<Secrets> {
        Arc::new(Secrets::open(folder.path()).expect("secrets"))
    }

    #[tokio::test]
    async fn a_value_is_private_durable_and_replaced_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = open(&folder);
        assert_eq!(secrets.get("KEY"), None);
        secrets.clone().set("KEY".into(), b"one".to_vec()).await.expect("set");
        secrets.clone().set("KEY".into(), b"two".to_vec()).await.expect("set");
        let mode = fs::metadata(folder.path().join("KEY"))
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, PRIVATE_FILE_MODE);
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
        for secrets in [secrets.clone(), open(&folder)] {
            assert_eq!(secrets.get("KEY").as_deref(), Some(&b"two"[..]));
            assert!(!format!("{secrets:?}").contains("two"));
        }
        assert!(secrets.clone().remove("KEY".into()).await.expect("removed"));
        assert!(!secrets.clone().remove("KEY".into()).await.expect("nothing to remove"));
        assert_eq!((secrets.get("KEY"), open(&folder).get("KEY")), (None, None));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_that_generate_or_compare_at_once_all_agree() {
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = open(&folder);
        let generated = (0..16).map(|_| tokio::spawn(secrets.clone().get_or_generate("KEY".into(), 32)));
        let mut values = Vec::new();
        for value in generated.collect::<Vec<_>>() {
            values.push(value.await.expect("a task").expect("a value"));
        }
        assert!(values.iter().all(|value| value.len() == 32 && value == &values[0]));
        assert!(values[0].iter().any(|byte| *byte != 0));

        let swapped = (0..16u8).map(|own| {
            let expected = Some(values[0].to_vec());
            tokio::spawn(secrets.clone().compare_and_set("KEY".into(), expected, vec![own]))
        });
        let mut winners = 0;
        for swapped in swapped.collect::<Vec<_>>() {
            winners += usize::from(swapped.await.expect("a task").expect("an answer"));
        }
        assert_eq!((winners, secrets.get("KEY").map(|value| value.len())), (1, Some(1)));
        let taken = secrets.clone().compare_and_set("KEY".into(), None, vec![1]).await;
        assert!(!taken.expect("an answer"));
        let new = secrets.clone().compare_and_set("OTHER".into(), None, vec![1]).await;
        assert!(new.expect("an answer"));
    }

    #[tokio::test]
    async fn no_name_leaves_the_folder_or_reaches_what_the_host_keeps_there() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("control-token"), "hidden").expect("a file");
        fs::write(folder.path().join("KEY.unfinished"), "part").expect("a file");
        let secrets = open(&folder);
        assert_eq!(secrets.names(), Vec::<String>::new());
        assert!(!folder.path().join("KEY.unfinished").exists());
        let long = "A".repeat(limits::SECRET_NAME_BYTES_MAX + 1);
        for name in [
            "control-token",
            "../KEY",
            "/KEY",
            "a/b",
            ".",
            "..",
            "",
            "KEY.unfinished",
            "a\0b",
            "\u{e4}",
            &long,
        ] {
            assert_eq!(secrets.get(name), None, "{name}");
            let set = secrets.clone().set(name.into(), vec![1]).await;
            assert!(matches!(set, Err(SecretError::Name(_))), "{name}");
            let generated = secrets.clone().get_or_generate(name.into(), 1).await;
            assert!(matches!(generated, Err(SecretError::Name(_))), "{name}");
            assert!(
                matches!(secrets.clone().remove(name.into()).await, Err(SecretError::Name(_))),
                "{name}"
            );
        }
        let longest = "A".repeat(limits::SECRET_NAME_BYTES_MAX);
        secrets.clone().set(longest, vec![1]).await.expect("a long name");
        assert_eq!(
            fs::read_to_string(folder.path().join("control-token")).expect("the token"),
            "hidden"
        );
    }

    #[tokio::test]
    async fn a_link_that_leads_out_of_the_folder_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("file"), "theirs").expect("a file");
        symlink(outside.path().join("file"), folder.path().join("KEY")).expect("a link");
        assert!(matches!(Secrets::open(folder.path()), Err(SecretError::File { .. })));
    }

    #[tokio::test]
    async fn size_and_number_are_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = open(&folder);
        for length in [0, limits::SECRET_BYTES_MAX + 1] {
            let set = secrets.clone().set("KEY".into(), vec![1; length]).await;
            assert!(matches!(set, Err(SecretError::Value)), "{length}");
            let generated = secrets.clone().get_or_generate("KEY".into(), length).await;
            assert!(matches!(generated, Err(SecretError::Value)), "{length}");
        }
        let largest = vec![1; limits::SECRET_BYTES_MAX];
        secrets
            .clone()
            .set("N0".into(), largest)
            .await
            .expect("the largest value");
        for number in 1..limits::SECRETS_MAX {
            fs::write(folder.path().join(format!("N{number}")), "x").expect("a file");
        }
        let secrets = open(&folder);
        assert_eq!(secrets.names().len(), limits::SECRETS_MAX);
        let more = secrets.clone().get_or_generate("MORE".into(), 32).await;
        assert!(matches!(more, Err(SecretError::Full)));
        secrets
            .clone()
            .set("N7".into(), vec![2])
            .await
            .expect("one that is there already");
        fs::write(folder.path().join("MORE"), "x").expect("a file");
        assert!(matches!(Secrets::open(folder.path()), Err(SecretError::Full)));
    }
}
