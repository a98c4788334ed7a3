use protocol::{
    bytes::Base64,
    cursor::{Cursor, Seq},
    delivery::SealedDelivery,
    message::{AttachmentSummary, Danger, SealedParts, TransferEncoding},
    sealing::{Payload, Sealer},
    time::Timestamp,
};

use super::*;

/// Chance that is the same every time: these tests seal nothing that matters.
struct Fixed(u8);

impl rand_core::TryRng for Fixed {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.0.into())
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(self.0.into())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        out.fill(self.0);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Fixed {}

const RAW: &str = "From: a@example.org\r\n\r\nSGVsbG8=\r\n";

fn capability() -> Capability {
    Capability::from_bytes([7; 32])
}

fn message() -> MessageId {
    MessageId::from_bytes([4; 16])
}

fn sealer(message: MessageId) -> Sealer {
    let binding = Binding { inbox: capability().inbox_id(), message };
    Sealer::new(&capability().key_pair().public_key(), binding, &mut Fixed(9))
}

fn content(offset: u64, length: u64) -> Vec<u8> {
    content_with(offset, length, None)
}

fn content_with(offset: u64, length: u64, withheld: Option<Danger>) -> Vec<u8> {
    let summary = AttachmentSummary {
        n: 3,
        filename: "a.txt".to_owned(),
        content_type: "text/html".to_owned(),
        size: 5,
        danger: None,
        withheld,
    };
    let attachment = Attachment { summary, offset, length, encoding: TransferEncoding::Base64 };
    let content = Content { text: Some("hi".to_owned()), attachments: vec![attachment], ..Content::default() };
    sealer(message()).seal(Part::Content, Payload::Identity(&serde_json::to_vec(&content).unwrap()))
}

fn raw() -> Vec<u8> {
    sealer(message()).seal(Part::Raw, Payload::Identity(RAW.as_bytes()))
}

fn entry() -> SealedEntry {
    let summary = Summary { subject: "Hello".to_owned(), ..Summary::default() };
    let summary = sealer(message()).seal(Part::Summary, Payload::Identity(&serde_json::to_vec(&summary).unwrap()));
    SealedEntry {
        id: message(),
        received_at: Timestamp::default(),
        size: 9,
        sealed: SealedParts { summary: Base64(summary), content: None },
    }
}

fn opener() -> Opener {
    Opener::new(&capability(), capability().inbox_id())
}

#[test]
fn a_listing_and_a_message_are_opened() {
    let list = SealedList { messages: vec![entry()], cursor: Cursor(Seq(1)) };
    let opened = opener().list(&list).unwrap();
    assert_eq!((opened.messages[0].summary.subject.as_str(), opened.cursor), ("Hello", list.cursor));
    assert_eq!(opened.messages[0].content, None);
    let mut entry = entry();
    entry.sealed.content = Some(Base64(content(0, 0)));
    assert_eq!(opener().entry(&entry).unwrap().content.unwrap().text.as_deref(), Some("hi"));
    assert_eq!(opener().raw(message(), &raw()).unwrap().as_slice(), RAW.as_bytes());
}

#[test]
fn an_attachment_is_cut_from_the_message_and_decoded() {
    let (offset, length) = (RAW.find("SGV").unwrap() as u64, 8);
    let attachment = opener().attachment(message(), 3, &content(offset, length)).unwrap();
    assert_eq!(attachment.summary.filename, "a.txt");
    assert_eq!(opener().cut(message(), &attachment, &raw()).unwrap().as_slice(), b"Hello");
    assert_eq!(opener().attachment(message(), 0, &content(offset, length)).err(), Some(Closed::NoAttachment));
    for (offset, length) in [(0, 99), (99, 1), (u64::MAX, 1), (1, u64::MAX)] {
        let outside = opener().attachment(message(), 3, &content(offset, length)).unwrap();
        assert_eq!(opener().cut(message(), &outside, &raw()).err(), Some(Closed::Form));
    }
}

#[test]
fn a_withheld_attachment_is_told_from_one_that_never_was() {
    let content = content_with(23, 0, Some(Danger::Program));
    assert_eq!(opener().attachment(message(), 3, &content).err(), Some(Closed::Withheld));
    assert_eq!(opener().attachment(message(), 4, &content).err(), Some(Closed::NoAttachment));
}

#[test]
fn the_address_is_opened_to_its_owner() {
    let binding = Binding::address(capability().inbox_id());
    let key = capability().key_pair().public_key();
    let address = Sealer::new(&key, binding, &mut Fixed(9))
        .seal(Part::Address, Payload::Identity(b"quiet-heron-4821@mail.example"));
    let view = InboxView {
        id: capability().inbox_id(),
        address: None,
        sealed: Some(protocol::api::SealedInbox { address: Base64(address) }),
        domain: "mail.example".to_owned(),
        created_at: Timestamp::default(),
        expires_at: Timestamp::default(),
        provider: protocol::api::Provider::Mayfly,
        privacy: protocol::api::Privacy::Sealed,
        capability: None,
        webhook: None,
    };
    let view = opener().inbox(view).unwrap();
    assert_eq!((view.address.as_deref(), view.sealed), (Some("quiet-heron-4821@mail.example"), None));
}

#[test]
fn records_of_mail_that_did_not_come_are_opened_to_their_owner() {
    let json = br#"{"at":"2026-11-23T20:54:00.125Z","reason":"loop","reply":"554 5.4.6 In a circle"}"#;
    let sealed = sealer(message()).seal(Part::Delivery, Payload::Identity(json));
    let at = Timestamp::parse("2026-11-23T20:54:00.125Z").unwrap();
    let delivery = SealedDelivery { id: message(), at, sealed: Base64(sealed) };
    let list = SealedDeliveries { deliveries: vec![delivery.clone()], cursor: Cursor::default() };
    let open = opener().deliveries(&list).unwrap();
    assert_eq!((open.deliveries[0].id, open.deliveries[0].record.reason.as_str()), (message(), "loop"));
    let moved = SealedDelivery { id: MessageId::from_bytes([5; 16]), ..delivery };
    let moved = SealedDeliveries { deliveries: vec![moved], ..list };
    assert_eq!(opener().deliveries(&moved).err(), Some(Closed::Seal));
}

#[test]
fn what_is_another_inboxs_or_was_changed_stays_closed() {
    let other = Opener::new(&Capability::from_bytes([8; 32]), capability().inbox_id());
    assert_eq!(other.entry(&entry()).err(), Some(Closed::Seal));
    let mut blob = raw();
    *blob.last_mut().unwrap() ^= 1;
    assert_eq!(opener().raw(message(), &blob).err(), Some(Closed::Seal));
    assert_eq!(opener().raw(MessageId::from_bytes([5; 16]), &raw()).err(), Some(Closed::Seal));
    assert_eq!(opener().content(message(), &raw()).err(), Some(Closed::Seal));
    let no_json = sealer(message()).seal(Part::Content, Payload::Identity(b"no JSON"));
    assert_eq!(opener().content(message(), &no_json).err(), Some(Closed::Form));
    let no_deflate = sealer(message()).seal(Part::Content, Payload::Deflate(b"no deflate"));
    assert_eq!(opener().content(message(), &no_deflate).err(), Some(Closed::Form));
}
