//! Finds what belongs to a component's file - manifest and migrations - and packs them together.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bytes::Bytes;

use crate::components::package::{self, PackageError};
use crate::limits;
use crate::migrations;

const MANIFEST: &str = "component.toml";

/// The bytes to deploy. A file that carries its manifest already is taken as it is.
pub fn load(file: &Path, manifest: Option<&Path>) -> anyhow::Result<Bytes> {
    let failed = || format!("{} cannot be deployed", file.display());
    let size = fs::metadata(file).with_context(failed)?.len();
    if size > limits::PACKAGE_BYTES_MAX as u64 {
        return Err(PackageError::TooLarge).with_context(failed);
    }
    let component = fs::read(file).with_context(failed)?;
    if package::is_packed(&component).with_context(failed)? {
        if manifest.is_some() {
            bail!(
                "{} carries a manifest already; deploy it without `--manifest`",
                file.display()
            );
        }
        return Ok(Bytes::from(component));
    }
    let manifest = manifest_path(file, manifest)?;
    let text = fs::read_to_string(&manifest).with_context(|| format!("{} cannot be read", manifest.display()))?;
    let folder = manifest.parent().unwrap_or(Path::new(""));
    let migrations = migrations::read_texts(&folder.join("migrations"))?;
    Ok(Bytes::from(package::pack::pack(component, &text, &migrations)))
}

fn manifest_path(file: &Path, given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(given) = given {
        return Ok(if given.is_dir() {
            given.join(MANIFEST)
        } else {
            given.to_owned()
        });
    }
    let beside = file.with_file_name(MANIFEST);
    if !beside.is_file() {
        bail!(
            "there is no {MANIFEST} beside {}; write one there or name it with `--manifest`",
            file.display()
        );
    }
    Ok(beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::components::package::Package;

    #[test]
    fn manifest_and_migrations_beside_the_file_are_packed_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.wasm");
        fs::write(&file, wasm_encoder::Component::new().finish()).expect("a component");
        let missing = load(&file, None).expect_err("no manifest").to_string();
        assert!(missing.contains("--manifest"), "{missing}");

        fs::write(
            folder.path().join(MANIFEST),
            "name = \"a\"\n[grants.sqlite.main]\nschema = [\"t\"]",
        )
        .expect("a manifest");
        fs::create_dir_all(folder.path().join("migrations/main")).expect("a folder");
        fs::write(folder.path().join("migrations/main/U1__t.sql"), "CREATE TABLE t (x)").expect("a migration");
        let bytes = load(&file, None).expect("a package");
        let package = Package::read(bytes.clone()).expect("a package");
        assert_eq!(
            (package.manifest.name.as_str(), package.migrations["main"].len()),
            ("a", 1)
        );

        fs::write(&file, &bytes).expect("a packed file");
        assert_eq!(load(&file, None).expect("the package as it is"), bytes);
        assert!(load(&file, Some(folder.path())).is_err());
    }
}
