//! `order`: by which columns a list is sorted.

use record_api::error::Error;

use crate::limits;

/// Which way a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// One column to sort by, as the client named it.
#[derive(Debug, PartialEq, Eq)]
pub struct Order {
    pub column: String,
    pub direction: Direction,
}

/// Reads a comma list of columns, each with `-` before it for descending, or `+`, or nothing.
pub fn parse(text: &str) -> Result<Vec<Order>, Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if text.split(',').count() > limits::ORDER_COLUMNS_MAX {
        return Err(Error::InvalidQuery);
    }
    text.split(',').map(one).collect()
}

fn one(text: &str) -> Result<Order, Error> {
    let (direction, column) = match text.as_bytes().first() {
        Some(b'-') => (Direction::Descending, &text[1..]),
        // A `+` that was not encoded arrives as a space.
        Some(b'+' | b' ') => (Direction::Ascending, &text[1..]),
        _ => (Direction::Ascending, text),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if column.is_empty() || !column.bytes().all(is_name) {
        return Err(Error::InvalidQuery);
    }
    Ok(Order {
        column: column.into(),
        direction,
    })
}
