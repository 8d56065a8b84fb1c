//! Who is in which room, and what is wrong with what somebody filled in.

use guesthouse::http::Fields;

/// Characters in the name of a room, and of a person.
pub const NAME_LENGTH_MAX: usize = 40;
/// Characters in a message.
pub const TEXT_LENGTH_MAX: usize = 1000;

/// Somebody in a room. There are no accounts here: everybody is whoever they say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visit {
    /// The room, in letters that an address can have.
    pub room: String,
    /// The person.
    pub name: String,
}

/// Something that is wrong with one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mistake {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it, for whoever filled it in.
    pub text: &'static str,
}

impl Visit {
    /// Reads a query or a form. A field that is missing is an empty one.
    pub fn from_fields(fields: &Fields) -> Self {
        let field = |name| fields.get(name).unwrap_or_default().trim().to_owned();
        Self {
            room: field("room").to_ascii_lowercase(),
            name: field("name"),
        }
    }

    /// All that is wrong, in the order of the form.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if !is_room(&self.room) {
            let text = "The name of a room has letters a to z, digits and hyphens, up to 40.";
            mistakes.push(Mistake { field: "room", text });
        }
        let length = self.name.chars().count();
        if !(1..=NAME_LENGTH_MAX).contains(&length) || self.name.contains(char::is_control) {
            let text = "Please give a name of up to 40 characters.";
            mistakes.push(Mistake { field: "name", text });
        }
        mistakes
    }

    /// What the host keeps about a listener: all that is known when it is gone.
    pub fn label(&self) -> String {
        format!("{}/{}", self.room, self.name)
    }

    /// Reads a label.
    pub fn from_label(label: &str) -> Option<Self> {
        let (room, name) = label.split_once('/')?;
        Some(Self {
            room: room.into(),
            name: name.into(),
        })
    }
}

/// Whether this can be the name of a room.
pub fn is_room(room: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=NAME_LENGTH_MAX).contains(&room.len()) && room.bytes().all(allowed)
}

/// Whether this can be said.
pub fn is_text(text: &str) -> bool {
    (1..=TEXT_LENGTH_MAX).contains(&text.chars().count()) && !text.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_fields(query: &str) -> Vec<&'static str> {
        let visit = Visit::from_fields(&Fields::parse(query.as_bytes()));
        visit.mistakes().iter().map(|mistake| mistake.field).collect()
    }

    #[test]
    fn finds_all_mistakes() {
        assert_eq!(wrong_fields("room=Lobby-2&name=+Ada+/+Bob+"), Vec::<&str>::new());
        assert_eq!(wrong_fields(""), ["room", "name"]);
        assert_eq!(wrong_fields("room=a/b&name=A%00"), ["room", "name"]);
        let long = "x".repeat(NAME_LENGTH_MAX + 1);
        assert_eq!(wrong_fields(&format!("room={long}&name={long}")), ["room", "name"]);
    }

    #[test]
    fn a_label_says_who_was_where() {
        let visit = Visit {
            room: "lobby".into(),
            name: "a/b".into(),
        };
        assert_eq!(Visit::from_label(&visit.label()), Some(visit));
        assert_eq!(Visit::from_label("lobby"), None);
    }
}
