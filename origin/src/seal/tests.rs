//! What is sealed opens to what was judged.

use std::{net::Ipv4Addr, sync::Arc};

use protocol::{
    limits::{CONTENT_OCTETS, SEALED_OCTETS, SUMMARY_OCTETS},
    message::{Content, Part, Summary},
    sealing::{KeyPair, Opened, Payload, Suite, primitives::Portable},
};
use serde::de::DeserializeOwned;

use super::*;
use crate::{
    judge::{Evidence, judge},
    mail::{Hop, Received, ReversePath, Secret},
    policy::Policy,
    verdict::Verdict,
};

const ID: MessageId = MessageId::from_bytes([9; 16]);

/// Chance that every test draws alike.
struct Counting(u64);

impl rand_core::TryRng for Counting {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|value| u32::try_from(value & 0xffff_ffff).unwrap())
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.0 ^ self.0 >> 29)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for piece in out.chunks_mut(8) {
            let value = self.try_next_u64()?.to_le_bytes();
            piece.copy_from_slice(&value[..piece.len()]);
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Counting {}

fn noise(octets: usize) -> Vec<u8> {
    let mut out = vec![0; octets];
    rand_core::TryRng::try_fill_bytes(&mut Counting(1), &mut out).unwrap();
    out
}

struct Owner {
    keys: KeyPair,
    destination: Destination,
}

fn owner(suite: Suite, octet: u8, tag: Option<&str>) -> Owner {
    let keys = KeyPair::from_seed(suite, &[octet; 32]);
    let public_key = Arc::new(keys.public_key());
    let destination = Destination {
        inbox: InboxId::from_bytes([octet; 16]),
        public_key,
        wrap_key: protocol::wrap::WrapKey::filled(|key| key.fill(1)),
        tag: tag.map(str::to_owned),
    };
    Owner { keys, destination }
}

impl Owner {
    fn opened(&self, part: Part, blob: &[u8]) -> Opened {
        let binding = Binding { inbox: self.destination.inbox, message: ID };
        self.keys.open(&binding, part, blob).unwrap()
    }
    fn octets(&self, part: Part, blob: &[u8]) -> Vec<u8> {
        self.opened(part, blob).inflate(SEALED_OCTETS).unwrap().to_vec()
    }
    fn json<T: DeserializeOwned>(&self, part: Part, blob: &[u8]) -> T {
        serde_json::from_slice(&self.octets(part, blob)).unwrap()
    }
}

fn accepted(message: &[u8]) -> Box<Accepted> {
    let received = Received {
        reverse_path: ReversePath::Null,
        recipients: vec![owner(Suite::X25519, 1, None).destination],
        raw: message.to_vec().into(),
        trace_len: 0,
        hop: Hop { client: Ipv4Addr::LOCALHOST.into(), helo: Secret(String::new()), tls: None },
        received_at: Timestamp::from_millis(1_795_000_000_000),
    };
    match judge(received, &Evidence::default(), Policy::default()) {
        Verdict::Accepted(accepted) => accepted,
        Verdict::Refused(_) | Verdict::Deferred(_) => panic!("not accepted"),
    }
}

fn sealed(message: &[u8], owner: &Owner) -> (Box<Accepted>, Sealed) {
    let accepted = accepted(message);
    let sealed = prepare(&accepted).seal(&owner.destination, ID, &Portable, &mut Counting(7));
    (accepted, sealed)
}

const SAMPLE: &[u8] =
    b"From: Tern <a@tern.example>\r\nSubject: Your code\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
    --b\r\n\r\nYour code is 482913.\r\n--b\r\nContent-Disposition: attachment; filename=x.bin\r\n\
    Content-Transfer-Encoding: base64\r\n\r\nAAECAwQ=\r\n--b--\r\n";

#[test]
fn what_is_sealed_opens_to_what_was_judged() {
    for suite in [Suite::XWing, Suite::X25519] {
        let owner = owner(suite, 3, Some("Shop"));
        let (accepted, sealed) = sealed(SAMPLE, &owner);
        let summary: Summary = owner.json(Part::Summary, sealed.summary());
        assert_eq!(summary, Summary { tag: Some("Shop".into()), ..accepted.summary().clone() });
        assert_eq!(summary.codes, ["482913"]);
        assert_eq!(&owner.json::<Content>(Part::Content, sealed.content()), accepted.content());
        assert_eq!(owner.octets(Part::Raw, sealed.raw()), SAMPLE);
        assert_eq!((sealed.inbox(), sealed.id()), (owner.destination.inbox, ID));
        assert_eq!(sealed.received_at(), accepted.received_at());
    }
}

#[test]
fn every_fixture_survives_the_way() {
    let owner = owner(Suite::X25519, 4, None);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/mails");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let mail = std::fs::read(path).unwrap();
        let (accepted, sealed) = sealed(&mail, &owner);
        assert_eq!(&owner.json::<Summary>(Part::Summary, sealed.summary()), accepted.summary());
        assert_eq!(&owner.json::<Content>(Part::Content, sealed.content()), accepted.content());
        assert_eq!(owner.octets(Part::Raw, sealed.raw()), mail);
        count += 1;
    }
    assert!(count >= 25);
}

#[test]
fn each_recipient_gets_a_copy_with_their_own_tag_alone() {
    let accepted = accepted(SAMPLE);
    let ready = prepare(&accepted);
    let mut rng = Counting(1);
    for (octet, tag) in [(1, Some("one")), (2, Some("tw\"o")), (3, None)] {
        let owner = owner(Suite::X25519, octet, tag);
        let sealed = ready.seal(&owner.destination, ID, &Portable, &mut rng);
        let summary: Summary = owner.json(Part::Summary, sealed.summary());
        assert_eq!(summary.tag.as_deref(), tag);
        assert_eq!(owner.octets(Part::Raw, sealed.raw()), SAMPLE);
    }
}

