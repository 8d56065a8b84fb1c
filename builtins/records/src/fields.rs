//! The fields of a form as values for columns.
//!
//! A form knows text only, and text is never turned into a number here: columns of numbers cannot be set by a form.

use guesthouse::sqlite::Value;
use record_api::error::Error;
use record_api::query::form;
use record_api::schema::Table;

use crate::decode::{self, Assignments};
use crate::limits;

/// What one field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    /// A file. No column takes one yet, so it does not matter what is in it.
    File,
}

/// The fields of a form, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, Content)>);

impl Fields {
    /// Reads a form without files.
    pub fn parse(body: &[u8]) -> Result<Self, Error> {
        let not_text = || Error::MalformedBody("the form is not UTF-8".into());
        let body = std::str::from_utf8(body).map_err(|_| not_text())?;
        let mut fields = Self::default();
        for pair in form::pairs(body) {
            let (name, value) = pair.map_err(|_| not_text())?;
            fields.add(&name, Content::Text(value.into_owned()))?;
        }
        Ok(fields)
    }

    /// Adds a field behind the others.
    pub fn add(&mut self, name: &str, content: Content) -> Result<(), Error> {
        if self.0.len() >= limits::FORM_FIELDS_MAX {
            return Err(Error::TooManyFields(limits::FORM_FIELDS_MAX));
        }
        self.0.push((name.into(), content));
        Ok(())
    }

    /// The values of the columns that the fields name. Names that are no writable column are passed over; what comes
    /// more than once is a list, which a JSON column takes.
    pub fn assign(self, table: &Table) -> Result<Assignments, Error> {
        let mut given: Vec<Vec<String>> = table.columns.iter().map(|_| Vec::new()).collect();
        for (name, content) in self.0 {
            let position = table
                .position(&name)
                .filter(|position| table.columns[*position].is_writable);
            match (position, content) {
                (None, _) => {}
                (Some(position), Content::Text(text)) => given[position].push(text),
                (Some(position), Content::File) if table.columns[position].kind.is_file() => {
                    return Err(decode::NO_FILES);
                }
                (Some(_), Content::File) => return Err(Error::InvalidRecord),
            }
        }
        let given = given.into_iter().enumerate().filter(|(_, texts)| !texts.is_empty());
        given
            .map(|(position, texts)| Ok((position, decode::texts(table.columns[position].kind, &texts)?)))
            .collect::<Result<Vec<(usize, Value)>, Error>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record_api::examples::notes;

    fn assigned(body: &[u8]) -> Result<Vec<(String, Value)>, Error> {
        let table = notes().table;
        let assignments = Fields::parse(body)?.assign(&table)?;
        let named = assignments
            .into_iter()
            .map(|(position, value)| (table.columns[position].name.clone(), value));
        Ok(named.collect())
    }

    fn one(body: &str) -> String {
        format!("{:?}", assigned(body.as_bytes()).unwrap())
    }

    #[test]
    fn text_becomes_what_the_column_holds() {
        for (body, expected) in [
            (
                "text=a+b%26c&unknown=1&shouted=X&excluded=x",
                r#"[("text", Value::Text("a b&c"))]"#,
            ),
            ("text=", r#"[("text", Value::Text(""))]"#),
            ("data=-_8%3D", r#"[("data", Value::Blob([251, 255]))]"#),
            ("any=7", r#"[("any", Value::Text("7"))]"#),
            ("meta={\"a\":+[1]}", r#"[("meta", Value::Text("{\"a\": [1]}"))]"#),
            ("meta=null", r#"[("meta", Value::Null)]"#),
            (
                "meta=1&text=x&meta=%22b%22",
                r#"[("text", Value::Text("x")), ("meta", Value::Text("[\"1\",\"\\\"b\\\"\"]"))]"#,
            ),
            ("", "[]"),
        ] {
            assert_eq!(one(body), expected, "{body}");
        }
    }

    #[test]
    fn text_for_a_column_that_takes_none_is_refused() {
        for body in [
            "stars=1",
            "score=1.5",
            "data=!",
            "meta={",
            "meta=1+2",
            "meta=",
            "text=a&text=b",
            "data=AA==&data=AA==",
            "stars=",
        ] {
            assert_eq!(assigned(body.as_bytes()).unwrap_err(), Error::InvalidRecord, "{body}");
        }
    }

    #[test]
    fn what_is_no_text_is_malformed() {
        for body in [&b"text=\xff"[..], b"text=%ff", b"%c3=a"] {
            assert!(matches!(assigned(body), Err(Error::MalformedBody(_))), "{body:?}");
        }
    }

    #[test]
    fn a_form_has_an_end() {
        let fields = |count: usize| Fields::parse("a=1&".repeat(count).as_bytes());
        assert!(fields(limits::FORM_FIELDS_MAX).is_ok());
        assert_eq!(
            fields(limits::FORM_FIELDS_MAX + 1),
            Err(Error::TooManyFields(limits::FORM_FIELDS_MAX))
        );
    }

    #[test]
    fn a_file_is_for_no_column_and_ignored_where_there_is_none() {
        let assign = |name: &str| {
            let mut fields = Fields::default();
            fields.add(name, Content::File).unwrap();
            fields.assign(&notes().table).map(|assignments| assignments.len())
        };
        assert_eq!(assign("text"), Err(Error::InvalidRecord));
        assert_eq!(assign("unknown"), Ok(0));
    }
}
