//! The `$defs` of a document: schemas that were documents of their own, so that what refers to their root or to their
//! own `$defs` has to be pointed at where that is now.

use std::collections::{BTreeMap, HashSet};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

const DEFS: &str = "#/$defs/";

/// The `$defs` that are being put together.
pub struct Definitions {
    /// Names that are taken, or will be.
    reserved: HashSet<String>,
    schemas: Map<String, Value>,
}

/// A schema that is the definition of this name.
pub fn reference(name: &str) -> Value {
    json!({"$ref": pointer(name)})
}

fn pointer(name: &str) -> String {
    let token = name.replace('~', "~0").replace('/', "~1");
    // What stands in a URI as it is, beside letters and digits.
    const ENCODED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b'~');
    format!("{DEFS}{}", utf8_percent_encode(&token, ENCODED))
}

impl Definitions {
    /// Empty; no schema's own definition takes one of these names.
    pub fn new(reserved: impl Iterator<Item = String>) -> Self {
        Self {
            reserved: reserved.collect(),
            schemas: Map::new(),
        }
    }

    /// Adds a schema under this name, and its own `$defs` beside it.
    pub fn add(&mut self, name: &str, mut schema: Value) {
        let mut own = Map::new();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("$schema");
            schema.remove("$id");
            if let Some(Value::Object(definitions)) = schema.remove("$defs") {
                own = definitions;
            }
        }
        let mut moved = BTreeMap::new();
        for old in own.keys() {
            moved.insert(pointer(old), self.free_name(name, old));
        }
        for (old, mut definition) in own {
            point_anew(&mut definition, name, &moved);
            let new = moved[&pointer(&old)].clone();
            self.schemas.insert(new, definition);
        }
        point_anew(&mut schema, name, &moved);
        self.schemas.insert(name.into(), schema);
    }

    /// All of them; nothing if there is none.
    pub fn into_value(self) -> Option<Value> {
        (!self.schemas.is_empty()).then_some(Value::Object(self.schemas))
    }

    fn free_name(&mut self, schema: &str, own: &str) -> String {
        let mut name = own.to_owned();
        while !self.reserved.insert(name.clone()) {
            name = format!("{schema}.{name}");
        }
        name
    }
}

/// Points every reference to the schema's own root, or to one of its definitions, at where that is now.
fn point_anew(schema: &mut Value, name: &str, moved: &BTreeMap<String, String>) {
    match schema {
        Value::Array(members) => members.iter_mut().for_each(|member| point_anew(member, name, moved)),
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(target) if key == "$ref" => *target = new_target(target, name, moved),
                    member => point_anew(member, name, moved),
                }
            }
        }
        _ => {}
    }
}

fn new_target(target: &str, name: &str, moved: &BTreeMap<String, String>) -> String {
    if let Some(rest) = target.strip_prefix(DEFS) {
        let end = rest.find('/').map_or(target.len(), |end| DEFS.len() + end);
        if let Some(new) = moved.get(&target[..end]) {
            return format!("{}{}", pointer(new), &target[end..]);
        }
    }
    match target.strip_prefix('#') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{}{rest}", pointer(name)),
        _ => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_of_definitions_stand_beside_them_and_are_found_there() {
        let mut definitions = Definitions::new(["meta".to_owned(), "other".to_owned()].into_iter());
        definitions.add(
            "meta",
            json!({
                "$schema": "x", "$id": "y",
                "properties": {
                    "self": {"$ref": "#"}, "part": {"$ref": "#/properties/self"}, "near": {"$ref": "#/$defs/size"},
                    "deep": [{"$ref": "#/$defs/other/items"}], "far": {"$ref": "https://example.org/#/$defs/size"},
                    "$ref": {"type": "string"},
                },
                "$defs": {"size": {"$ref": "#/$defs/other"}, "other": {"type": "integer"}},
            }),
        );
        definitions.add("other", json!({"$ref": "#/$defs/size", "$defs": {"size": true}}));
        assert_eq!(
            definitions.into_value().unwrap(),
            json!({
                "meta": {"properties": {
                    "self": {"$ref": "#/$defs/meta"}, "part": {"$ref": "#/$defs/meta/properties/self"},
                    "near": {"$ref": "#/$defs/size"}, "deep": [{"$ref": "#/$defs/meta.other/items"}],
                    "far": {"$ref": "https://example.org/#/$defs/size"}, "$ref": {"type": "string"},
                }},
                "size": {"$ref": "#/$defs/meta.other"}, "meta.other": {"type": "integer"},
                "other": {"$ref": "#/$defs/other.size"}, "other.size": true,
            })
        );
    }

    #[test]
    fn names_are_escaped_where_they_are_pointed_at() {
        assert_eq!(reference("a/b~c d"), json!({"$ref": "#/$defs/a~1b~0c%20d"}));
        let mut definitions = Definitions::new(std::iter::empty());
        definitions.add("true", json!(true));
        assert_eq!(definitions.into_value(), Some(json!({"true": true})));
        assert_eq!(Definitions::new(std::iter::empty()).into_value(), None);
    }
}
