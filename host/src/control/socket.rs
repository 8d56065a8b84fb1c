//! The control socket in the data directory. Opening it takes the rights of the directory's owner, so it asks for no token.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

use crate::data_directory::PRIVATE_FILE_MODE;

const FILE: &str = "control.sock";

/// What fits into the address of a Unix socket, with the zero at its end.
const ADDRESS_BYTES_MAX: usize = 108;

/// Makes the socket. Whoever holds the lock of the directory may replace what an earlier process left there.
pub fn bind(data_directory: &Path) -> io::Result<UnixListener> {
    match fs::remove_file(data_directory.join(FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let (address, _folder) = address(data_directory)?;
    let listener = UnixListener::bind(address)?;
    fs::set_permissions(data_directory.join(FILE), Permissions::from_mode(PRIVATE_FILE_MODE))?;
    Ok(listener)
}

pub async fn connect(data_directory: &Path) -> io::Result<UnixStream> {
    let (address, _folder) = address(data_directory)?;
    UnixStream::connect(address).await
}

/// The path to use, and the open folder that a shortened path goes through.
fn address(data_directory: &Path) -> io::Result<(PathBuf, Option<File>)> {
    let path = data_directory.join(FILE);
    if path.as_os_str().len() < ADDRESS_BYTES_MAX {
        return Ok((path, None));
    }
    let folder = File::open(data_directory)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd())).join(FILE);
    Ok((short, Some(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_is_private_replaces_a_stale_one_and_works_in_a_deep_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join("d".repeat(120));
        fs::create_dir(&deep).expect("a deep folder");
        for path in [folder.path(), &deep] {
            assert!(connect(path).await.is_err());
            drop(bind(path).expect("a socket"));
            let listener = bind(path).expect("a socket in place of the stale one");
            let mode = fs::metadata(path.join(FILE)).expect("the socket").permissions().mode();
            assert_eq!(mode & 0o777, PRIVATE_FILE_MODE);
            let (connected, accepted) = tokio::join!(connect(path), listener.accept());
            assert!(connected.is_ok() && accepted.is_ok(), "{}", path.display());
        }
    }
}
