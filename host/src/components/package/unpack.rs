//! Takes a package apart again: the component as it was built, the text of its manifest, and its migrations.

use super::{PackageError, pack, sections};

/// What was packed.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    pub component: Vec<u8>,
    pub manifest: String,
    /// Paths like `main/U1__create_entry.sql` with their SQL.
    pub migrations: Vec<(String, String)>,
}

/// The parts of a package.
pub fn unpack(bytes: &[u8]) -> Result<Parts, PackageError> {
    let (mut component, mut kept_to) = (Vec::with_capacity(bytes.len()), 0);
    let (mut manifest, mut migrations) = (None, Vec::new());
    for section in sections::custom(bytes)? {
        let text = || {
            let text = str::from_utf8(section.data);
            text.map_err(|_| PackageError::Damaged(format!("its section `{}` is not UTF-8", section.name)))
        };
        match section.name {
            pack::MANIFEST_SECTION => manifest = Some(text()?.to_owned()),
            pack::MIGRATION_SECTION => {
                let (path, sql) = text()?.split_once('\n').unwrap_or((text()?, ""));
                migrations.push((path.to_owned(), sql.to_owned()));
            }
            _ => continue,
        }
        component.extend_from_slice(&bytes[kept_to..section.range.start]);
        kept_to = section.range.end;
    }
    component.extend_from_slice(&bytes[kept_to..]);
    Ok(Parts {
        component,
        manifest: manifest.ok_or(PackageError::NoManifest)?,
        migrations,
    })
}
