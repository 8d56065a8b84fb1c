//! Parts of forms.

use maud::{Markup, html};

use crate::redirect;

/// A field with its label.
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub kind: &'a str,
    pub autocomplete: &'a str,
    pub value: Option<&'a str>,
    pub hint: Option<&'a str>,
    pub is_required: bool,
    pub has_focus: bool,
}

impl Default for Field<'_> {
    fn default() -> Self {
        Self {
            name: "",
            label: "",
            kind: "text",
            autocomplete: "off",
            value: None,
            hint: None,
            is_required: true,
            has_focus: false,
        }
    }
}

impl Field<'_> {
    /// `form` tells apart fields of the same name on one page.
    pub fn show(&self, form: &str) -> Markup {
        let id = format!("{form}-{}", self.name);
        let hint_id = self.hint.map(|_| format!("{id}-hint"));
        html! {
            div.field {
                label for=(id) { (self.label) }
                input id=(id) name=(self.name) type=(self.kind) autocomplete=(self.autocomplete) value=[self.value]
                    required[self.is_required] autofocus[self.has_focus] aria-describedby=[hint_id.as_deref()]
                    autocapitalize="none" spellcheck="false";
                @if let Some(hint) = self.hint { p.hint id=[hint_id.as_deref()] { (hint) } }
            }
        }
    }
}

/// A code of digits.
pub fn code_field(form: &str, name: &str, label: &str, has_focus: bool) -> Markup {
    let id = format!("{form}-{name}");
    html! {
        div.field {
            label for=(id) { (label) }
            input.code id=(id) name=(name) type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*"
                maxlength="8" required autofocus[has_focus];
        }
    }
}

/// A new password, twice. Browsers and password managers know it by these names.
pub fn new_password_fields(form: &str, names: [&str; 2], hint: &str) -> Markup {
    let field = |name, label, hint| Field {
        name,
        label,
        kind: "password",
        autocomplete: "new-password",
        hint,
        ..Field::default()
    };
    html! {
        (field(names[0], "New password", Some(hint)).show(form))
        (field(names[1], "New password, once more", None).show(form))
    }
}

/// The route of a form that comes back to `page` when something is wrong.
pub fn action(route: &str, page: &str) -> String {
    redirect::with(&format!("/api/auth/v1/{route}"), "error_redirect_uri", page)
}

/// The same for one that leads to mail with a link, which in turn leads to `then`.
pub fn action_with_mail(route: &str, page: &str, then: &str) -> String {
    redirect::with(&action(route, page), "mail_redirect_uri", then)
}

/// What forms of somebody signed in carry: that they are meant, and where to go then.
pub fn hidden(request_token: &str, then: &str) -> Markup {
    html! {
        input type="hidden" name="csrf_token" value=(request_token);
        input type="hidden" name="redirect_uri" value=(then);
    }
}
