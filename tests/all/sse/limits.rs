//! The bounds of listeners, crossed. Those on the number of listeners and of topics are crossed in the host's own tests.

use super::{ask, listen, numbers, start};

#[test]
fn what_is_too_large_is_refused_with_the_limit() {
    let server = start();
    let mut listener = listen(&server, "topic=room/1&held=1&label=a");
    let number = numbers(&server, "room/1", "a")[0];
    let many = |what: &str, count: usize| vec![what; count].join("&");
    let topic = "t".repeat(4097);
    for path in [
        format!("listen?topic=room/1&label={}", "l".repeat(1025)),
        format!("listen?{}", many("topic=room/1", 17)),
        format!("listen?topic=room/{topic}"),
        format!("send?topic=room/{topic}&data=x"),
        "send?topic=room/1&size=270000".to_owned(),
        "send?topic=room/1&data=x&times=257".to_owned(),
        format!("send?{}&data=x", many("topic=room/1", 4097)),
        format!("release?listener={number}&{}", many("missed=x", 1025)),
    ] {
        let said = ask(&server, &path);
        assert!(said.starts_with("TooLarge("), "{}: {said}", &path[..40]);
    }
    for path in ["listen?topic=", "listen?topic=room/%0A", "send?topic=room/%07&data=x"] {
        let said = ask(&server, path);
        assert!(said.starts_with("Invalid("), "{path}: {said}");
    }
    assert_eq!(ask(&server, &format!("release?listener={number}")), "released");
    ask(&server, "send?topic=room/1&data=still+there");
    assert_eq!(listener.chunk().as_deref(), Some("data: still there\n\n"));
}
