//! Which files are taken, marked, withheld and refused: through whole messages.

mod bounds;
mod build;
mod strip;

use data_encoding::BASE64_MIME;

use self::build::{
    Packed, compound, disk_image, gzip, packed, program, rar_4, rar_5, seven_zip, stored, tar, zip, zip_64,
};
use super::{super::parts, *};
use crate::policy::{Mode, OnSuspect};

const ALLOW: Attachments =
    Attachments { mode: Mode::Allow, macros: OnSuspect::Tag, encrypted: OnSuspect::Tag, unreadable: OnSuspect::Tag };

/// A message with a text and one file, whose header lines are these.
fn message(header: &str, octets: &[u8]) -> Vec<u8> {
    let head = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n";
    let body = BASE64_MIME.encode(octets);
    format!("{head}{header}\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n--b--\r\n").into_bytes()
}

fn named(name: &str) -> String {
    format!("Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"{name}\"")
}

fn inspected(message: &[u8], policy: Attachments) -> Result<Files, Refusal> {
    inspect(message, &parts::split(message, 0).unwrap(), policy)
}

/// Everything dangerous about the file of a message.
fn all(message: &[u8]) -> Vec<(Danger, &'static str)> {
    let parts = parts::split(message, 0).unwrap();
    let mut budget = Budget::new(message.len(), MIME_PARTS);
    let mut look = Look { budget: &mut budget, dangers: Dangers::default() };
    parts.iter().filter(|part| part.form == Form::Leaf).for_each(|part| look.part(message, part, 0));
    look.dangers.each().collect()
}

fn dangers(name: &str, octets: &[u8]) -> Vec<Danger> {
    all(&message(&named(name), octets)).into_iter().map(|(danger, _)| danger).collect()
}

#[track_caller]
fn refused(name: &str, octets: &[u8], danger: Danger) {
    let found = inspected(&message(&named(name), octets), Attachments::default());
    assert!(matches!(&found, Err(Refusal::Attachment { danger: said, .. }) if *said == danger), "{name}: {found:?}");
}

#[track_caller]
fn marked(name: &str, octets: &[u8], danger: Danger) {
    let found = inspected(&message(&named(name), octets), Attachments::default()).unwrap();
    assert_eq!(found.fates, [(2, Fate::Marked(danger))], "{name}");
}

#[track_caller]
fn plain(name: &str, octets: &[u8]) {
    assert_eq!(dangers(name, octets), [], "{name}");
}

