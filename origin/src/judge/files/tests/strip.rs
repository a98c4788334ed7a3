//! What is left of a message when files are taken out of it.

use protocol::transfer;

use super::{super::super::bodies, build::program, *};

const STRIP: Attachments = Attachments { mode: Mode::Strip, ..ALLOW };

/// A message with a program between two harmless files, of which the second has these octets.
fn between(exe: &[u8], other: &[u8]) -> Vec<u8> {
    let part = |name: &str, octets: &[u8]| {
        format!("--b\r\n{}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", named(name), BASE64_MIME.encode(octets))
    };
    let head = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    let text = "--b\r\n\r\nSee the files.\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>See</p>\r\n";
    let parts = [part("first.txt", b"first"), part("x.exe", exe), part("last.bin", other)].concat();
    format!("{head}{text}{parts}--b--\r\n").into_bytes()
}

fn stripped(message: &[u8]) -> (Vec<u8>, bodies::Bodies) {
    let mut raw = message.to_vec();
    let mut parts = parts::split(&raw, 0).unwrap();
    let files = inspect(&raw, &parts, STRIP).unwrap();
    files.withhold(&mut raw, &mut parts);
    let bodies = bodies::sort(&raw, &parts, &files);
    (raw, bodies)
}

/// That the file in the middle goes and nothing else.
pub(super) fn strips(exe: &[u8], other: &[u8]) {
    let message = between(exe, other);
    let (raw, bodies) = stripped(&message);
    assert_eq!(bodies.text.as_deref(), Some("See the files."));
    assert_eq!(bodies.html.as_deref(), Some("<p>See</p>"));
    let [first, gone, last] = bodies.attachments.as_slice() else { panic!("three files") };
    assert_eq!(transfer::attachment(&raw, first).unwrap().as_slice(), b"first");
    assert_eq!((gone.summary.size, gone.length), (exe.len() as u64, 0));
    assert!(gone.summary.withheld.is_some() && gone.summary.filename == "x.exe");
    assert!(gone.offset < last.offset);
    if last.summary.withheld.is_none() {
        assert_eq!(transfer::attachment(&raw, last).unwrap().as_slice(), other);
    }
    // What a program that reads MIME makes of it is the same.
    let again = parts::split(&raw, 0).unwrap();
    assert_eq!(again.len(), 6);
    let place = |at: usize| again[at].body.start as u64;
    assert_eq!((first.offset, gone.offset, last.offset), (place(3), place(4), place(5)));
}

#[test]
fn the_others_stay_where_they_are_said_to_be() {
    strips(&program(), b"last");
    strips(b"", b"");
    strips(b"x", &program());
}

#[test]
fn a_note_stands_where_the_file_was() {
    let (raw, bodies) = stripped(&between(&program(), b"last"));
    let part = &parts::split(&raw, 0).unwrap()[4];
    let note = transfer::decode(part.about.encoding, &raw[part.body.clone()], 100);
    assert_eq!(note.as_slice(), b"[A dangerous file was withheld here.]\r\n");
    assert!(!raw.windows(8).any(|window| window == b"TVqQAAMA"));
    assert_eq!(bodies.attachments[1].summary.withheld, Some(Danger::Program));
    assert_eq!(bodies.attachments[1].summary.danger, None);
}

#[test]
fn a_file_in_a_text_is_taken_out_of_it() {
    let text =
        "before\r\nbegin 644 x.exe\r\n#0V%T\r\n`\r\nend\r\nbetween\r\nbegin 644 y.txt\r\n#0V%T\r\nend\r\nafter\r\n";
    let padded = text.replace("#0V%T\r\n", &"#0V%T\r\n".repeat(20));
    let (_, bodies) = stripped(format!("Subject: x\r\n\r\n{padded}").as_bytes());
    let text = bodies.text.unwrap();
    assert!(
        text.starts_with("before\r\n[A dangerous file was withheld here.]\r\nbetween\r\nbegin 644 y.txt"),
        "{text}"
    );
    assert!(text.ends_with("after\r\n"));
}

#[test]
fn a_message_that_is_a_program_is_withheld_whole() {
    let message = "Content-Type: text/plain; name=x.vbs\r\n\r\nMsgBox \"hello\" : and so on, and so on, and so on\r\n";
    let (_, bodies) = stripped(message.as_bytes());
    assert_eq!(bodies.text, None);
    assert_eq!(bodies.attachments[0].summary.withheld, Some(Danger::Script));
}

#[test]
fn what_stays_is_marked() {
    let message = message(&named("a.docm"), b"x");
    let (raw, bodies) = stripped(&message);
    assert_eq!(raw, message);
    let summary = &bodies.attachments[0].summary;
    assert_eq!((summary.danger, summary.withheld), (Some(Danger::Macros), None));
}