#[test]
fn nobody_else_opens_it() {
    let (owner, other) = (owner(Suite::X25519, 1, None), owner(Suite::X25519, 2, None));
    let (_, sealed) = sealed(SAMPLE, &owner);
    let binding = Binding { inbox: owner.destination.inbox, message: ID };
    assert!(other.keys.open(&binding, Part::Raw, sealed.raw()).is_err());
    assert!(owner.keys.open(&binding, Part::Content, sealed.raw()).is_err());
}

#[test]
fn what_deflates_is_deflated_and_what_does_not_is_left() {
    let owner = owner(Suite::X25519, 1, None);
    let text = [b"Subject: x\r\n\r\n".as_slice(), &b"all work and no play\r\n".repeat(20_000)].concat();
    let (_, packed) = sealed(&text, &owner);
    assert!(matches!(owner.opened(Part::Raw, packed.raw()), Opened::Deflate(_)));
    assert!(packed.raw().len() * 20 < text.len());
    assert_eq!(owner.octets(Part::Raw, packed.raw()), text);

    let binary = [b"Content-Type: image/png\r\n\r\n".as_slice(), &noise(300_000)].concat();
    let (_, packed) = sealed(&binary, &owner);
    assert!(matches!(owner.opened(Part::Raw, packed.raw()), Opened::Identity(_)));
    assert_eq!(owner.octets(Part::Raw, packed.raw()), binary);
    assert!(matches!(deflate::pack(b"").payload(), Payload::Identity(b"")));
    assert!(matches!(deflate::pack(&noise(1_000)).payload(), Payload::Identity(_)));
}

#[test]
fn an_overlong_summary_is_cut_in_a_fixed_order_and_stays_within_its_bound() {
    let subject = format!("\"{}\" your verification code is 482913", "s".repeat(5_000));
    let links: String =
        (0..9).map(|n| format!("verify: https://a.example/verify/{n}/{}12\r\n", "\\k".repeat(900))).collect();
    let files: String = (0..400)
        .map(|n| format!("--b\r\nContent-Disposition: attachment; filename=\"{n}{}\"\r\n\r\n.\r\n", "f".repeat(240)))
        .collect();
    let message = format!(
        "From: \"{}\" <{}@a.example>\r\nSubject: {subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\
         Your verification code is 482913\r\n{links}{files}--b--\r\n",
        "n".repeat(4_000),
        "a".repeat(4_000)
    );
    let owner = owner(Suite::XWing, 1, Some(&"t".repeat(64)));
    let (accepted, sealed) = sealed(message.as_bytes(), &owner);
    assert!(sealed.summary().len() <= SUMMARY_OCTETS, "{}", sealed.summary().len());
    let summary: Summary = owner.json(Part::Summary, sealed.summary());
    assert_eq!(summary.codes, ["482913"]);
    assert_eq!(summary.subject, accepted.summary().subject[..512]);
    assert!(!summary.links.is_empty() && !summary.attachments.is_empty());
    assert_eq!(owner.json::<Content>(Part::Content, sealed.content()).attachments.len(), 400);
}

#[test]
fn an_incompressible_summary_stays_within_its_bound() {
    let files: String = (0..60)
        .map(|n| {
            let name = data_encoding::BASE64URL_NOPAD.encode(&noise(180 + n)[n..]);
            format!("--b\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n.\r\n")
        })
        .collect();
    let message = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{files}--b--\r\n");
    let owner = owner(Suite::XWing, 1, Some(&"t".repeat(64)));
    let (_, sealed) = sealed(message.as_bytes(), &owner);
    assert!(sealed.summary().len() <= SUMMARY_OCTETS, "{}", sealed.summary().len());
}

#[test]
fn overlong_bodies_are_cut_with_a_note_and_the_raw_message_is_whole() {
    let part = |kind: &str, body: &str| format!("--b\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n");
    let text = "täglich \"zitiert\"\r\n".repeat(250_000);
    let html = "<p title='\t'>täglich</p>\n".repeat(350_000);
    let head = "Content-Type: multipart/alternative; boundary=b\r\n\r\n";
    let message = format!("{head}{}{}--b--\r\n", part("plain", &text), part("html", &html));
    let owner = owner(Suite::X25519, 1, None);
    let (_, sealed) = sealed(message.as_bytes(), &owner);
    let json = owner.octets(Part::Content, sealed.content());
    assert!(json.len() <= CONTENT_OCTETS && json.len() > CONTENT_OCTETS - 2_048, "{}", json.len());
    let content: Content = serde_json::from_slice(&json).unwrap();
    let (cut_text, cut_html) = (content.text.unwrap(), content.html.unwrap());
    assert!(cut_text.ends_with("The raw message is complete.]\n") && cut_text.starts_with(&text[..1_000_000]));
    assert!(cut_html.ends_with("</p>\n<hr><p>[…") || cut_html.ends_with("complete.]</p>"));
    assert_eq!(owner.octets(Part::Raw, sealed.raw()), message.as_bytes());
}

#[test]
fn a_short_body_beside_an_overlong_one_stays_whole() {
    let html = "<p>x</p>".repeat(1_200_000);
    let message = format!(
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nshort\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
    );
    let owner = owner(Suite::X25519, 1, None);
    let (_, sealed) = sealed(message.as_bytes(), &owner);
    let content: Content = owner.json(Part::Content, sealed.content());
    assert_eq!(content.text.as_deref(), Some("short"));
    let html = content.html.unwrap();
    assert!(html.contains("</p><hr><p>[… ") && html.len() > CONTENT_OCTETS - 2_048);
}
