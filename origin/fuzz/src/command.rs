//! Commands: read the same in capitals and in small letters, and what is read is what was written.

use origin::intake::{
    command::{Command, Mail},
    path::{Forward, Host, Local, Mailbox, Reverse},
};

/// A command's name may be in any case of letters (RFC 5321 §2.4); a mailbox is a piece of the line, and its two parts
/// make it up.
pub fn command(line: &[u8]) {
    let read = Command::parse(line);
    let mut capitals = line.to_vec();
    let verb = line.iter().position(|octet| !octet.is_ascii_alphabetic()).unwrap_or(line.len());
    capitals[..verb].make_ascii_uppercase();
    let loud = Command::parse(&capitals);
    // HTTP's methods are in capitals alone (RFC 9110 §9.1).
    if !matches!(loud, Ok(Command::Http)) {
        assert_eq!(read, loud, "the case of letters changed the command");
    }
    match read {
        Ok(Command::Mail(Mail { path: Reverse::Mailbox(mailbox), .. }) | Command::Rcpt(Forward::Mailbox(mailbox))) => {
            check(line, mailbox);
        }
        Ok(Command::Ehlo(name) | Command::Helo(name)) => assert!(contains(line, name.as_bytes())),
        _ => {}
    }
}

fn check(line: &[u8], mailbox: Mailbox<'_>) {
    let (Local::Dotted(local) | Local::Quoted(local)) = mailbox.local;
    let (Host::Name(host) | Host::Literal(host)) = mailbox.host;
    assert_eq!(mailbox.text, format!("{local}@{host}"), "the parts are not the whole");
    assert!(contains(line, mailbox.text.as_bytes()), "a mailbox that nobody wrote");
    assert!(local.len() <= 64 && host.len() <= 255, "beyond RFC 5321 §4.5.3.1");
    assert!(!mailbox.text.bytes().any(|octet| octet.is_ascii_control()), "a control character in a mailbox");
}

fn contains(line: &[u8], piece: &[u8]) -> bool {
    piece.is_empty() || line.windows(piece.len()).any(|window| window == piece)
}
