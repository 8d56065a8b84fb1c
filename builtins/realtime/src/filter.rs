//! Filters as they stand in the name of a class: equal ones read the same, whatever their order and encoding in the request.

use record_api::error::Error;
use record_api::query::{Filter, form};

use crate::limits;
use crate::place::encode;

/// The filter of a query string; empty where there is none. What no filter can be is refused; whether it fits the table is not
/// looked at.
pub fn canonical(query: &str) -> Result<String, Error> {
    Filter::parse(query)?;
    let mut pairs = Vec::new();
    for pair in form::pairs(query) {
        let (name, value) = pair?;
        if let Some(path) = name.strip_prefix("filter").filter(|path| path.starts_with('[')) {
            pairs.push(format!("{}={}", encode(path).replace('=', "%3D"), encode(&value)));
        }
    }
    pairs.sort_unstable();
    let text = pairs.join("&");
    match text.len() > limits::FILTER_BYTES_MAX {
        true => Err(Error::InvalidFilter),
        false => Ok(text),
    }
}

/// Reads what [`canonical`] made.
pub fn parse(text: &str) -> Result<Filter, Error> {
    let mut filter = Filter::default();
    for pair in form::pairs(text) {
        let (path, value) = pair?;
        filter.add(&format!("filter{path}"), &value)?;
    }
    Ok(filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_filters_read_the_same() {
        let text = "[stars][$gt]=3&[text]=a%20b";
        for query in [
            "filter[stars][$gt]=3&filter[text]=a+b",
            "filter%5Btext%5D=a%20b&resume=true&filter[stars][%24gt]=3",
        ] {
            assert_eq!(canonical(query).as_deref(), Ok(text));
        }
        assert_eq!(canonical("limit=1").as_deref(), Ok(""));
    }

    #[test]
    fn a_filter_comes_back_as_it_was() {
        for query in [
            "filter[$or][0][a]=1&filter[$or][1][$and][0][b%3D%26]=%2B%26%3D%25%2F%3F&filter[c][$like]=%25x%25",
            "filter[a]=&filter[a]=\u{e9}",
        ] {
            let text = canonical(query).unwrap();
            assert_eq!(
                parse(&text).unwrap().group,
                Filter::parse(query).unwrap().group,
                "{text}"
            );
            assert!(!text.contains(['/', '?', ' ']), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_or_too_long_is_refused() {
        let long = format!("filter[a]={}", "x".repeat(limits::FILTER_BYTES_MAX));
        assert_eq!(canonical(&long), Err(Error::InvalidFilter));
        assert!(canonical(&long[..limits::FILTER_BYTES_MAX]).is_ok());
        assert_eq!(canonical("filter=1"), Err(Error::InvalidFilter));
        assert_eq!(canonical("filter[a][$drop]=1"), Err(Error::InvalidFilter));
    }
}
