//! Writes a file so that, whatever happens, it is there whole or not at all.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use rustix::fs::{Mode, OFlags, fsync, openat};
use std::io::{self, Write};
use std::path::Path;

/// What the name of an unfinished file ends in. Whoever owns the folder removes such files at its next start.
pub const UNFINISHED: &str = ".unfinished";

/// Writes a file of the folder at this path.
pub fn write_durably(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = Dir::open_ambient_dir(folder, ambient_authority())?;
    write_durably_in(&folder, name, bytes, mode)
}

/// Writes beside the goal, syncs, renames, and syncs the folder: afterwards not even a loss of power takes it away.
pub fn write_durably_in(folder: &Dir, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
    let unfinished = format!("{name}{UNFINISHED}");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(mode);
    let written = folder.open_with(&unfinished, &options).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        folder.rename(&unfinished, folder, name)
    });
    if written.is_err() {
        // Half a file must not lie about, least of all one of a secret. If it cannot be removed now, the next start does it.
        let _ = folder.remove_file(&unfinished);
    }
    written.and_then(|()| sync(folder))
}

/// Makes what was renamed or removed in a folder durable. The folder itself is open for nothing but to look names up in it.
pub fn sync(folder: &Dir) -> io::Result<()> {
    let readable = openat(folder, ".", OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
    Ok(fsync(readable)?)
}
