//! Builds the built-in components for `wasm32-wasip2`, packs each with its manifest and migrations, and leaves the list of them
//! for the binary to embed as bytes.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The built-ins, in the order in which they are deployed.
const BUILTINS: [&str; 1] = ["records"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for input in ["builtins", "sdk-rust", "wit", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let wasm = build_components(&root, &out)?;

    let mut list = String::from("[\n");
    for name in BUILTINS {
        let packed = pack(&root.join("builtins").join(name), &wasm.join(format!("builtin_{name}.wasm")))?;
        let file = out.join(format!("{name}.wasm"));
        fs::write(&file, packed)?;
        writeln!(list, "    Builtin {{ name: {name:?}, package: include_bytes!({file:?}) }},")?;
    }
    list.push_str("]\n");
    fs::write(out.join("builtins.rs"), list)?;
    Ok(())
}

/// Builds all built-ins with one call of cargo and returns the folder of the results. The target directory is one of its own:
/// the one in use is locked by the cargo that runs this script.
fn build_components(root: &Path, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    // OUT_DIR is <target>/<profile>/build/<package>/out.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not where cargo puts it")?.join("guests");
    let mut command = Command::new("bash");
    command
        .current_dir(root)
        .args(["-euc", r#"environment=$(bash sdk-rust/wasm-toolchain.sh); eval "$environment"; exec cargo "$@""#, "bash"])
        .args(["build", "--quiet", "--locked", "--profile", "component", "--target", "wasm32-wasip2", "--target-dir"])
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

/// The component with its manifest and migrations appended as custom sections, as `guesthouse deploy` would upload it.
fn pack(source: &Path, wasm: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut package = fs::read(wasm)?;
    append_section(&mut package, "guesthouse:manifest", &fs::read(source.join("component.toml"))?);
    for database in sorted(&source.join("migrations"))? {
        for file in sorted(&database)? {
            let name = file.strip_prefix(source.join("migrations"))?.display().to_string();
            let mut payload = format!("{name}\n").into_bytes();
            payload.extend(fs::read(&file)?);
            append_section(&mut package, "guesthouse:migration", &payload);
        }
    }
    Ok(package)
}

/// The entries of a folder by name; none if there is no such folder.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    Ok(entries)
}

/// A custom section: id 0, its size, the length of its name, the name, the payload.
fn append_section(package: &mut Vec<u8>, name: &str, payload: &[u8]) {
    let mut section = leb128(name.len());
    section.extend(name.as_bytes());
    section.extend(payload);
    package.push(0);
    package.extend(leb128(section.len()));
    package.extend(section);
}

fn leb128(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}
