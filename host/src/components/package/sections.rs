//! Finds the custom sections of a component, and says what a file is that is none.

use std::ops::Range;

use wasmparser::{BinaryReaderError, Chunk, Encoding, Parser, Payload};

use super::PackageError;
use crate::limits;

pub struct Section<'a> {
    pub name: &'a str,
    pub data: &'a [u8],
    /// Where all of it stands, its head included.
    pub range: Range<usize>,
}

/// The custom sections of the component itself; those of the modules and components inside it are skipped.
pub fn custom(bytes: &[u8]) -> Result<Vec<Section<'_>>, PackageError> {
    check_start(bytes)?;
    let mut sections = Vec::new();
    let mut parser = Parser::new(0);
    let mut offset = 0;
    loop {
        let rest = bytes
            .get(offset..)
            .ok_or_else(|| PackageError::Damaged("it ends inside a section".into()))?;
        let chunk = parser.parse(rest, true).map_err(damaged)?;
        let Chunk::Parsed { consumed, payload } = chunk else {
            return Err(PackageError::Damaged("it ends early".into()));
        };
        let start = offset;
        offset += consumed;
        match payload {
            Payload::Version {
                encoding: Encoding::Module,
                ..
            } => return Err(PackageError::CoreModule),
            // The parser goes on behind what is nested; so must the bytes.
            Payload::ModuleSection { unchecked_range, .. } | Payload::ComponentSection { unchecked_range, .. } => {
                offset = unchecked_range.end;
            }
            Payload::CustomSection(section) => sections.push(Section {
                name: section.name(),
                data: section.data(),
                range: start..offset,
            }),
            Payload::End(_) => return Ok(sections),
            _ => {}
        }
    }
}

fn check_start(bytes: &[u8]) -> Result<(), PackageError> {
    if bytes.is_empty() {
        return Err(PackageError::Empty);
    }
    if bytes.len() > limits::PACKAGE_BYTES_MAX {
        return Err(PackageError::TooLarge);
    }
    if bytes.starts_with(b"\0asm") {
        return Ok(());
    }
    let looks_like_text =
        bytes.trim_ascii_start().starts_with(b"(module") || bytes.trim_ascii_start().starts_with(b"(component");
    Err(if looks_like_text {
        PackageError::WasmText
    } else {
        PackageError::NotWasm
    })
}

fn damaged(error: BinaryReaderError) -> PackageError {
    PackageError::Damaged(format!("{} at byte {}", error.message(), error.offset()))
}
