//! Reads the keys of a TOML table one by one and gathers every mistake with its path.
//!
//! Deriving a whole manifest with serde would stop at the first mistake. Here serde converts each single value, and the
//! keys that nobody asked for are mistakes as well.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One mistake of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// Where it is: `grants.sqlite.main.read[2]`.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The mistakes found so far.
#[derive(Debug, Default)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    pub fn add(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Mistake {
            path: path.into(),
            message: message.into(),
        });
    }
}

/// A table whose keys are being taken out; what is left at the end was not expected.
pub struct Fields {
    path: String,
    table: toml::Table,
    known: Vec<&'static str>,
}

impl Fields {
    pub fn new(path: impl Into<String>, table: toml::Table) -> Fields {
        Fields {
            path: path.into(),
            table,
            known: Vec::new(),
        }
    }

    /// The full path of a key of this table.
    pub fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// A value, if it is there and has the right type.
    pub fn optional<T: DeserializeOwned>(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<T> {
        self.known.push(key);
        let value = self.table.remove(key)?;
        convert(value, &self.path(key), mistakes)
    }

    /// A value that must be there.
    pub fn required<T: DeserializeOwned>(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<T> {
        if !self.table.contains_key(key) {
            self.known.push(key);
            mistakes.add(self.path(key), "is missing");
            return None;
        }
        self.optional(key, mistakes)
    }

    /// A list of texts, each with the path that a mistake in it would have. An absent key is an empty list.
    pub fn texts(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Vec<(String, String)> {
        let path = self.path(key);
        let items: Vec<toml::Value> = self.optional(key, mistakes).unwrap_or_default();
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let path = format!("{path}[{index}]");
            if let Some(text) = convert::<String>(item, &path, mistakes) {
                texts.push((path, text));
            }
        }
        texts
    }

    /// A table inside this one, if it is there.
    pub fn section(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Option<Fields> {
        let path = self.path(key);
        self.optional::<toml::Table>(key, mistakes)
            .map(|table| Fields::new(path, table))
    }

    /// A list of tables (`[[key]]`). An absent key is an empty list.
    pub fn list(&mut self, key: &'static str, mistakes: &mut Mistakes) -> Vec<Fields> {
        let path = self.path(key);
        let tables: Vec<toml::Table> = self.optional(key, mistakes).unwrap_or_default();
        let section = |(index, table)| Fields::new(format!("{path}[{index}]"), table);
        tables.into_iter().enumerate().map(section).collect()
    }

    /// Every table inside this one, by name: for keys that the author chooses.
    pub fn sections(self, mistakes: &mut Mistakes) -> Vec<(String, Fields)> {
        let mut sections = Vec::with_capacity(self.table.len());
        for (key, value) in self.table {
            let path = if self.path.is_empty() {
                key.clone()
            } else {
                format!("{}.{key}", self.path)
            };
            if let Some(table) = convert::<toml::Table>(value, &path, mistakes) {
                sections.push((key, Fields::new(path, table)));
            }
        }
        sections
    }

    /// Whatever was not taken is a mistake.
    pub fn finish(self, mistakes: &mut Mistakes) {
        for key in self.table.keys() {
            let known = self.known.join("`, `");
            mistakes.add(
                self.path(key),
                format!("is not a key of a manifest; the keys known here are `{known}`"),
            );
        }
    }
}

fn convert<T: DeserializeOwned>(value: toml::Value, path: &str, mistakes: &mut Mistakes) -> Option<T> {
    match value.try_into() {
        Ok(value) => Some(value),
        Err(error) => {
            mistakes.add(path, error.message());
            None
        }
    }
}
