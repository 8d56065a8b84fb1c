//! Access rules: SQL expressions that an operator wrote, made fit to stand inside a statement.
//!
//! A rule is compiled once for each API. Its text stays as it is but for the names that only rules have: `_USER_.id` and
//! `_REQ_.column` become parameters, `_REQ_FIELDS_` the list of the columns that the request names. `_ROW_` needs
//! nothing: the statement calls its table so. What is compiled is balanced, and so cannot reach beyond its parentheses.

use crate::access::Operation;
use crate::caller::Caller;
use crate::schema::Table;
use crate::sql::Sql;
use crate::tokens::{self, Kind, Token};

/// A compiled rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    parts: Vec<Part>,
    /// All that is or could be a name in its text, in lower case, sorted.
    names: Vec<String>,
}

/// A part of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text of the operator.
    Text(RuleText),
    /// `_USER_.id`.
    Caller,
    /// `_REQ_` and the column at this position.
    Request(usize),
    /// `_REQ_` and a column that no request can name.
    Null,
    /// `_REQ_FIELDS_`.
    RequestFields,
}

/// Text of a rule, which only compiling a rule makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText(String);

impl RuleText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is wrong with a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, at character {position}")]
pub struct Mistake {
    what: String,
    /// The character of the rule, counted from 1.
    position: usize,
}

/// The record in a request: which parameter of the statement has the value of which column.
pub struct Requested<'a> {
    pub table: &'a Table,
    /// Position of the column, number of the parameter.
    pub numbers: &'a [(usize, usize)],
}

impl Rule {
    /// Compiles the rule of an operation, or says what is wrong with it. Which columns and functions there are is left to
    /// the database, but for those of the request.
    pub fn compile(text: &str, operation: Operation, table: &Table, excluded: &[&str]) -> Result<Self, Mistake> {
        let compiler = Compiler {
            text,
            operation,
            table,
            excluded,
            tokens: tokens::read(text),
        };
        compiler.check_shape()?;
        let parts = compiler.parts()?;
        let names = compiler.names();
        Ok(Self { parts, names })
    }

    /// Whether what it says depends on who calls.
    pub fn asks_for_caller(&self) -> bool {
        self.parts.contains(&Part::Caller)
    }

    /// Whether it asks for the value that the request has for the column at this position.
    pub fn asks_for(&self, position: usize) -> bool {
        self.parts.contains(&Part::Request(position))
    }

    /// Whether it may name this column, or another one that is called so.
    pub fn may_name(&self, column: &str) -> bool {
        self.names.binary_search(&column.to_lowercase()).is_ok()
    }

    /// Adds the rule to a statement, in parentheses, and binds the caller if the rule asks for one.
    pub fn push(&self, sql: &mut Sql, caller: &Caller, requested: Option<&Requested<'_>>) {
        let caller = match self.asks_for_caller() {
            true => sql.keep(caller.to_value()),
            false => 0,
        };
        self.push_with(sql, caller, requested);
    }

    /// Adds the rule to a statement whose parameter `caller` is the caller's id.
    pub fn push_with(&self, sql: &mut Sql, caller: usize, requested: Option<&Requested<'_>>) {
        self.push_parts(sql, |sql| _ = sql.parameter(caller), requested);
    }

    /// Adds the rule to a statement in which `caller` is an expression for the caller's id, of no affinity.
    pub fn push_with_expression(&self, sql: &mut Sql, caller: &'static str) {
        self.push_parts(sql, |sql| _ = sql.push(caller), None);
    }

    fn push_parts(&self, sql: &mut Sql, caller: impl Fn(&mut Sql), requested: Option<&Requested<'_>>) {
        let numbers = requested.map_or(&[][..], |requested| requested.numbers);
        sql.push("(");
        for part in &self.parts {
            match part {
                Part::Text(text) => _ = sql.rule_text(text),
                Part::Caller => caller(sql),
                Part::Null => _ = sql.push("NULL"),
                Part::Request(position) => match numbers.iter().find(|(given, _)| given == position) {
                    Some((_, number)) => _ = sql.parameter(*number),
                    None => _ = sql.push("NULL"),
                },
                Part::RequestFields => {
                    let table = requested.map(|requested| requested.table);
                    let given = table.iter().flat_map(|table| {
                        let columns = numbers.iter().map(|(position, _)| &table.columns[*position]);
                        columns.map(|column| &column.identifier)
                    });
                    sql.push("(").names(given).push(")");
                }
            };
        }
        // On a line of its own, for the rule may end with a comment.
        sql.push("\n)");
    }
}

struct Compiler<'a> {
    text: &'a str,
    operation: Operation,
    table: &'a Table,
    excluded: &'a [&'a str],
    tokens: Vec<Token<'a>>,
}

