//! What `judge` reads in real and in hostile mail. The mails stand in `tests/mails`, each with what is
//! expected of it; `MAYFLY_BLESS=1` writes the expectations anew.

use std::{fs, net::Ipv4Addr, path::PathBuf, sync::Arc, time::Instant};

use proptest::prelude::*;
use protocol::{
    id::InboxId,
    message::{Attachment, Danger, Outcome, TransferEncoding},
    sealing::{KeyPair, Suite},
    transfer,
};
use serde_json::{Value, json};

use super::*;
use crate::{
    limits::{FINDINGS, HEADER_OCTETS, HOPS, LINK_OCTETS, MIME_DEPTH, MIME_PARTS},
    mail::{Hop, ReversePath, Secret},
    policy::{Mode, OnFail, OnFault},
    verdict::Deferral,
};

const TRACE: &[u8] = b"Received: from client.example by mx.example; Mon, 23 Nov 2026 20:54:00 +0000\r\n";

fn received(message: &[u8]) -> Received {
    let public_key = Arc::new(KeyPair::from_seed(Suite::X25519, &[7; 32]).public_key());
    let destination = Destination {
        inbox: InboxId::from_bytes([1; 16]),
        public_key,
        wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
        tag: None,
    };
    Received {
        reverse_path: ReversePath::Null,
        recipients: vec![destination],
        raw: ([TRACE, message].concat()).into(),
        trace_len: TRACE.len(),
        hop: Hop {
            client: Ipv4Addr::LOCALHOST.into(),
            helo: Secret("client.example".into()),
            tls: Some("TLSv1.3".into()),
        },
        received_at: Timestamp::from_millis(0),
    }
}

fn accepted(message: &[u8]) -> Box<Accepted> {
    match judge(received(message), &Evidence::default(), Policy::default()) {
        Verdict::Accepted(accepted) => accepted,
        Verdict::Refused(refusal) => panic!("refused: {refusal}"),
        Verdict::Deferred(deferral) => panic!("deferred: {deferral}"),
    }
}

fn refusal(message: &[u8]) -> Refusal {
    match judge(received(message), &Evidence::default(), Policy::default()) {
        Verdict::Refused(refusal) => refusal,
        Verdict::Accepted(_) | Verdict::Deferred(_) => panic!("not refused"),
    }
}

/// The octets that a reader gets by an attachment's range and encoding alone.
fn fetched(raw: &[u8], attachment: &Attachment) -> Vec<u8> {
    let start = usize::try_from(attachment.offset).unwrap();
    let length = usize::try_from(attachment.length).unwrap();
    transfer::decode(attachment.encoding, &raw[start..start + length], usize::MAX).to_vec()
}

fn mails() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/mails");
    let mut mails: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect();
    mails.sort();
    mails
}

fn described(accepted: &Accepted) -> Value {
    let bodies: Vec<Value> = accepted
        .content()
        .attachments
        .iter()
        .map(|attachment| {
            let octets = fetched(accepted.raw(), attachment);
            assert_eq!(octets.len() as u64, attachment.summary.size, "{}", attachment.summary.filename);
            Value::String(data_encoding::HEXLOWER.encode(&octets[..octets.len().min(48)]))
        })
        .collect();
    json!({ "summary": accepted.summary(), "content": accepted.content(), "attachments begin": bodies })
}

