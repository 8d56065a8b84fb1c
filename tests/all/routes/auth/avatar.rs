//! `avatar`: pictures of people.

use crate::accounts::{self, ALICE, Tokens, claims, sign_in};
use guesthouse_tests::{Answer, Server};

/// A whole PNG of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\xa35\x81\x84\0\0\0\0IEND\xaeB`\x82";
/// The first bytes of a JPEG of three by two pixels.
const JPEG: &[u8] =
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0\xff\xd9";
const KIB: usize = 1024;

/// A form with these parts.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head = format!(
            "--x\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a.html\"\r\ncontent-type: text/html\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    [body, b"--x--\r\n".to_vec()].concat()
}

fn send(server: &Server, caller: (&str, &str), body: Vec<u8>) -> Answer {
    let request = server.request("POST", "/api/auth/v1/avatar").header(caller.0, caller.1);
    request
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body)
        .send()
}

#[track_caller]
fn upload(server: &Server, caller: &Tokens, file: &[u8]) -> Answer {
    send(server, ("authorization", &caller.bearer()), form(&[("file", file)]))
}

fn path_of(caller: &Tokens) -> String {
    format!(
        "/api/auth/v1/avatar/{}",
        claims(&caller.auth)["sub"].as_str().expect("an id")
    )
}

#[test]
fn what_is_no_picture_is_refused() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let wide = [&PNG[..16], &[0, 0, 0x10, 0x01], &PNG[20..]].concat();
    for (file, said) in [
        (&b""[..], "the file is neither a PNG nor a JPEG"),
        (b"<script>alert(1)</script>", "the file is neither a PNG nor a JPEG"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
            "the file is neither a PNG nor a JPEG",
        ),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "the file is neither a PNG nor a JPEG"),
        (&wide, "the picture must have at most 4096 pixels in each direction"),
        (&JPEG[..20], "the picture is broken"),
    ] {
        upload(&server, &alice, file).expect(400, said);
    }
    let bearer = alice.bearer();
    let program = ("authorization", bearer.as_str());
    for parts in [
        &[][..],
        &[("picture", PNG)],
        &[("file", PNG), ("file", PNG)],
        &[("file", PNG), ("more", b"x")],
    ] {
        send(&server, program, form(parts)).expect(400, "the form must have one part, named file");
    }
    send(&server, program, b"--x\r\n".to_vec()).expect_status(400);
    let json = server
        .request("POST", "/api/auth/v1/avatar")
        .header(program.0, program.1);
    json.json(&serde_json::json!({"file": "x"})).send().expect_status(400);
    server.get(&path_of(&alice)).expect_status(404);
}

#[test]
fn a_picture_may_have_so_many_bytes() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let of = |bytes: usize| [PNG, &vec![0; bytes - PNG.len()]].concat();
    upload(&server, &alice, &of(512 * KIB)).expect(200, "");
    let too_large = "the picture is larger than 512 KiB";
    upload(&server, &alice, &of(512 * KIB + 1)).expect(413, too_large);
    upload(&server, &alice, &of(1024 * KIB)).expect(413, too_large);
    assert_eq!(server.get(&path_of(&alice)).body.len(), 512 * KIB);
}

#[test]
fn a_picture_is_set_by_its_owner_on_purpose() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    send(&server, ("x-nothing", ""), form(&[("file", PNG)])).expect_status(401);
    let cookies = alice.cookies();
    send(&server, ("cookie", &cookies), form(&[("file", PNG)])).expect_status(400);
    let with_token = |token: &str| form(&[("csrf_token", token.as_bytes()), ("file", PNG)]);
    send(&server, ("cookie", &cookies), with_token("x")).expect_status(400);
    server.get(&path_of(&alice)).expect_status(404);
    let csrf = claims(&alice.auth)["csrf_token"].as_str().expect("a token").to_owned();
    send(&server, ("cookie", &cookies), with_token(&csrf)).expect(200, "");
    server.get(&path_of(&alice)).expect_status(200);
}

#[test]
fn an_id_that_is_none_is_refused_and_an_unknown_one_is_not_found() {
    let server = accounts::start();
    for id in ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "%00"] {
        server.get(&format!("/api/auth/v1/avatar/{id}")).expect_status(400);
    }
    server
        .get("/api/auth/v1/avatar/AAAAAAAAAAAAAAAAAAAAAA==")
        .expect_status(404);
}

#[test]
fn everybody_is_shown_a_picture_and_nothing_but_a_picture() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let path = path_of(&alice);
    let header = |answer: &Answer, name: &str| answer.header(name).unwrap_or_default().to_owned();
    for (file, media_type, name) in [(PNG, "image/png", "avatar.png"), (JPEG, "image/jpeg", "avatar.jpeg")] {
        upload(&server, &alice, file).expect(200, "");
        let shown = server.get(&path);
        assert_eq!(shown.body, file);
        for (field, value) in [
            ("content-type", media_type),
            ("content-disposition", &format!("attachment; filename=\"{name}\"")),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(header(&shown, field), value);
        }
        let tag = header(&shown, "etag");
        let known = |tag: &str| server.request("GET", &path).header("if-none-match", tag).send();
        known(&tag).expect(304, "");
        known(&format!("\"x\", W/{tag}")).expect(304, "");
        known("\"x\"").expect_status(200);
    }
}

#[test]
fn a_picture_goes_with_its_account_or_when_its_owner_says_so() {
    let server = accounts::start();
    let alice = sign_in(&server, ALICE);
    let path = path_of(&alice);
    let delete = |what: &str| {
        let request = server.request("DELETE", &format!("/api/auth/v1/{what}"));
        request
            .header("authorization", &alice.bearer())
            .send()
            .expect_status(200);
    };
    upload(&server, &alice, PNG).expect_status(200);
    delete("avatar");
    server.get(&path).expect_status(404);
    delete("avatar");
    upload(&server, &alice, PNG).expect_status(200);
    delete("delete");
    server.get(&path).expect_status(404);
    let admin = sign_in(&server, "admin@localhost");
    upload(&server, &admin, PNG).expect_status(200);
    server.cli(&["user", "delete", "admin@localhost"]).expect_success();
    server.get(&path_of(&admin)).expect_status(404);
}
