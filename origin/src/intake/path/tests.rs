use proptest::prelude::*;

use super::{Forward, Host, Local, Mailbox, PathError, Reverse};

fn forward(text: &str) -> Result<Forward<'_>, PathError> {
    Forward::parse(text).map(|(path, _)| path)
}

fn mailbox(text: &str) -> Mailbox<'_> {
    match forward(text).unwrap() {
        Forward::Mailbox(mailbox) => mailbox,
        Forward::Postmaster => panic!("postmaster"),
    }
}

#[test]
fn keeps_mailboxes_as_written() {
    for (text, local, host) in [
        ("<a@b.c>", Local::Dotted("a"), Host::Name("b.c")),
        ("<A.B+c@Example.ORG>", Local::Dotted("A.B+c"), Host::Name("Example.ORG")),
        ("<\"a@x\"@b.c>", Local::Quoted("\"a@x\""), Host::Name("b.c")),
        ("<\"a>b\"@b.c>", Local::Quoted("\"a>b\""), Host::Name("b.c")),
        ("<\"a\\\"> b\"@b.c>", Local::Quoted("\"a\\\"> b\""), Host::Name("b.c")),
        ("<\"\"@b.c>", Local::Quoted("\"\""), Host::Name("b.c")),
        ("<a@[192.0.2.1]>", Local::Dotted("a"), Host::Literal("[192.0.2.1]")),
        ("<a@[IPv6:2001:db8::1]>", Local::Dotted("a"), Host::Literal("[IPv6:2001:db8::1]")),
        ("<@one.example,@two.example:a@b.c>", Local::Dotted("a"), Host::Name("b.c")),
        ("<ü@bücher.example>", Local::Dotted("ü"), Host::Name("bücher.example")),
        ("<a@localhost>", Local::Dotted("a"), Host::Name("localhost")),
    ] {
        let found = mailbox(text);
        assert_eq!((found.local, found.host), (local, host), "{text}");
    }
    assert_eq!(mailbox("<@one.example:a@b.c>").text, "a@b.c");
}

#[test]
fn reads_the_paths_without_a_mailbox() {
    assert_eq!(Reverse::parse("<> SIZE=1"), Ok((Reverse::Null, " SIZE=1")));
    for text in ["<Postmaster>", "<postmaster>", "<POSTMASTER>"] {
        assert_eq!(forward(text), Ok(Forward::Postmaster));
    }
    assert!(forward("<>").is_err());
    assert!(Reverse::parse("<Postmaster>").is_err());
}

#[test]
fn refuses_what_the_grammar_does_not_allow() {
    for (text, error) in [
        ("a@b.c", PathError::Brackets),
        ("<a@b.c", PathError::Brackets),
        ("<a@b.c>SIZE=1", PathError::Brackets),
        ("<a@b.c>>", PathError::Brackets),
        ("<\"a@b.c>", PathError::Brackets),
        ("<a>", PathError::Local),
        ("<@b.c>", PathError::Route),
        ("<@:a@b.c>", PathError::Route),
        ("<@-x:a@b.c>", PathError::Route),
        ("<.a@b.c>", PathError::Local),
        ("<a..b@b.c>", PathError::Local),
        ("<a.@b.c>", PathError::Local),
        ("<a b@b.c>", PathError::Local),
        ("<a<b@b.c>", PathError::Local),
        ("<\"a\"b@b.c>", PathError::Local),
        ("<\"a\tb\"@b.c>", PathError::Local),
        ("<a@>", PathError::Host),
        ("<a@-b.c>", PathError::Host),
        ("<a@b-.c>", PathError::Host),
        ("<a@b..c>", PathError::Host),
        ("<a@b.c.>", PathError::Host),
        ("<a@b@c>", PathError::Host),
        ("<a@[192.0.2.256]>", PathError::Host),
        ("<a@[192.0.2.1>", PathError::Host),
        ("<a@[IPv6:x]>", PathError::Host),
        ("<a@[]>", PathError::Host),
    ] {
        assert_eq!(forward(text), Err(error), "{text}");
    }
}

#[test]
fn holds_to_the_limits_of_the_rfc_to_the_octet() {
    let local = "a".repeat(64);
    assert!(forward(&format!("<{local}@b.c>")).is_ok());
    assert_eq!(forward(&format!("<{local}a@b.c>")), Err(PathError::TooLong { octets: 65, limit: 64 }));
    let label = "b".repeat(63);
    assert!(forward(&format!("<a@{label}>")).is_ok());
    assert!(forward(&format!("<a@{label}b>")).is_err());
    let domain = format!("{label}.{label}.{label}.{}", "b".repeat(60)); // 252 octets
    assert!(forward(&format!("<a@{domain}>")).is_ok());
    assert_eq!(forward(&format!("<ab@{domain}>")), Err(PathError::TooLong { octets: 257, limit: 256 }));
}

proptest! {
    #[test]
    fn never_panics_and_keeps_what_it_takes(text in "\\PC{0,40}") {
        let text = format!("<{text}>");
        if let Ok((Forward::Mailbox(mailbox), rest)) = Forward::parse(&text) {
            let whole = format!("{}>{rest}", mailbox.text);
            prop_assert!(text.ends_with(&whole));
        }
    }

    #[test]
    fn takes_every_quoted_string(inner in "[ -!#-\\[\\]-~]{0,60}") {
        let text = format!("<\"{inner}\"@b.c>");
        prop_assert_eq!(mailbox(&text).local.text(), format!("\"{inner}\""));
    }
}
