//! Query strings, and the filters in them.

pub mod condition;
pub mod filter;
pub mod form;

use crate::error::Error;
use crate::limits;
pub use filter::Group;

/// What the parameters `filter[...]` of a query string say.
#[derive(Debug, Default)]
pub struct Filter {
    pub group: Group,
    comparisons: usize,
}

impl Filter {
    /// Reads those of a query string. Other parameters are passed over.
    pub fn parse(query: &str) -> Result<Self, Error> {
        let mut filter = Self::default();
        for pair in form::pairs(query) {
            let (name, value) = pair?;
            filter.add(&name, &value)?;
        }
        Ok(filter)
    }

    /// Adds a parameter, if it is one of a filter.
    pub fn add(&mut self, name: &str, value: &str) -> Result<(), Error> {
        // Without brackets it is a mistake too: passing it over would give what was to be left out.
        let path = name.strip_prefix("filter");
        let Some(path) = path.filter(|path| path.is_empty() || path.starts_with('[')) else {
            return Ok(());
        };
        self.comparisons += 1;
        if self.comparisons > limits::FILTER_COMPARISONS_MAX {
            return Err(Error::InvalidFilter);
        }
        self.group.insert(path, value)
    }
}

#[cfg(test)]
mod tests;
