//! The data directory: its layout, and the lock that keeps it to one process at a time.

pub mod file;
mod token;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

pub use token::{ControlToken, TokenError};

/// Only the owner may look inside.
const PRIVATE_FOLDER_MODE: u32 = 0o700;
/// Only the owner may read and write.
pub const PRIVATE_FILE_MODE: u32 = 0o600;

const FOLDERS: [&str; 5] = ["components", "cache", "migrations/main", "files", "backups"];

/// A data directory that this process holds. The lock ends when this is dropped, or with the process.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    /// Held for the lock on it.
    _lock: File,
}

#[derive(Debug, thiserror::Error)]
pub enum DataDirectoryError {
    #[error("there is no data directory at {0}; name it with `--data-dir`, or make it with `guesthouse run`")]
    Missing(PathBuf),
    #[error("the data directory {0} is in use by another process; stop that one first, or use another `--data-dir`")]
    InUse(PathBuf),
    #[error("the data directory {0} is not a folder")]
    NotAFolder(PathBuf),
    #[error("the data directory cannot be used: {path}: {error}")]
    Io { path: PathBuf, error: io::Error },
}

impl DataDirectory {
    /// Creates what is missing and takes the lock.
    pub fn open(path: &Path) -> Result<DataDirectory, DataDirectoryError> {
        if path.exists() && !path.is_dir() {
            return Err(DataDirectoryError::NotAFolder(path.to_owned()));
        }
        make_folder(path, PRIVATE_FOLDER_MODE)?;
        // Absolute, so that nothing depends on where the process goes later.
        let path = path.canonicalize().map_err(|error| DataDirectoryError::Io {
            path: path.to_owned(),
            error,
        })?;
        let lock = lock(&path)?;
        for folder in FOLDERS {
            make_folder(&path.join(folder), 0o777)?;
        }
        let secrets = path.join("secrets");
        make_folder(&secrets, PRIVATE_FOLDER_MODE)?;
        let private = fs::Permissions::from_mode(PRIVATE_FOLDER_MODE);
        fs::set_permissions(&secrets, private).map_err(|error| DataDirectoryError::Io { path: secrets, error })?;
        Ok(DataDirectory { path, _lock: lock })
    }

    /// As `open`, for a directory that must be there already: a mistyped path makes no new one.
    pub fn open_existing(path: &Path) -> Result<DataDirectory, DataDirectoryError> {
        if path.exists() {
            DataDirectory::open(path)
        } else {
            Err(DataDirectoryError::Missing(path.to_owned()))
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Packages, by digest.
    pub fn components(&self) -> PathBuf {
        self.path.join("components")
    }

    /// Compiled components. May be deleted while no server runs.
    pub fn cache(&self) -> PathBuf {
        self.path.join("cache")
    }

    /// SQL files of the directory's owner, in a folder for each database.
    pub fn migrations(&self) -> PathBuf {
        self.path.join("migrations")
    }

    /// Named values, one file for each, and the control token.
    pub fn secrets(&self) -> PathBuf {
        self.path.join("secrets")
    }

    /// The token that opens the control API over the network; made when first asked for.
    pub fn control_token(&self) -> Result<ControlToken, TokenError> {
        ControlToken::read_or_make(&self.secrets())
    }
}

fn make_folder(path: &Path, mode: u32) -> Result<(), DataDirectoryError> {
    let made = DirBuilder::new().recursive(true).mode(mode).create(path);
    made.map_err(|error| DataDirectoryError::Io {
        path: path.to_owned(),
        error,
    })
}

fn lock(directory: &Path) -> Result<File, DataDirectoryError> {
    let path = directory.join("lock");
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(PRIVATE_FILE_MODE)
        .open(&path);
    let file = opened.map_err(|error| DataDirectoryError::Io {
        path: path.clone(),
        error,
    })?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(DataDirectoryError::InUse(directory.to_owned())),
        Err(errno) => Err(DataDirectoryError::Io {
            path,
            error: errno.into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data");
        let first = DataDirectory::open(&path).expect("a new data directory");
        assert!(matches!(DataDirectory::open(&path), Err(DataDirectoryError::InUse(_))));
        let mode = fs::metadata(path.join("secrets"))
            .expect("the folder")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, PRIVATE_FOLDER_MODE);
        drop(first);
        DataDirectory::open_existing(&path).expect("the directory is free again");
    }

    #[test]
    fn a_missing_directory_and_a_file_are_explained() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("data");
        assert!(matches!(
            DataDirectory::open_existing(&missing),
            Err(DataDirectoryError::Missing(_))
        ));
        fs::write(&missing, "").expect("a file");
        assert!(matches!(
            DataDirectory::open(&missing),
            Err(DataDirectoryError::NotAFolder(_))
        ));
    }

    #[test]
    fn the_control_token_stays_the_same_and_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = DataDirectory::open(folder.path()).expect("a data directory");
        directory.control_token().expect("a token");
        let path = directory.path().join("secrets/control-token");
        let text = fs::read_to_string(&path).expect("the token");
        assert_eq!(
            fs::metadata(&path).expect("the file").permissions().mode() & 0o777,
            PRIVATE_FILE_MODE
        );
        let again = directory.control_token().expect("the token");
        assert!(again.matches(text.trim()));
        assert!(!again.matches("") && !again.matches(&text.trim()[1..]));
        assert!(!format!("{again:?}").contains(text.trim()));
        fs::write(&path, "short").expect("a bad token");
        assert!(matches!(directory.control_token(), Err(TokenError::TooShort(_))));
    }
}