#[test]
fn every_mail_is_read_as_expected() {
    let bless = std::env::var_os("MAYFLY_BLESS").is_some();
    let mails = mails();
    assert!(mails.len() >= 25);
    let mut wrong = Vec::new();
    for (name, mail) in mails {
        let found = described(&accepted(&mail));
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/mails/{name}.json"));
        if bless {
            fs::write(&path, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        }
        let expected: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        if expected != found {
            wrong.push((name, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Everything in which a finding may stand: subject, text and HTML as they read, links as they are written.
fn haystacks(accepted: &Accepted) -> Vec<String> {
    let content = accepted.content();
    let mut all = vec![accepted.summary().subject.clone()];
    all.extend(content.text.clone());
    if let Some(html) = &content.html {
        let page = html::read(html);
        all.push(page.as_read().into_owned());
        all.extend(page.anchors.iter().map(|anchor| anchor.href.clone()));
    }
    all
}

fn assert_verbatim(accepted: &Accepted) {
    let all = haystacks(accepted);
    let summary = accepted.summary();
    assert!(summary.codes.len() <= FINDINGS && summary.links.len() <= FINDINGS);
    assert!(summary.snippet.chars().count() <= SNIPPET_CHARS);
    for finding in summary.codes.iter().chain(&summary.links) {
        assert!(all.iter().any(|text| text.contains(finding.as_str())), "{finding}");
    }
    for link in &summary.links {
        assert!(link.len() <= LINK_OCTETS && link.to_ascii_lowercase().starts_with("http"), "{link}");
    }
    for attachment in &accepted.content().attachments {
        assert_eq!(fetched(accepted.raw(), attachment).len() as u64, attachment.summary.size);
        assert!(!attachment.summary.filename.contains(['/', '\\', '\0', '\u{202e}']));
    }
}

#[test]
fn every_finding_stands_in_its_mail() {
    for (_, mail) in mails() {
        assert_verbatim(&accepted(&mail));
    }
}

#[test]
fn a_message_is_what_it_was() {
    for (_, mail) in mails() {
        let accepted = accepted(&mail);
        assert_eq!(&accepted.raw()[TRACE.len()..], mail);
        assert_eq!(accepted.summary().auth.tls.as_deref(), Some("TLSv1.3"));
        assert_eq!(accepted.recipients().len(), 1);
    }
}

#[test]
fn our_trace_is_no_hop_and_a_hundred_others_are_enough() {
    let hops = |count| "Received: by x\r\n".repeat(count) + "\r\nbody\r\n";
    accepted(hops(HOPS).as_bytes());
    assert_eq!(refusal(hops(HOPS + 1).as_bytes()), Refusal::Loop { hops: HOPS + 1, limit: HOPS });
}

#[test]
fn a_giant_header_is_refused_at_its_limit() {
    let line = format!("X-Filler: {}\r\n", "x".repeat(88));
    let within = line.repeat(HEADER_OCTETS / line.len());
    accepted(format!("{within}\r\n").as_bytes());
    let beyond = line.repeat(HEADER_OCTETS / line.len() + 1);
    assert_eq!(
        refusal(format!("{beyond}\r\n").as_bytes()),
        Refusal::HeaderTooLarge { octets: beyond.len(), limit: HEADER_OCTETS }
    );
    // One that never ends is all header.
    assert!(matches!(refusal("x".repeat(5_000_000).as_bytes()), Refusal::HeaderTooLarge { octets: 5_000_000, .. }));
}

#[test]
fn a_header_has_the_same_lines_for_every_reader() {
    let forged = "Authentication-Results: mx.example; dkim=pass header.d=bank.example";
    for header in [
        format!("X-A: b\r{forged}\r\n\r\n"),
        format!("X-A: b\n{forged}\r\n\r\n"),
        format!("X-A: b\0\r\n{forged}\r\n\r\n"),
        format!("X-A: b\r\n\n{forged}\r\n\r\n"),
        format!("X-A: b\r\n\r\r\n{forged}\r\n\r\n"),
        "X-A: b\r".to_owned(),
    ] {
        assert_eq!(refusal(header.as_bytes()), Refusal::BareLineEnding, "{header:?}");
    }
    // What is no line of the header may be any octets (RFC 3030 §3).
    let binary = accepted(b"Content-Type: application/octet-stream\r\n\r\n\0\r\n\n\r");
    assert_eq!(binary.summary().attachments.len(), 1);
    accepted(b"\r\n\n");
    accepted(b"X-A: b");
}

#[test]
fn too_large_a_message_is_refused() {
    let limit = protocol::limits::MESSAGE_OCTETS;
    let message = [b"Subject: x\r\n\r\n".as_slice(), &vec![b'x'; limit]].concat();
    assert_eq!(refusal(&message), Refusal::TooLarge { octets: message.len(), limit });
}

#[test]
fn a_bomb_of_parts_is_refused_when_the_limit_is_passed() {
    let bomb = |parts| {
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned() + &"--b\r\n\r\nx\r\n".repeat(parts) + "--b--\r\n"
    };
    let most = accepted(bomb(MIME_PARTS - 1).as_bytes());
    assert!(most.content().text.as_ref().is_some_and(|text| text.len() == (MIME_PARTS - 1) * 3 - 2));
    let parts = MIME_PARTS + 1;
    assert_eq!(refusal(bomb(100_000).as_bytes()), Refusal::TooManyParts { parts, limit: MIME_PARTS });
}

#[test]
fn a_nest_of_parts_is_refused_when_the_limit_is_passed() {
    let nest = |depth: usize| {
        (0..depth).fold(String::new(), |all, level| {
            let opened = if level == 0 { String::new() } else { format!("--b{}x\r\n", level - 1) };
            all + &opened + &format!("Content-Type: multipart/mixed; boundary=b{level}x\r\n\r\n")
        }) + &format!("--b{}x\r\n\r\nat the bottom\r\n", depth - 1)
    };
    let deepest = accepted(nest(MIME_DEPTH).as_bytes());
    assert_eq!(deepest.content().text.as_deref(), Some("at the bottom\r\n"));
    let refused = Refusal::TooDeep { depth: MIME_DEPTH + 1, limit: MIME_DEPTH };
    assert_eq!(refusal(nest(MIME_DEPTH + 1).as_bytes()), refused);
    assert_eq!(refusal(nest(20_000).as_bytes()), refused);
}

#[test]
fn hostile_bodies_take_linear_time() {
    let head = b"Content-Type: text/html\r\n\r\n";
    let bodies = [
        "<".repeat(SEARCH_OCTETS),
        "&".repeat(SEARCH_OCTETS),
        "<a href=\"".repeat(SEARCH_OCTETS / 9),
        "<a href=https://a.example/verify>verify".repeat(SEARCH_OCTETS / 39),
        "<div><span>".repeat(SEARCH_OCTETS / 11),
        "<!--".repeat(SEARCH_OCTETS / 4),
        "<script></scrip".repeat(SEARCH_OCTETS / 15),
        "code 1234 ".repeat(SEARCH_OCTETS / 10),
        "1234-".repeat(SEARCH_OCTETS / 5),
        "1234 ".repeat(SEARCH_OCTETS / 5),
        "verification code ".repeat(SEARCH_OCTETS / 18),
        "https://a.example/".repeat(SEARCH_OCTETS / 18),
        "cid:".repeat(SEARCH_OCTETS / 4),
        "<td>1".repeat(SEARCH_OCTETS / 5),
    ];
    #[expect(clippy::disallowed_methods, reason = "the time that work takes is what this test is about")]
    for body in bodies {
        let message = [head.as_slice(), body.as_bytes()].concat();
        let started = Instant::now();
        assert_verbatim(&accepted(&message));
        // Without optimisation and on a busy machine; a quadratic step takes minutes.
        assert!(started.elapsed().as_secs() < 10, "{:?}: {}", started.elapsed(), &body[..40.min(body.len())]);
    }
}

#[test]
fn an_empty_message_is_accepted_as_it_is() {
    let empty = accepted(b"");
    assert_eq!(empty.summary().subject, "");
    assert_eq!(empty.content().attachments, []);
    let blank = accepted(b"\r\n");
    assert_eq!(blank.content().text.as_deref(), Some(""));
}

#[test]
fn an_attached_message_is_one_range_whatever_it_holds() {
    let inner = "Subject: inner\r\nContent-Type: multipart/mixed; boundary=\"o\"\r\n\r\n--o\r\n\r\nhi\r\n--o--\r\n";
    let message = format!(
        "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\r\nsee\r\n--outer\r\n\
         Content-Type: message/rfc822\r\n\r\n{inner}\r\n--outer--\r\n"
    );
    let accepted = accepted(message.as_bytes());
    let [attachment] = accepted.content().attachments.as_slice() else { panic!("one attachment") };
    assert_eq!(attachment.summary.filename, "message.eml");
    assert_eq!(attachment.encoding, TransferEncoding::Identity);
    assert_eq!(fetched(accepted.raw(), attachment), inner.as_bytes());
}

fn hostile_lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(b"Content-Type: multipart/mixed; boundary=\"b\"".to_vec()),
        Just(b"Content-Type: multipart/alternative; boundary=b2".to_vec()),
        Just(b"Content-Type: text/html; charset=gb2312".to_vec()),
        Just(b"Content-Type: message/rfc822; name*0*=utf-8''%41".to_vec()),
        Just(b"Content-Transfer-Encoding: base64".to_vec()),
        Just(b"Content-Transfer-Encoding: quoted-printable".to_vec()),
        Just(b"Content-Disposition: attachment; filename=\"=?utf-8?Q?=2E=2E/x?=\"".to_vec()),
        Just(b"Content-ID: <x>".to_vec()),
        Just(b"Subject: =?iso-2022-jp?B?GyRC?= code 1234".to_vec()),
        Just(b"--b".to_vec()),
        Just(b"--b2".to_vec()),
        Just(b"--b--".to_vec()),
        Just(b"--b2--".to_vec()),
        Just(Vec::new()),
        Just(b"your code is =31=32=33=34=\xe9".to_vec()),
        Just(b"<a href='https://a.example/verify?t=1&amp;u=2'>verify</a> cid:x".to_vec()),
        "[ -~]{0,40}".prop_map(String::into_bytes),
        "\\PC{0,20}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    prop::collection::vec(line, 0..24).prop_map(|lines| lines.join(b"\r\n".as_slice()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_octets_get_a_verdict(octets in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Verdict::Accepted(accepted) = judge(received(&octets), &Evidence::default(), Policy::default()) {
            assert_verbatim(&accepted);
        }
    }

    #[test]
    fn any_lines_of_mime_get_a_verdict(octets in hostile_lines()) {
        if let Verdict::Accepted(accepted) = judge(received(&octets), &Evidence::default(), Policy::default()) {
            assert_verbatim(&accepted);
        }
    }

    #[test]
    fn any_header_values_get_a_verdict(
        values in prop::collection::vec("([a-z]{1,6}|[;=\"*'%<>@,:() \\\\?\\t/]|=\\?utf-8\\?[qb]\\?|\\?=|\\*0\\*=|%[0-9A-F]{2}|\r\n |\\PC){0,30}", 5),
    ) {
        let [from, subject, kind, disposition, cid] = values.as_slice() else { unreachable!() };
        let message = format!(
            "From: {from}\r\nSubject: {subject}\r\nTo: {from}\r\nContent-Type: text/x; {kind}\r\n\
             Content-Disposition: attachment; {disposition}\r\nContent-ID: {cid}\r\n\r\nbody"
        );
        let accepted = accepted(message.as_bytes());
        assert_verbatim(&accepted);
    }

    #[test]
    fn any_text_gives_verbatim_findings(text in "(your |code |is: |[0-9 -]{3,9}|[A-Z0-9]{4,7}|https://a.b/verify/|[\\n\"().]|验证码|код |\\PC){0,30}") {
        assert_verbatim(&accepted(format!("Subject: login code\r\n\r\n{text}").as_bytes()));
    }
}

fn finding(outcome: Outcome) -> Evidence {
    let reason = spf::Reason::NothingMatched;
    let domain = "shop.example".to_owned();
    let finding = spf::Finding { identity: spf::Identity::Helo, domain, outcome, reason, explanation: None };
    Evidence { spf: Spf::Helo(finding), ..Evidence::default() }
}

#[test]
fn the_reader_is_told_what_spf_says() {
    let tolerant = Policy { spf_temperror: OnFault::Tag, ..Policy::default() };
    for outcome in
        [Outcome::None, Outcome::Pass, Outcome::Fail, Outcome::Softfail, Outcome::Temperror, Outcome::Permerror]
    {
        let Verdict::Accepted(accepted) = judge(received(b"Subject: Hello\r\n\r\n"), &finding(outcome), tolerant)
        else {
            panic!("{outcome:?} is not accepted")
        };
        assert_eq!(accepted.summary().auth.spf, outcome);
    }
}

#[test]
fn the_operator_decides_about_fails_and_faults() {
    let say = |outcome, policy| judge(received(b"Subject: Hello\r\n\r\n"), &finding(outcome), policy);
    let strict = Policy { spf_fail: OnFail::Refuse, ..Policy::default() };
    assert!(matches!(say(Outcome::Fail, strict), Verdict::Refused(Refusal::SpfFail)));
    assert!(matches!(say(Outcome::Softfail, strict), Verdict::Accepted(_)));
    assert!(matches!(say(Outcome::Temperror, Policy::default()), Verdict::Deferred(Deferral::DnsUnavailable)));
    let looping = b"Received: by there; Mon, 23 Nov 2026 20:54:00 +0000\r\n".repeat(HOPS + 2);
    let verdict = judge(received(&looping), &finding(Outcome::Temperror), Policy::default());
    assert!(matches!(verdict, Verdict::Refused(Refusal::Loop { .. })), "what a message is does not change");
}

const WITH_A_PROGRAM: &str = "Subject: Hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nYour code is 482913.\r\n--b\r\n\
    Content-Disposition: attachment; filename=setup.exe\r\n\r\nMZ and so on, for as long as a note is and a bit more.\r\n--b\r\n\
    Content-Disposition: attachment; filename=a.txt\r\n\r\nwords\r\n--b--\r\n";

#[test]
fn a_program_is_refused_unless_the_operator_says_otherwise() {
    let kind = ".exe, a Windows program";
    let refused = Refusal::Attachment { danger: Danger::Program, kind };
    assert_eq!(refusal(WITH_A_PROGRAM.as_bytes()), refused);
    // What a message is does not change: DNS need not be asked again.
    let fault = judge(received(WITH_A_PROGRAM.as_bytes()), &finding(Outcome::Temperror), Policy::default());
    assert!(matches!(fault, Verdict::Refused(said) if said == refused));
    let of = |mode| Policy { attachments: Attachments { mode, ..Attachments::default() }, ..Policy::default() };
    let say = |mode| match judge(received(WITH_A_PROGRAM.as_bytes()), &Evidence::default(), of(mode)) {
        Verdict::Accepted(accepted) => accepted,
        Verdict::Refused(_) | Verdict::Deferred(_) => panic!("not accepted"),
    };
    let whole = say(Mode::Allow);
    assert_eq!(&whole.raw()[TRACE.len()..], WITH_A_PROGRAM.as_bytes());
    assert_eq!(whole.summary().attachments[0].danger, Some(Danger::Program));
    let stripped = say(Mode::Strip);
    let [gone, kept] = stripped.content().attachments.as_slice() else { panic!("two attachments") };
    assert_eq!((gone.summary.withheld, gone.summary.size, gone.length), (Some(Danger::Program), 54, 0));
    assert_eq!(fetched(stripped.raw(), kept), b"words");
    assert_eq!(stripped.summary().codes, ["482913"]);
    assert!(!stripped.raw().windows(5).any(|window| window == b"MZ an"));
    assert!(stripped.raw().starts_with(TRACE));
}
