//! Compiled code: made in a child process under limits, kept on disk, mapped into memory.
//!
//! A file of compiled code is trusted as much as the server's binary. So the host loads only files that it wrote itself, into a
//! folder that is its own, under a name that says which engine made it; it writes a new one and renames it, and never overwrites.

use super::Refusal;
use super::engine::{Pool, Runtime, engine};
use crate::components::package::unpack;
use crate::components::size::{self, Oversize};
use crate::components::version::{Digest, Version};
use crate::limits;
use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use wasmtime::component::Component;

/// The file that this process runs, even where another one has taken its name since: it must be this compiler.
const OWN_EXECUTABLE: &str = "/proc/self/exe";

/// What a process says last that went too deep into something.
const STACK_OVERFLOW: &str = "has overflowed its stack";

/// The beginning of the names of folders in which something is compiled.
const COMPILING: &str = "compiling-";

/// What the compiler says of a type inside a type inside a type.
const NESTED_TYPES: &str = "type nesting is too deep";

impl Runtime {
    /// The code of a version, where it was compiled before.
    pub fn compiled(&self, version: &Version) -> Option<Component> {
        self.load(&self.compiled_path(version.digest.as_str()))
    }

    /// The code of a version, compiled now where that was not done before.
    pub async fn compile(&self, version: &Version, wasm: &[u8]) -> Result<Component, Refusal> {
        if let Some(component) = self.compiled(version) {
            return Ok(component);
        }
        // A package with another manifest or with more migrations has the same code.
        let parts = unpack::unpack(wasm).map_err(|error| Refusal::Compile(error.to_string()))?;
        let code = self.compiled_path(Digest::of(&parts.component).as_str());
        if self.load(&code).is_none() {
            size::check(&parts.component).map_err(Refusal::Oversize)?;
            let permit = self.compilers.acquire().await;
            let _permit = permit.map_err(|error| Refusal::Internal(error.to_string()))?;
            compile_in_child(&self.cache, &parts.component, &code).await?;
        }
        let own = self.compiled_path(version.digest.as_str());
        link(&self.cache, &code, &own).map_err(|error| Refusal::Internal(format!("keeping code: {error}")))?;
        self.load(&own)
            .ok_or_else(|| Refusal::Internal("the code just compiled does not load".into()))
    }

    /// The cache's file for a package, or for the component in it: named by what was compiled, by which compiler, under which settings.
    fn compiled_path(&self, digest: &str) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        self.engine.precompile_compatibility_hash().hash(&mut hasher);
        self.cache.join(format!("{digest}-{:016x}.cwasm", hasher.finish()))
    }

    fn load(&self, path: &Path) -> Option<Component> {
        if !path.exists() {
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "wasmtime cannot check native code and asks its caller to vouch for it"
        )]
        // SAFETY: the file is in the host's own folder, where only `compile_in_child` writes, by renaming a whole file that this
        // host's compiler made. Truncated and foreign files fail wasmtime's own checks of version and settings.
        let loaded = unsafe { Component::deserialize_file(&self.engine, path) };
        loaded
            .inspect_err(
                |error| tracing::warn!(path = %path.display(), %error, "compiled code is not usable, compiling again"),
            )
            .ok()
    }
}

/// Gives compiled code another name, in the place of whatever has it.
fn link(cache: &Path, code: &Path, name: &Path) -> std::io::Result<()> {
    let folder = tempfile::Builder::new().prefix(COMPILING).tempdir_in(cache)?;
    let new = folder.path().join("component.cwasm");
    fs::hard_link(code, &new)?;
    fs::rename(new, name)
}

/// Removes what a process that was killed left of its compiling, and compiled code beyond what is kept: the oldest first, which is
/// compiled again where it is still needed. What cannot be removed now can be at the next start.
pub(super) fn sweep(cache: &Path) {
    let entries = fs::read_dir(cache).into_iter().flatten().flatten();
    let mut compiled = Vec::new();
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with(COMPILING) {
            let _ = fs::remove_dir_all(entry.path());
        } else if let Ok(metadata) = entry.metadata()
            && let Ok(modified) = metadata.modified()
        {
            compiled.push((modified, metadata.len(), entry.path()));
        }
    }
    compiled.sort();
    let mut bytes = 0;
    for (_, length, path) in compiled.into_iter().rev() {
        bytes += length;
        if bytes > limits::CACHE_BYTES_KEPT {
            let _ = fs::remove_file(path);
        }
    }
}

/// Compiles in a process of its own: whatever a component does to the compiler, the server goes on.
async fn compile_in_child(cache: &Path, wasm: &[u8], compiled: &Path) -> Result<(), Refusal> {
    let internal = |error: std::io::Error| Refusal::Internal(format!("compiling: {error}"));
    let folder = tempfile::Builder::new()
        .prefix(COMPILING)
        .tempdir_in(cache)
        .map_err(internal)?;
    let (input, output) = (
        folder.path().join("component.wasm"),
        folder.path().join("component.cwasm"),
    );
    tokio::fs::write(&input, wasm).await.map_err(internal)?;
    let child = tokio::process::Command::new(OWN_EXECUTABLE)
        .arg("compile")
        .args([&input, &output])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(internal)?;
    let ended = tokio::time::timeout(limits::COMPILE_TIMEOUT, child.wait_with_output()).await;
    let ended = ended
        .map_err(|_| Refusal::Compile("compiling it takes too long".into()))?
        .map_err(internal)?;
    if !ended.status.success() {
        let said = String::from_utf8_lossy(&ended.stderr);
        let why = (said.lines().map(str::trim))
            .find(|line| !line.is_empty())
            .unwrap_or("the compiler ran out of memory or failed")
            .trim_start_matches("error: ");
        return Err(match why.starts_with(NESTED_TYPES) || why.ends_with(STACK_OVERFLOW) {
            true => Refusal::Oversize(Oversize::Nesting),
            false => Refusal::Compile(why.into()),
        });
    }
    fs::rename(&output, compiled).map_err(internal)
}

/// Compiles the component in `input` to `output`: what the child process does. It takes limits upon itself first.
pub fn compile_file(input: &Path, output: &Path) -> anyhow::Result<()> {
    let limit = |bytes: u64| Rlimit {
        current: Some(bytes),
        maximum: Some(bytes),
    };
    // Nobody needs it once the server is gone.
    set_parent_process_death_signal(Some(Signal::KILL)).context("following the server")?;
    setrlimit(Resource::As, limit(limits::COMPILE_MEMORY_BYTES_MAX)).context("limiting memory")?;
    setrlimit(Resource::Fsize, limit(limits::COMPILED_BYTES_MAX)).context("limiting files")?;
    setrlimit(Resource::Cpu, limit(limits::COMPILE_TIMEOUT.as_secs() * 2)).context("limiting time")?;
    let wasm = fs::read(input)?;
    let compiled = engine(Pool::CompileOnly)?
        .precompile_component(&wasm)
        .map_err(|error| anyhow::anyhow!("{}", error.root_cause()))?;
    fs::write(output, compiled)?;
    Ok(())
}
