//! `guesthouse components export`: writes what is deployed to a folder, to be changed and deployed again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use bytes::Bytes;

use crate::components::package::{Package, unpack};

const MANIFEST: &str = "component.toml";

/// Writes `NAME.wasm`, `component.toml` and `migrations/` into a folder and says what to do with them. Nothing is overwritten:
/// whoever exports twice may have changed what is there.
pub fn write(folder: &Path, name: &str, package: Bytes) -> anyhow::Result<String> {
    // A server elsewhere may send anything: this checks the names of migrations too, which become those of files.
    let checked = Package::read(package.clone())?;
    let parts = unpack::unpack(&package)?;
    let wasm = format!("{name}.wasm");
    let mut files: Vec<(PathBuf, &[u8])> = vec![
        (folder.join(&wasm), &parts.component),
        (folder.join(MANIFEST), parts.manifest.as_bytes()),
    ];
    for (path, sql) in &parts.migrations {
        files.push((folder.join("migrations").join(path), sql.as_bytes()));
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        bail!("{} is there already; name another folder with `--into`", path.display());
    }
    for (path, bytes) in &files {
        let written = path
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(path, bytes));
        written.with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let folder_name = folder.display();
    // The name may have been given when it was deployed.
    let option = if checked.manifest.name == name {
        String::new()
    } else {
        format!(" --name {name}")
    };
    Ok(format!(
        "{folder_name}/ has {wasm}, {MANIFEST} and {} migrations\n\
         change {MANIFEST}, then write `guesthouse deploy {folder_name}/{wasm}{option}`\n",
        parts.migrations.len()
    ))
}
