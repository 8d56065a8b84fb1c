//! Named values as forms and queries carry them: `a=1&b=two+words`.

/// Names and values, decoded, in the order in which they came. A name may come more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what a browser makes of a form (`application/x-www-form-urlencoded`), which is also the form of most queries.
    /// Every text means something, so this does not fail; bytes that are not UTF-8 become U+FFFD.
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of `name`, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.iter()
            .filter(move |(field, _)| *field == name)
            .map(|(_, value)| value)
    }

    /// Everything, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn decodes_names_and_values() {
        let fields = Fields::parse(b"name=J%C3%BCrgen+M&tag=a&tag=b%26c&empty=&flag");
        assert_eq!(fields.get("name"), Some("J\u{fc}rgen M"));
        assert_eq!(fields.all("tag").collect::<Vec<_>>(), ["a", "b&c"]);
        assert_eq!(fields.get("empty"), Some(""));
        assert_eq!(fields.get("flag"), Some(""));
        assert_eq!(fields.get("missing"), None);
    }

    #[test]
    fn makes_something_of_every_text() {
        assert_eq!(Fields::parse(b"").iter().count(), 0);
        assert_eq!(Fields::parse(b"a=%ff%zz").get("a"), Some("\u{fffd}%zz"));
    }
}
