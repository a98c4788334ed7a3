use proptest::prelude::*;

use super::{Announced, Body, Charset, Chunk, Command, CommandError, Mail, PathError, Place, Secrecy};
use crate::intake::path::{Forward, Reverse};

fn parse(line: &str) -> Result<Command<'_>, CommandError> {
    Command::parse(line.as_bytes())
}

fn size(line: &str) -> Announced {
    match parse(line) {
        Ok(Command::Mail(mail)) => mail.announced,
        other => panic!("{other:?}"),
    }
}

#[test]
fn reads_every_verb_in_any_case() {
    for (line, command) in [
        ("EHLO a.example", Command::Ehlo("a.example")),
        ("ehlo [192.0.2.1]", Command::Ehlo("[192.0.2.1]")),
        ("HeLo [IPv6:2001:db8::1]", Command::Helo("[IPv6:2001:db8::1]")),
        ("DATA", Command::Data),
        ("data  ", Command::Data),
        ("RSET", Command::Rset),
        ("NOOP", Command::Noop),
        ("NOOP whatever", Command::Noop),
        ("VRFY somebody", Command::Vrfy),
        ("HELP me", Command::Help),
        ("QUIT", Command::Quit),
        ("STARTTLS", Command::StartTls),
        ("AUTH PLAIN x", Command::Auth),
        ("EXPN list", Command::NotOffered),
        ("BDAT 0", Command::Bdat(Chunk { octets: 0, place: Place::Inner })),
        ("bdat 0 last", Command::Bdat(Chunk { octets: 0, place: Place::Last })),
        ("BDAT 00000000000000000000000000001", Command::Bdat(Chunk { octets: 1, place: Place::Inner })),
        ("BDAT 18446744073709551616", Command::Bdat(Chunk { octets: usize::MAX, place: Place::Inner })),
        ("BDAT 99999999999999999999999 LAST", Command::Bdat(Chunk { octets: usize::MAX, place: Place::Last })),
        ("GET / HTTP/1.1", Command::Http),
        ("RCPT TO:<Postmaster>", Command::Rcpt(Forward::Postmaster)),
        (
            "mail from:<>",
            Command::Mail(Mail {
                path: Reverse::Null,
                announced: Announced::Nothing,
                charset: Charset::Ascii,
                body: Body::Text,
                secrecy: Secrecy::Opportunistic,
            }),
        ),
        (
            "MAIL FROM:<> BODY=BinaryMime RequireTLS",
            Command::Mail(Mail {
                path: Reverse::Null,
                announced: Announced::Nothing,
                charset: Charset::Ascii,
                body: Body::Binary,
                secrecy: Secrecy::TlsRequired,
            }),
        ),
        (
            "MAIL FROM: <> SIZE=10 body=8bitmime SMTPUTF8",
            Command::Mail(Mail {
                path: Reverse::Null,
                announced: Announced::Octets(10),
                charset: Charset::Utf8,
                body: Body::Text,
                secrecy: Secrecy::Opportunistic,
            }),
        ),
    ] {
        assert_eq!(parse(line), Ok(command), "{line}");
    }
}

#[test]
fn tells_what_is_wrong_with_a_line() {
    for (line, error) in [
        ("", CommandError::Unknown),
        (" NOOP", CommandError::Unknown),
        ("FOO", CommandError::Unknown),
        ("VERYLONGVERB", CommandError::Unknown),
        ("NOOPX", CommandError::Unknown),
        ("EHLO", CommandError::Argument),
        ("EHLO a b", CommandError::Argument),
        ("EHLO a)b", CommandError::Argument),
        ("EHLO bücher.example", CommandError::Argument),
        ("DATA x", CommandError::Argument),
        ("RSET x", CommandError::Argument),
        ("QUIT x", CommandError::Argument),
        ("STARTTLS x", CommandError::Argument),
        ("VRFY", CommandError::Argument),
        ("MAIL", CommandError::Argument),
        ("MAIL TO:<a@b.c>", CommandError::Argument),
        ("MAIL FROM <a@b.c>", CommandError::Argument),
        ("MAIL FROM:a@b.c", CommandError::Sender(PathError::Brackets)),
        ("MAIL FROM:<a@b.c>SIZE=1", CommandError::Sender(PathError::Brackets)),
        ("MAIL FROM:<a@b.c> SIZE", CommandError::Value),
        ("MAIL FROM:<a@b.c> SIZE=", CommandError::Value),
        ("MAIL FROM:<a@b.c> SIZE=-1", CommandError::Value),
        ("MAIL FROM:<a@b.c> SIZE=+1", CommandError::Value),
        ("MAIL FROM:<a@b.c> SIZE=1k", CommandError::Value),
        ("MAIL FROM:<a@b.c> SIZE=999999999999999999999", CommandError::Value),
        ("MAIL FROM:<a@b.c> SIZE=1 SIZE=1", CommandError::Parameter),
        ("MAIL FROM:<a@b.c> BODY=7BIT BODY=7BIT", CommandError::Parameter),
        ("MAIL FROM:<a@b.c> SMTPUTF8 SMTPUTF8", CommandError::Parameter),
        ("MAIL FROM:<a@b.c> SMTPUTF8=1", CommandError::Value),
        ("MAIL FROM:<a@b.c> BODY=BINARY", CommandError::Value),
        ("MAIL FROM:<a@b.c> BODY", CommandError::Value),
        ("MAIL FROM:<a@b.c> REQUIRETLS=1", CommandError::Value),
        ("MAIL FROM:<a@b.c> REQUIRETLS REQUIRETLS", CommandError::Parameter),
        ("BDAT", CommandError::Chunk),
        ("BDAT LAST", CommandError::Chunk),
        ("BDAT -1", CommandError::Chunk),
        ("BDAT +1", CommandError::Chunk),
        ("BDAT 0x10", CommandError::Chunk),
        ("BDAT 1  LAST", CommandError::Chunk),
        ("BDAT 1 LAST LAST", CommandError::Chunk),
        ("BDAT 1 FIRST", CommandError::Chunk),
        ("BDAT 1,5", CommandError::Chunk),
        ("MAIL FROM:<a@b.c> RET=FULL", CommandError::Parameter),
        ("MAIL FROM:<a@b.c> AUTH=<>", CommandError::Parameter),
        ("RCPT FROM:<a@b.c>", CommandError::Argument),
        ("RCPT TO:<a@b.c> NOTIFY=NEVER", CommandError::Parameter),
        ("RCPT TO:<>", CommandError::Recipient(PathError::Local)),
    ] {
        assert_eq!(parse(line), Err(error), "{line}");
    }
    assert_eq!(Command::parse(b"NOOP \xff"), Err(CommandError::NotText));
}

#[test]
fn sizes_do_not_overflow() {
    assert_eq!(size("MAIL FROM:<> SIZE=0"), Announced::Nothing);
    assert_eq!(size("MAIL FROM:<> SIZE=00000000000000000001"), Announced::Octets(1));
    assert_eq!(size("MAIL FROM:<> SIZE=18446744073709551616"), Announced::Octets(usize::MAX));
    assert_eq!(size("MAIL FROM:<> SIZE=99999999999999999999"), Announced::Octets(usize::MAX));
}

proptest! {
    #[test]
    fn any_octets_are_read_without_panic(line in proptest::collection::vec(any::<u8>(), 0..100)) {
        let once = Command::parse(&line);
        prop_assert_eq!(once, Command::parse(&line));
    }
}
