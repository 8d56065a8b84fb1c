//! Writes a file so that, whatever happens, it is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What the name of an unfinished file ends in. Whoever owns the folder removes such files at its next start.
pub const UNFINISHED: &str = ".unfinished";

/// Writes beside the goal, syncs, renames, and syncs the folder: afterwards not even a loss of power takes it away.
pub fn write_durably(folder: &Path, name: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}{UNFINISHED}"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    File::open(folder)?.sync_all()
}
