//! Reads a package: the bytes of one deployment, a component that carries its manifest and migrations.

pub mod pack;
mod sections;
#[cfg(test)]
mod tests;
pub mod unpack;

use std::collections::BTreeMap;

use bytes::Bytes;

use super::manifest::{Manifest, ManifestError, component_name_mistake};
use crate::capability::sqlite::Migration;
use crate::limits;
use crate::migrations::file_name;

/// What a package holds.
#[derive(Debug)]
pub struct Package {
    pub bytes: Bytes,
    pub manifest: Manifest,
    /// Whose migrations these are, under whatever name it is deployed: a replacement of another component brings its own.
    pub migrations_of: String,
    /// By database, in the order in which they are applied.
    pub migrations: BTreeMap<String, Vec<Migration>>,
}

/// Why bytes are no package. Every message says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
    #[error("the file is empty; build the component first")]
    Empty,
    #[error("the file is larger than {} MiB, the most that a component may have", limits::PACKAGE_BYTES_MAX / (1024 * 1024))]
    TooLarge,
    #[error("this is not WebAssembly; give the `.wasm` file that your build made")]
    NotWasm,
    #[error("this is WebAssembly as text; turn it into a component with `wasm-tools parse` and deploy the result")]
    WasmText,
    #[error(
        "this is a core WebAssembly module, not a component; build it for the target `wasm32-wasip2`, \
         or turn it into a component with `wasm-tools component new`"
    )]
    CoreModule,
    #[error("the file is cut off or damaged ({0}); build or copy it again")]
    Damaged(String),
    #[error("the component carries no manifest; deploy it with `guesthouse deploy` and a `component.toml` beside it")]
    NoManifest,
    #[error("the component carries more than one manifest; build it again and deploy the fresh file")]
    ManyManifests,
    #[error(transparent)]
    Manifest(ManifestError),
    #[error("the migration `{path}` {problem}")]
    Migration { path: String, problem: String },
}

impl PackageError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            PackageError::Empty => "empty_file",
            PackageError::TooLarge => "package_too_large",
            PackageError::NotWasm | PackageError::WasmText => "not_wasm",
            PackageError::CoreModule => "core_module",
            PackageError::Damaged(_) => "damaged_file",
            PackageError::NoManifest | PackageError::ManyManifests => "no_manifest",
            PackageError::Manifest(_) => "invalid_manifest",
            PackageError::Migration { .. } => "invalid_migration",
        }
    }
}

impl Package {
    pub fn read(bytes: Bytes) -> Result<Package, PackageError> {
        let (manifests, migration_texts) = split(&bytes)?;
        let [manifest] = &manifests[..] else {
            return Err(if manifests.is_empty() {
                PackageError::NoManifest
            } else {
                PackageError::ManyManifests
            });
        };
        let manifest = Manifest::parse(manifest).map_err(PackageError::Manifest)?;
        let migrations = read_migrations(migration_texts, &manifest)?;
        Ok(Package {
            bytes,
            migrations_of: manifest.name.clone(),
            manifest,
            migrations,
        })
    }

    /// Deploys it under another name than its manifest gives. The error says what is wrong with that name.
    pub fn rename(&mut self, name: String) -> Result<(), String> {
        if let Some(mistake) = component_name_mistake(&name) {
            return Err(mistake);
        }
        self.manifest.name = name;
        Ok(())
    }
}

/// Whether a component carries a manifest already. What is no component is an error.
pub fn is_packed(bytes: &[u8]) -> Result<bool, PackageError> {
    split(bytes).map(|(manifests, _)| !manifests.is_empty())
}

fn split(bytes: &[u8]) -> Result<(Vec<&str>, Vec<&str>), PackageError> {
    let (mut manifests, mut migrations) = (Vec::new(), Vec::new());
    for section in sections::custom(bytes)? {
        let list = match section.name {
            pack::MANIFEST_SECTION => &mut manifests,
            pack::MIGRATION_SECTION => &mut migrations,
            _ => continue,
        };
        let text = str::from_utf8(section.data);
        list.push(text.map_err(|_| PackageError::Damaged(format!("its section `{}` is not UTF-8", section.name)))?);
    }
    Ok((manifests, migrations))
}

fn read_migrations(texts: Vec<&str>, manifest: &Manifest) -> Result<BTreeMap<String, Vec<Migration>>, PackageError> {
    let mut migrations: BTreeMap<String, Vec<Migration>> = BTreeMap::new();
    for text in texts {
        let (path, sql) = text.split_once('\n').unwrap_or((text, ""));
        let problem = |problem: String| PackageError::Migration {
            path: path.to_owned(),
            problem,
        };
        let (database, file) = path
            .split_once('/')
            .ok_or_else(|| problem("is not in the folder of a database".into()))?;
        let (version, name) = file_name(file).map_err(|error| problem(error.to_string()))?;
        let grant = manifest.grants.sqlite.get(database);
        if grant.is_none_or(|grant| grant.schema.is_empty()) {
            return Err(problem(format!(
                "needs `schema` in `[grants.sqlite.{database}]` with the tables that it makes"
            )));
        }
        let list = migrations.entry(database.to_owned()).or_default();
        if list.iter().any(|other| other.version == version) {
            return Err(problem("has the same version as another one".into()));
        }
        list.push(Migration {
            version,
            name,
            sql: sql.to_owned(),
        });
    }
    for list in migrations.values_mut() {
        list.sort_by_key(|migration| migration.version);
    }
    Ok(migrations)
}
