//! Builds the built-in components for `wasm32-wasip2`, packs each with its manifest and migrations, and leaves the list of them
//! for the binary to embed as bytes.

#[path = "src/components/package/pack.rs"]
mod pack;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sha2::{Digest as _, Sha256};

/// The built-ins, in the order in which they are deployed.
const BUILTINS: [&str; 3] = ["auth", "records", "realtime"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?)
        .join("..")
        .canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=src/components/package/pack.rs");
    for input in ["builtins", "sdk-rust", "wit", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let wasm = build_components(&root, &out)?;

    let mut list = String::from("[\n");
    for name in BUILTINS {
        let package = package(
            &root.join("builtins").join(name),
            &wasm.join(format!("builtin_{name}.wasm")),
        )?;
        let file = out.join(format!("{name}.wasm"));
        let digest: String = (Sha256::digest(&package).iter())
            .map(|byte| format!("{byte:02x}"))
            .collect();
        fs::write(&file, package)?;
        writeln!(
            list,
            "    Builtin {{ name: {name:?}, package: include_bytes!({file:?}), digest: {digest:?} }},"
        )?;
    }
    list.push_str("]\n");
    fs::write(out.join("builtins.rs"), list)?;
    Ok(())
}

/// Builds all built-ins with one call of cargo and returns the folder of the results. The target directory is one of its own:
/// the one in use is locked by the cargo that runs this script.
fn build_components(root: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    // OUT_DIR is <target>/<profile>/build/<package>/out.
    let target = out
        .ancestors()
        .nth(4)
        .ok_or("OUT_DIR is not where cargo puts it")?
        .join("guests");
    let mut command = Command::new("bash");
    command
        .current_dir(root)
        .args([
            "-euc",
            r#"environment=$(bash sdk-rust/wasm-toolchain.sh); eval "$environment"; exec cargo "$@""#,
            "bash",
        ])
        .args([
            "build",
            "--quiet",
            "--locked",
            "--profile",
            "component",
            "--target",
            "wasm32-wasip2",
            "--target-dir",
        ])
        .arg(&target);
    for name in BUILTINS {
        command.arg("--package").arg(format!("builtin-{name}"));
    }
    // What this cargo set for this script would misdirect the other one.
    for (key, _) in env::vars_os() {
        let name = key.to_string_lossy();
        let ours = name.starts_with("CARGO_") && name != "CARGO_HOME" && !name.starts_with("CARGO_REGISTR");
        if ours || name.starts_with("RUSTC") || name == "RUSTFLAGS" || name == "RUSTDOC" {
            command.env_remove(&key);
        }
    }
    if !command.status()?.success() {
        return Err("the built-in components could not be built; what cargo said is above".into());
    }
    Ok(target.join("wasm32-wasip2").join("component"))
}

/// The component with its manifest and migrations, as `guesthouse deploy` would upload it.
fn package(source: &Path, wasm: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let folder = source.join("migrations");
    let mut migrations = Vec::new();
    for database in sorted(&folder)? {
        for file in sorted(&database)? {
            let path = file.strip_prefix(&folder)?.display().to_string();
            migrations.push((path, fs::read_to_string(&file)?));
        }
    }
    Ok(pack::pack(
        fs::read(wasm)?,
        &fs::read_to_string(source.join("component.toml"))?,
        &migrations,
    ))
}

/// The entries of a folder by name; none if there is no such folder.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    Ok(entries)
}