impl Compiler<'_> {
    /// The rule must be one expression, as far as parentheses tell, without anything that ends a statement or is bound.
    fn check_shape(&self) -> Result<(), Mistake> {
        let mut open = Vec::new();
        for token in &self.tokens {
            match token.kind {
                Kind::Symbol('(') => open.push(token.start),
                Kind::Symbol(')') if open.pop().is_none() => {
                    return self.mistake(token.start, "a closing parenthesis that nothing opens");
                }
                Kind::Symbol(';') => return self.mistake(token.start, "a rule is one expression"),
                Kind::Symbol('?' | ':' | '@' | '#' | '\0') => {
                    return self.mistake(token.start, "a rule has no parameters of its own");
                }
                Kind::Word(word) if word.starts_with('$') => {
                    return self.mistake(token.start, "a rule has no parameters of its own");
                }
                Kind::Unterminated => {
                    return self.mistake(token.start, "a string, quoted name or comment that does not end");
                }
                _ => {}
            }
        }
        match (open.last(), self.tokens.is_empty()) {
            (Some(start), _) => self.mistake(*start, "a parenthesis that is not closed"),
            (None, true) => self.mistake(0, "the rule is empty"),
            (None, false) => Ok(()),
        }
    }

    fn parts(&self) -> Result<Vec<Part>, Mistake> {
        let mut parts = Vec::new();
        let mut copied = 0;
        for (index, token) in self.tokens.iter().enumerate() {
            let Kind::Word(word) = token.kind else { continue };
            self.check_case(token, word)?;
            let (part, end) = match word {
                "_USER_" => self.caller(index)?,
                "_REQ_" => self.request(index)?,
                "_REQ_FIELDS_" => self.request_fields(index)?,
                "_ROW_" if !self.operation.has_row() => return self.not_here(token, word),
                _ => continue,
            };
            parts.push(Part::Text(RuleText(self.text[copied..token.start].into())));
            parts.push(part);
            copied = end;
        }
        parts.push(Part::Text(RuleText(self.text[copied..].into())));
        Ok(parts)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = (self.tokens.iter())
            .filter_map(|token| token.kind.name())
            .map(str::to_lowercase)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn check_case(&self, token: &Token<'_>, word: &str) -> Result<(), Mistake> {
        let names = ["_USER_", "_ROW_", "_REQ_", "_REQ_FIELDS_"];
        let name = names.into_iter().find(|name| name.eq_ignore_ascii_case(word));
        match name {
            Some(name) if name != word => self.mistake(token.start, format!("write {name} in capitals")),
            _ => Ok(()),
        }
    }

    fn caller(&self, index: usize) -> Result<(Part, usize), Mistake> {
        match self.member(index) {
            Some((name, end)) if name.eq_ignore_ascii_case("id") => Ok((Part::Caller, end)),
            _ => self.mistake(self.tokens[index].start, "_USER_ has the column id alone"),
        }
    }

    fn request(&self, index: usize) -> Result<(Part, usize), Mistake> {
        let token = &self.tokens[index];
        if !self.operation.has_request() {
            return self.not_here(token, "_REQ_");
        }
        let Some((name, end)) = self.member(index) else {
            return self.mistake(token.start, "write _REQ_.column");
        };
        let is = |other: &str| other.eq_ignore_ascii_case(name);
        match self.table.columns.iter().position(|column| is(&column.name)) {
            Some(position) => Ok((Part::Request(position), end)),
            None if self.excluded.iter().any(|other| is(other)) => Ok((Part::Null, end)),
            None => self.mistake(token.start, format!("no such column: _REQ_.{name}")),
        }
    }

    /// The left side must be a literal, so that a name that is no column is found when the rule is compiled.
    fn request_fields(&self, index: usize) -> Result<(Part, usize), Mistake> {
        let token = &self.tokens[index];
        if !self.operation.has_request() {
            return self.not_here(token, "_REQ_FIELDS_");
        }
        let is_word =
            |token: &Token<'_>, word: &str| matches!(token.kind, Kind::Word(other) if word.eq_ignore_ascii_case(other));
        let name = match &self.tokens[..index] {
            [.., name, not, within] if is_word(within, "IN") && is_word(not, "NOT") => &name.kind,
            [.., name, within] if is_word(within, "IN") => &name.kind,
            _ => &Kind::Unterminated,
        };
        let Kind::Text(name) = name else {
            return self.mistake(token.start, "write 'column' IN _REQ_FIELDS_");
        };
        match self.table.position(name).is_some() || self.excluded.contains(&&**name) {
            true => Ok((Part::RequestFields, token.end)),
            false => self.mistake(token.start, format!("no such column: '{name}' IN _REQ_FIELDS_")),
        }
    }

    /// The name behind the dot that follows this token, and where it ends.
    fn member(&self, index: usize) -> Option<(&str, usize)> {
        match &self.tokens[index + 1..] {
            [dot, name, ..] if dot.kind == Kind::Symbol('.') => Some((name.kind.name()?, name.end)),
            _ => None,
        }
    }

    fn not_here<T>(&self, token: &Token<'_>, name: &str) -> Result<T, Mistake> {
        let rule = self.operation.rule_column();
        self.mistake(token.start, format!("there is no {name} in a {rule}"))
    }

    fn mistake<T>(&self, start: usize, what: impl Into<String>) -> Result<T, Mistake> {
        Err(Mistake {
            what: what.into(),
            position: self.text[..start].chars().count() + 1,
        })
    }
}

#[cfg(test)]
mod tests;
