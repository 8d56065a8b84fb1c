//! `filter[...]`: from the names of parameters to a tree of comparisons.
//!
//! `filter[a]=1` and `filter[b][$gt]=2` compare a column; `filter[$or][0][a]=1&filter[$or][1][b]=2` joins what has the
//! same number by AND, and the numbers by OR (or AND, for `$and`). What one request gives beside each other is joined by AND.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::limits;

/// Conditions that all must hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub comparisons: Vec<Comparison>,
    /// All of these.
    pub all: BTreeMap<u32, Group>,
    /// At least one of these, where there are any.
    pub any: BTreeMap<u32, Group>,
}

/// A column compared with a value. Both are as the client sent them: not yet checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Comparison {
    pub column: String,
    pub operator: Operator,
    pub value: String,
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Is,
    Like,
    Regexp,
}

impl Operator {
    fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "$eq" => Ok(Self::Equal),
            "$ne" => Ok(Self::NotEqual),
            "$gt" => Ok(Self::Greater),
            "$gte" => Ok(Self::GreaterOrEqual),
            "$lt" => Ok(Self::Less),
            "$lte" => Ok(Self::LessOrEqual),
            "$is" => Ok(Self::Is),
            "$like" => Ok(Self::Like),
            "$re" => Ok(Self::Regexp),
            _ => Err(Error::InvalidFilter),
        }
    }
}

impl Group {
    /// Whether it holds no condition.
    pub fn is_empty(&self) -> bool {
        self.comparisons.is_empty() && self.all.is_empty() && self.any.is_empty()
    }

    /// Whether a comparison names this column.
    pub fn names(&self, column: &str) -> bool {
        let is_named = |comparison: &Comparison| comparison.column == column;
        let mut members = self.all.values().chain(self.any.values());
        self.comparisons.iter().any(is_named) || members.any(|member| member.names(column))
    }

    /// Adds the comparison that the parameter `filter` + `path` = `value` stands for.
    pub fn insert(&mut self, path: &str, value: &str) -> Result<(), Error> {
        let mut group = self;
        let mut rest = path;
        let mut depth = 0;
        loop {
            let name;
            (name, rest) = segment(rest)?;
            let children = match name {
                "$and" => &mut group.all,
                "$or" => &mut group.any,
                column => {
                    let comparison = comparison(column, rest, value)?;
                    group.comparisons.push(comparison);
                    return Ok(());
                }
            };
            depth += 1;
            if depth > limits::FILTER_DEPTH_MAX {
                return Err(Error::InvalidFilter);
            }
            let index;
            (index, rest) = segment(rest)?;
            group = children.entry(number(index)?).or_default();
        }
    }
}

/// Takes one `[name]` off the front.
fn segment(path: &str) -> Result<(&str, &str), Error> {
    let (name, rest) = (path.strip_prefix('['))
        .and_then(|path| path.split_once(']'))
        .ok_or(Error::InvalidFilter)?;
    match name {
        "" => Err(Error::InvalidFilter),
        name if name.contains('[') => Err(Error::InvalidFilter),
        name => Ok((name, rest)),
    }
}

fn number(text: &str) -> Result<u32, Error> {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse().map_err(|_| Error::InvalidFilter),
        false => Err(Error::InvalidFilter),
    }
}

fn comparison(column: &str, rest: &str, value: &str) -> Result<Comparison, Error> {
    let operator = match rest {
        "" => Operator::Equal,
        rest => match segment(rest)? {
            (operator, "") => Operator::parse(operator)?,
            _ => return Err(Error::InvalidFilter),
        },
    };
    Ok(Comparison {
        column: column.into(),
        operator,
        value: value.into(),
    })
}