#[test]
fn what_people_send_passes() {
    let words = "Words of a letter, one after the other. ".repeat(40);
    plain("report.pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog /JSON 1 >>");
    plain("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF");
    plain("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>");
    plain("invite.ics", b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n");
    plain("card.vcf", b"BEGIN:VCARD\r\n");
    plain("table.csv", b"a;b\r\n1;2\r\n");
    plain("notes.txt", b"MZ is how a program begins, and #! a script");
    plain("MZ.txt", b"MZ");
    plain("letter.doc", &compound(&[("WordDocument", 2), ("1Table", 2)]));
    plain("no extension", words.as_bytes());
    plain("", words.as_bytes());
    plain("Dr. No", b"x");
    plain("v1.2.3", b"x");
    plain("\u{5ea}\u{5e9}\u{200f}.pdf", b"%PDF-1.4");
    let documents = [
        packed("[Content_Types].xml", b"<Types/>"),
        packed("word/document.xml", words.as_bytes()),
        stored("word/embeddings/sheet.xlsx", &zip(&[packed("xl/workbook.xml", &[b' '; 4_000_000])])),
    ];
    plain("letter.docx", &zip(&documents));
    plain(
        "photos.zip",
        &zip(&[stored("photos/", b""), stored("photos/1.jpg", b"\xff\xd8\xff"), packed("a.txt", words.as_bytes())]),
    );
    plain("backup.tar.gz", &gzip("backup.tar", &tar(&[("notes.txt", b"x"), ("long:folder/letter.odt", b"")])));
    plain("log.gz", &gzip("", words.as_bytes()));
    plain("papers.rar", &rar_5("paper.pdf", false));
    plain("old.rar", &rar_4("paper.pdf", b"%PDF-1.4", 0));
    plain("outer.zip", &zip(&[stored("inner.zip", &zip(&[packed("a.pdf", b"%PDF-1.4")]))]));
    plain("zip64.zip", &zip_64(&[packed("a.pdf", b"%PDF-1.4")], 1, None, None));
}

#[test]
fn programs_and_their_kin_are_refused_by_name() {
    for (name, danger) in [
        ("setup.exe", Danger::Program),
        ("SETUP.EXE", Danger::Program),
        ("run.hta", Danger::Script),
        ("run.js", Danger::Script),
        ("doc.lnk", Danger::Shortcut),
        ("note.one", Danger::Shortcut),
        ("app.jar", Danger::Program),
        ("app.apk", Danger::Program),
        ("disk.iso", Danger::DiskImage),
        ("pack.msi", Danger::Installer),
        ("invoice.pdf.exe", Danger::Disguised),
        ("invoice.pdf      .exe", Danger::Disguised),
        ("x.exe.", Danger::Disguised),
        ("x.exe.zip", Danger::Program),
        ("x.exe.xyz", Danger::Program),
        ("x.scr.7z", Danger::Program),
    ] {
        refused(name, b"harmless", danger);
    }
    plain("x.js.txt", b"harmless");
    plain("shop.com.pdf", b"%PDF-1.4");
}

#[test]
fn programs_and_their_kin_are_refused_by_their_octets() {
    for (octets, danger) in [
        (program(), Danger::Program),
        (b"\x7fELF\x02\x01\x01".to_vec(), Danger::Program),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46".to_vec(), Danger::Shortcut),
        (disk_image(), Danger::DiskImage),
        (b"ITSF\x03\0\0\0".to_vec(), Danger::Script),
        (b"#!/bin/sh\nrm -rf /".to_vec(), Danger::Script),
        (compound(&[("Root Entry", 5)]), Danger::Installer),
        ([vec![7; 2_000], b"koly\0\0\0\x04".to_vec(), vec![0; 504]].concat(), Danger::DiskImage),
        ([vec![7; 2_001], b"conectix".to_vec(), vec![0; 504]].concat(), Danger::DiskImage),
    ] {
        refused("file", &octets, danger);
        refused("picture.jpg", &octets, if danger == Danger::Installer { danger } else { Danger::Disguised });
    }
}

#[test]
fn names_are_read_wherever_they_stand() {
    let exe = |header: &str| {
        let found = inspected(&message(header, b"harmless"), Attachments::default());
        assert!(matches!(found, Err(Refusal::Attachment { .. })), "{header}: {found:?}");
    };
    exe("Content-Type: application/octet-stream; name=x.exe");
    exe("Content-Type: application/pdf; name=x.exe\r\nContent-Disposition: attachment; filename=x.pdf");
    exe("Content-Type: application/pdf; name=x.pdf\r\nContent-Disposition: attachment; filename=x.exe");
    exe("Content-Disposition: attachment; filename*0=\"invoice.e\"; filename*1=\"xe\"");
    exe("Content-Disposition: attachment;\r\n filename*0*=utf-8''x%2E;\r\n filename*1*=%65xe");
    exe("Content-Disposition: attachment; filename=x.pdf; filename*=utf-8''x.exe");
    exe("Content-Disposition: attachment; filename*=utf-8''x.exe; filename=x.pdf");
    exe("Content-Disposition: attachment; filename=\"=?utf-8?B?eC5leGU=?=\"");
    exe("Content-Disposition: attachment; filename==?utf-8?Q?x=2Eexe?=");
    exe("Content-Disposition: inline\r\nContent-Disposition: attachment; filename=x.exe");
    exe("Content-Type: application/x-msdownload");
    exe("Content-Type: text/plain; name=x.exe");
    exe("Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Disposition: attachment; filename=\"x.e\u{200b}xe\"");
    exe("Content-Disposition: attachment; filename=\"\u{202e}gpj.exe\"");
    exe("Content-Disposition: attachment; filename=\"x.\u{ff45}\u{ff58}\u{ff45}\"");
}

#[test]
fn archives_are_looked_into() {
    let exe = || packed("setup.exe", b"x");
    let nested = |inner: Vec<u8>| zip(&[packed("inner.zip", &inner)]);
    refused("a.zip", &zip(&[packed("readme.txt", b"x"), exe()]), Danger::Program);
    refused("a.bin", &zip(&[exe()]), Danger::Program);
    refused("a.zip", &nested(nested(zip(&[exe()]))), Danger::Program);
    refused("a.zip", &zip(&[packed("picture.jpg", &program())]), Danger::Disguised);
    refused("a.tgz", &gzip("", &tar(&[("a.txt", b"x"), ("b/x.exe", b"x")])), Danger::Program);
    let long = format!("long:{}.exe", "x".repeat(200));
    refused("a.tar", &tar(&[(&long, b""), ("short", b"x")]), Danger::Program);
    refused("a.gz", &gzip("x.exe", b"x"), Danger::Program);
    refused("a.gz", &gzip("", &program()), Danger::Program);
    refused("a.rar", &rar_5("x.exe", false), Danger::Program);
    refused("a.rar", &rar_4("x.exe", b"x", 0), Danger::Program);
    refused("a.rar", &rar_4("x.jpg", &program(), 0), Danger::Disguised);
    refused("a.zip", &zip(&[packed("a.zip", &gzip("", &tar(&[("x", &program())])))]), Danger::Program);
    let wide: Vec<u8> = "\u{1}x.exe\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused("a.7z", &seven_zip(&[&[1, 4], wide.as_slice()].concat()), Danger::Program);
    refused("a.zip", &[b"something before".as_slice(), &zip(&[exe()])].concat(), Danger::Program);
    refused("a.zip", &zip_64(&[exe()], 1, None, None), Danger::Program);
    let unlisted = Packed { unlisted: true, ..exe() };
    refused("a.zip", &zip(&[packed("a.txt", b"x"), unlisted, packed("b.txt", b"x")]), Danger::Program);
    let path = [b"\x75\x70\x0a\0\x01\0\0\0\0x.exe".as_slice()].concat();
    refused("a.zip", &zip(&[Packed { extra: path, ..packed("x.txt", b"x") }]), Danger::Program);
}

#[test]
fn a_zip_is_found_by_its_end_whatever_its_comment_holds() {
    let commented = |archive: Vec<u8>, comment: &[u8]| {
        let length = u16::try_from(comment.len()).unwrap().to_le_bytes();
        [&archive[..archive.len() - 2], &length, comment].concat()
    };
    let harmless = || zip(&[packed("a.txt", b"x")]);
    let comment = [b"a mark PK\x05\x06".as_slice(), &[b' '; 40]].concat();
    plain("a.zip", &commented(harmless(), &comment));
    plain("a.zip", &[harmless(), b"trailing".to_vec()].concat());
    // One archive in the comment of another: programs differ in which they find.
    let exe = || zip(&[packed("x.exe", b"x")]);
    refused("a.zip", &commented(harmless(), &exe()), Danger::Program);
    refused("a.zip", &commented(exe(), &harmless()), Danger::Program);
    refused("a.zip", &commented(harmless(), &[exe(), b"trailing".to_vec()].concat()), Danger::Program);
}

#[test]
fn a_zip_that_says_two_things_is_disguised() {
    let two = Packed { local_name: b"b.pdf".to_vec(), ..packed("a.pdf", b"x") };
    refused("a.zip", &zip(&[two]), Danger::Disguised);
    let hidden = Packed { local_name: b"x.exe".to_vec(), ..packed("a.pdf", b"x") };
    assert_eq!(dangers("a.zip", &zip(&[hidden])), [Danger::Disguised, Danger::Program]);
}

#[test]
fn what_cannot_be_looked_through_is_marked() {
    let secret = || Packed { flags: 1, ..packed("a.txt", b"x") };
    marked("a.zip", &zip(&[secret()]), Danger::Encrypted);
    marked("a.rar", &rar_5("a.txt", true), Danger::Encrypted);
    marked("a.rar", &rar_4("a.txt", b"x", 4), Danger::Encrypted);
    marked("a.7z", &seven_zip(b"\x17\x06\xf1\x07\x01"), Danger::Encrypted);
    marked("a.7z", &seven_zip(b"\x17\x06"), Danger::Unreadable);
    marked("a.xz", b"\xfd7zXZ\0\0", Danger::Unreadable);
    marked("winmail.dat", b"\x78\x9f\x3e\x22", Danger::Unreadable);
    marked("a.zip", b"no archive at all", Danger::Unreadable);
    marked("a.zip", &zip(&[Packed { method: 14, ..stored("inner.zip", b"x") }]), Danger::Unreadable);
    let whole = zip(&[packed("a.txt", b"x")]);
    marked("a.zip", &whole[..whole.len() - 10], Danger::Unreadable);
    refused("a.zip", &zip(&[Packed { flags: 1, ..packed("x.exe", b"x") }]), Danger::Program);
    let beyond = zip(&[Packed { method: 14, ..packed("x.exe", b"x") }]);
    refused("a.zip", &beyond, Danger::Program);
    let cut = zip(&[packed("x.exe", b"x")]);
    refused("a.zip", &cut[..cut.len() - 10], Danger::Program);
}

#[test]
fn documents_that_run_things_are_marked() {
    marked("a.docm", b"x", Danger::Macros);
    marked("a.docx", &zip(&[packed("word/vbaProject.bin", b"x")]), Danger::Macros);
    marked("a.xlsx", &zip(&[packed("xl/macrosheets/sheet1.xml", b"x")]), Danger::Macros);
    marked("a.zip", &zip(&[stored("a.docx", &zip(&[packed("word/vbaProject.bin", b"x")]))]), Danger::Macros);
    marked("a.doc", &compound(&[("WordDocument", 2), ("_VBA_PROJECT", 2)]), Danger::Macros);
    marked("a.xlsx", &compound(&[("EncryptedPackage", 2)]), Danger::Encrypted);
    marked("a.pdf", b"%PDF-1.7\n<< /S /Launch /F (x) >>", Danger::Macros);
    marked("a.svg", b"<svg><script>1</script></svg>", Danger::Macros);
    marked("a.html", b"<html><a href='javascript:1'>", Danger::Macros);
    marked("a.rtf", b"{\\rtf1 {\\object\\objdata 01}}", Danger::Macros);
    refused("a.html", b"<html><HTA:APPLICATION id=x>", Danger::Script);
}

#[test]
fn attached_messages_are_looked_into() {
    let inner = message(&named("x.exe"), b"x");
    let text = String::from_utf8(inner.clone()).unwrap();
    let head = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n";
    let outer = format!("{head}{text}\r\n--o--\r\n");
    assert!(matches!(inspected(outer.as_bytes(), Attachments::default()), Err(Refusal::Attachment { .. })));
    refused("mail.eml", &inner, Danger::Program);
    plain("mail.eml", &message(&named("a.pdf"), b"%PDF-1.4"));
    let nest = (0..4).fold(message(&named("a.pdf"), b"x"), |inner, _| message(&named("a.eml"), &inner));
    assert_eq!(all(&nest).len(), 1, "too deep");
}

#[test]
fn files_in_texts_are_seen() {
    let of = |text: &str| all(format!("Subject: x\r\n\r\n{text}").as_bytes());
    let exe = "hello\r\nbegin 644 x.exe\r\n#0V%T\r\n`\r\nend\r\nbye\r\n";
    assert_eq!(of(exe)[0].0, Danger::Program);
    assert_eq!(of(&exe.replace("x.exe", "cat.txt")), []);
    assert_eq!(of("begin 644 chapters.exe of the book\r\nlike this\r\n"), []);
    let line = "begin 644 data\r\n#35J0\r\n";
    assert_eq!(of(line), [], "three octets are no program");
    let lied = format!("Content-Type: application/pdf; name=a.pdf\r\n\r\n{}", BASE64_MIME.encode(&program()));
    assert_eq!(all(lied.as_bytes())[0].0, Danger::Disguised);
}

#[test]
fn policy_decides() {
    let exe = message(&named("x.exe"), b"x");
    let macros = message(&named("x.docm"), b"x");
    assert_eq!(inspected(&exe, ALLOW).unwrap().fates, [(2, Fate::Marked(Danger::Program))]);
    let strict = Attachments { macros: OnSuspect::Refuse, ..Attachments::default() };
    let kind = ".docm, a document with macros";
    assert_eq!(inspected(&macros, strict).unwrap_err(), Refusal::Attachment { danger: Danger::Macros, kind });
    let strip = Attachments { mode: Mode::Strip, ..strict };
    assert_eq!(inspected(&macros, strip).unwrap().fates, [(2, Fate::Withheld { danger: Danger::Macros, size: 1 })]);
    assert_eq!(
        inspected(&exe, Attachments::default()).unwrap_err().to_string(),
        "Files that are dangerous to open are not taken here: .exe, a Windows program"
    );
    // A file that is dangerous in two ways is treated by the graver one.
    let both = zip(&[packed("a.docm", b"x"), Packed { flags: 1, ..packed("b.txt", b"x") }]);
    let encrypted = Attachments { encrypted: OnSuspect::Refuse, ..Attachments::default() };
    let found = inspected(&message(&named("a.zip"), &both), encrypted);
    assert!(matches!(found, Err(Refusal::Attachment { danger: Danger::Encrypted, .. })), "{found:?}");
}
