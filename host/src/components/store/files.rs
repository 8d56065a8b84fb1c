//! Packages as files: `components/<digest>.wasm`, written once and never changed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::StoreError;
use crate::components::version::Digest;
use crate::data_directory::file::write_durably;

pub struct Files {
    folder: PathBuf,
}

impl Files {
    pub fn new(folder: PathBuf) -> Files {
        Files { folder }
    }

    pub async fn write(&self, digest: &Digest, package: Bytes) -> Result<(), StoreError> {
        let (folder, digest) = (self.folder.clone(), digest.clone());
        blocking(move || {
            let name = file_name(&digest);
            // The same bytes may be there from another version, unless something happened to them since.
            let is_there = || fs::read(folder.join(&name)).is_ok_and(|bytes| bytes == package);
            if is_there() {
                Ok(())
            } else {
                write_durably(&folder, &name, &package, 0o644)
            }
            .map_err(|error| failed(&folder.join(&name), error))
        })
        .await
    }

    pub async fn read(&self, digest: &Digest) -> Result<Bytes, StoreError> {
        let (path, digest) = (self.folder.join(file_name(digest)), digest.clone());
        blocking(move || {
            let bytes = fs::read(&path).map_err(|error| failed(&path, error))?;
            if Digest::of(&bytes) == digest {
                Ok(Bytes::from(bytes))
            } else {
                Err(StoreError::Altered(digest))
            }
        })
        .await
    }

    /// Removes what is neither named here nor someone else's: packages of forgotten versions, unfinished files.
    pub async fn keep_only(&self, digests: Vec<Digest>) -> Result<(), StoreError> {
        let folder = self.folder.clone();
        blocking(move || {
            let kept: HashSet<String> = digests.iter().map(file_name).collect();
            let entries = fs::read_dir(&folder).map_err(|error| failed(&folder, error))?;
            for entry in entries {
                let entry = entry.map_err(|error| failed(&folder, error))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if is_ours(&name) && !kept.contains(&name) {
                    fs::remove_file(entry.path()).map_err(|error| failed(&entry.path(), error))?;
                }
            }
            Ok(())
        })
        .await
    }
}

fn file_name(digest: &Digest) -> String {
    format!("{digest}.wasm")
}

fn is_ours(name: &str) -> bool {
    let finished = name
        .strip_suffix(crate::data_directory::file::UNFINISHED)
        .unwrap_or(name);
    finished
        .strip_suffix(".wasm")
        .is_some_and(|digest| digest.parse::<Digest>().is_ok())
}

fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::File {
        path: path.display().to_string(),
        error,
    }
}

/// Packages are large and are synced to disk: no thread that answers requests may wait for that.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::File {
            path: "components".to_owned(),
            error: io::Error::other(error),
        }),
    }
}
