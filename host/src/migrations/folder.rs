//! Reads `<database>/U<version>__<name>.sql` files. Mistakes in their names are errors: a file that is silently left
//! out is found only when its table is missing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::ByDatabase;
use crate::capability::sqlite::Migration;
use crate::components::manifest::database_name_mistake;

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{path}: {error}")]
    Name { path: PathBuf, error: FileNameError },
    #[error("{path}: {mistake}")]
    Database { path: PathBuf, mistake: String },
    #[error("{0} stands outside a database's folder; put it into `migrations/main/`")]
    OutsideDatabase(PathBuf),
    #[error("{first} and {second} have the same version; give one of them another number")]
    SameVersion { first: PathBuf, second: PathBuf },
    #[error("{path} cannot be read: {error}")]
    Io { path: PathBuf, error: io::Error },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not named `U<version>__<name>.sql`, such as `U1__create_entry.sql`")]
pub struct FileNameError;

/// The version and the name in the name of a migration's file.
pub fn file_name(file: &str) -> Result<(i64, String), FileNameError> {
    let stem = file
        .strip_suffix(".sql")
        .and_then(|rest| rest.strip_prefix('U'))
        .ok_or(FileNameError)?;
    let (version, name) = stem.split_once("__").ok_or(FileNameError)?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let version = version.parse().ok().filter(|_| is_number).ok_or(FileNameError)?;
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|character| character.is_alphanumeric() || "_-.".contains(character));
    if is_name {
        Ok((version, name.to_owned()))
    } else {
        Err(FileNameError)
    }
}

/// The migrations in a folder, by database, in the order of their versions. A folder that is not there has none.
pub fn read_folder(folder: &Path) -> Result<ByDatabase, FolderError> {
    let mut databases = ByDatabase::new();
    for (database, files) in sql_files(folder)? {
        if let Some(mistake) = database_name_mistake(&database) {
            let path = folder.join(database);
            return Err(FolderError::Database { path, mistake });
        }
        let mut migrations: Vec<(PathBuf, Migration)> = Vec::with_capacity(files.len());
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let (version, name) = file_name(&name).map_err(|error| FolderError::Name {
                path: path.clone(),
                error,
            })?;
            if let Some((first, _)) = migrations.iter().find(|(_, other)| other.version == version) {
                return Err(FolderError::SameVersion {
                    first: first.clone(),
                    second: path,
                });
            }
            let sql = read_text(&path)?;
            migrations.push((path, Migration { version, name, sql }));
        }
        migrations.sort_by_key(|(_, migration)| migration.version);
        databases.insert(
            database,
            migrations.into_iter().map(|(_, migration)| migration).collect(),
        );
    }
    Ok(databases)
}

/// The same files as a package holds them: the path below the folder, and the SQL.
pub fn read_texts(folder: &Path) -> Result<Vec<(String, String)>, FolderError> {
    let mut texts = Vec::new();
    for (database, files) in sql_files(folder)? {
        for path in files {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            texts.push((format!("{database}/{file}"), read_text(&path)?));
        }
    }
    Ok(texts)
}

/// Whether there is nothing but blanks and comments in a text.
pub fn is_blank(sql: &str) -> bool {
    let mut rest = sql.trim_start();
    while !rest.is_empty() {
        let end = if rest.starts_with("--") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|at| at + 1)
        } else {
            return false;
        };
        // A comment may end with the text.
        rest = end.map_or("", |end| rest[end + 1..].trim_start());
    }
    true
}

fn sql_files(folder: &Path) -> Result<Vec<(String, Vec<PathBuf>)>, FolderError> {
    let mut databases = Vec::new();
    if !folder.exists() {
        return Ok(databases);
    }
    for path in entries(folder)? {
        if path.is_dir() {
            let database = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            databases.push((
                database,
                entries(&path)?.into_iter().filter(|file| is_sql(file)).collect(),
            ));
        } else if is_sql(&path) {
            return Err(FolderError::OutsideDatabase(path));
        }
    }
    Ok(databases)
}

fn is_sql(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("sql"))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let failed = |error| FolderError::Io {
        path: folder.to_owned(),
        error,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn read_text(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(|error| FolderError::Io {
        path: path.to_owned(),
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, "SELECT 1;").expect("a file");
        }
        folder
    }

    #[test]
    fn migrations_are_ordered_by_number_and_other_files_are_left_alone() {
        let folder = folder(&[
            "main/U10__b.sql",
            "main/U9__a.sql",
            "main/README.md",
            "other/U1__c.sql",
            "note.txt",
        ]);
        let databases = read_folder(folder.path()).expect("migrations");
        let versions: Vec<_> = databases["main"].iter().map(|migration| migration.version).collect();
        assert_eq!(versions, [9, 10]);
        let paths: Vec<_> = read_texts(folder.path())
            .expect("texts")
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(paths, ["main/U10__b.sql", "main/U9__a.sql", "other/U1__c.sql"]);
        assert!(read_folder(&folder.path().join("none")).expect("no folder").is_empty());
    }

    #[test]
    fn comments_alone_are_no_statement() {
        for blank in ["", " \n", "-- a", "-- a\n\n/* b; */ -- c", "/* a"] {
            assert!(is_blank(blank), "{blank}");
        }
        for sql in ["SELECT 1", "-- a\nSELECT 1", "/* a */ x", ";", "- a"] {
            assert!(!is_blank(sql), "{sql}");
        }
    }

    #[test]
    fn badly_named_misplaced_and_doubled_files_are_errors() {
        for files in [
            &["main/V1__a.sql"][..],
            &["main/U1_a.sql"],
            &["main/U-1__a.sql"],
            &["main/U1__.sql"],
            &["main/u1__a.SQL"],
        ] {
            assert!(
                matches!(read_folder(folder(files).path()), Err(FolderError::Name { .. })),
                "{files:?}"
            );
        }
        assert!(matches!(
            read_folder(folder(&["U1__a.sql"]).path()),
            Err(FolderError::OutsideDatabase(_))
        ));
        for files in ["host/U1__a.sql", "Main/U1__a.sql"] {
            let read = read_folder(folder(&[files]).path());
            assert!(matches!(read, Err(FolderError::Database { .. })), "{files}");
        }
        let doubled = folder(&["main/U1__a.sql", "main/U01__b.sql"]);
        assert!(matches!(
            read_folder(doubled.path()),
            Err(FolderError::SameVersion { .. })
        ));
    }
}
