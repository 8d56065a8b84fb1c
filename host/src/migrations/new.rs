//! Begins a migration: the file with the next version, for its author to fill.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{FileNameError, FolderError, file_name, read_folder};

const HEADER: &str = "\
-- Applied once, in one transaction, by `guesthouse migrate` or the next start of the server. A file that was applied must
-- stay as it is: what comes later goes into a migration of its own.

";

#[derive(Debug, thiserror::Error)]
pub enum NewError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(
        "`{0}` is no name for a migration: use letters, digits, `_`, `-` and `.`, such as `create_note`; the version and \
         `.sql` are added"
    )]
    Name(String),
    #[error("there is a migration with the highest version that there can be")]
    NoVersion,
    #[error("{path} cannot be written: {error}")]
    Io { path: PathBuf, error: io::Error },
}

/// Makes the file in the folder of a data directory's migrations, and returns where it is.
pub fn create(folder: &Path, database: &str, name: &str) -> Result<PathBuf, NewError> {
    let versions = read_folder(folder)?;
    let last = versions.get(database).and_then(|migrations| migrations.last());
    let version = last.map_or(Some(1), |last| last.version.checked_add(1));
    let version = version.ok_or(NewError::NoVersion)?;
    let file = format!("U{version}__{name}.sql");
    file_name(&file).map_err(|FileNameError| NewError::Name(name.to_owned()))?;
    let path = folder.join(database).join(file);
    let failed = |error| NewError::Io {
        path: path.clone(),
        error,
    };
    fs::create_dir_all(folder.join(database)).map_err(failed)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(failed)?;
    file.write_all(HEADER.as_bytes()).map_err(failed)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::folder::is_blank;

    #[test]
    fn versions_follow_one_another_in_each_database() {
        let folder = tempfile::tempdir().expect("a folder");
        let migrations = folder.path().join("migrations");
        let new = |database: &str, name: &str| {
            let path = create(&migrations, database, name).expect("a file");
            assert!(is_blank(&fs::read_to_string(&path).expect("the file")));
            path.strip_prefix(&migrations)
                .expect("in the folder")
                .display()
                .to_string()
        };
        assert_eq!(new("main", "a"), "main/U1__a.sql");
        fs::write(migrations.join("main/U41__b.sql"), "SELECT 1").expect("a file");
        assert_eq!(new("main", "a"), "main/U42__a.sql");
        assert_eq!(new("other", "größe-2.5"), "other/U1__größe-2.5.sql");
    }

    #[test]
    fn a_name_that_no_file_could_have_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["", "a b", "../a", "a/b", "a;b"] {
            let refused = create(folder.path(), "main", name);
            assert!(matches!(refused, Err(NewError::Name(_))), "{name}");
        }
    }
}
