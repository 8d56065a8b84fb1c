//! What the server has mailed to people, as the outbox keeps it without a relay.

use guesthouse_tests::Server;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// How many there are.
#[track_caller]
pub fn count(server: &Server) -> usize {
    let list = server.cli(&["mail", "list"]).expect_success().stdout;
    list.lines().skip(1).count()
}

/// The one with this number; the first is 1.
#[track_caller]
pub fn read(server: &Server, number: usize) -> Letter {
    let shown = server
        .cli(&["mail", "show", &number.to_string()])
        .expect_success()
        .stdout;
    let (head, text) = shown.split_once("\n\n").expect("a head and a text");
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {head}")).trim().to_owned()
    };
    Letter {
        to: field("to "),
        subject: field("subject "),
        text: text.to_owned(),
    }
}

/// The newest one.
#[track_caller]
pub fn newest(server: &Server) -> Letter {
    read(server, count(server))
}

impl Letter {
    /// The link in it: where it leads, and the path there.
    #[track_caller]
    pub fn link(&self) -> (String, String) {
        let mut words = self.text.split_whitespace();
        let link = words.find(|word| word.starts_with("http")).expect("a link");
        let start = link.find("://").expect("a scheme") + 3;
        let path = link[start..].find('/').expect("a path") + start;
        (link[..path].into(), link[path..].into())
    }

    /// The path of its link.
    #[track_caller]
    pub fn path(&self) -> String {
        self.link().1
    }

    /// The code at the end of its link.
    #[track_caller]
    pub fn code(&self) -> String {
        let path = self.path();
        let code = path.rsplit(['/', '=']).next().expect("a code");
        assert_eq!(code.len(), 48, "{path}");
        code.to_owned()
    }

    /// The six characters that are to be typed.
    #[track_caller]
    pub fn typed_code(&self) -> String {
        let is_code = |line: &&str| {
            line.len() == 6
                && line
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        };
        self.text.lines().find(is_code).expect("a code").to_owned()
    }
}
