use proptest::prelude::*;

use super::*;
use crate::{
    batch::{DeliveryEntry, IndexEntry},
    bytes::Base64,
    cursor::Seq,
    delivery::SealedDelivery,
    id::{InboxId, MessageId},
    limits::{EPOCH, INBOX_EPOCHS},
    message::SealedParts,
    sealing::primitives::Portable,
    time::Millis,
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const INBOX: InboxId = InboxId::from_bytes([3; 16]);

fn epoch_key(fill: u8) -> EpochKey {
    EpochKey::filled(|key| key.fill(fill))
}

fn wrap_key(fill: u8) -> WrapKey {
    WrapKey::filled(|key| key.fill(fill))
}

fn binding(n: u8) -> Binding {
    Binding { inbox: INBOX, message: MessageId::from_bytes([n; 16]) }
}

fn wrapped(n: u8, part: Part, sealed: &[u8]) -> Vec<u8> {
    let mut octets = sealed.to_vec();
    wrap_key(1).message(Epoch::of(NOW), &epoch_key(2), binding(n)).wrap(&Portable, part, &mut octets);
    octets
}

fn keys() -> InboxKeys {
    InboxKeys::derive(&wrap_key(1), [(Epoch::of(NOW), &epoch_key(2))])
}

fn unwrapped(keys: &InboxKeys, n: u8, part: Part, octets: &[u8]) -> Result<Vec<u8>, WrapError> {
    let mut octets = octets.to_vec();
    keys.unwrap(&Portable, binding(n), part, &mut octets).map(|()| octets)
}

#[test]
fn a_wrapped_part_is_unwrapped_by_its_own_keys_alone() {
    let octets = wrapped(7, Part::Raw, b"a sealed part");
    assert_eq!(octets.len(), 13 + WRAP_OCTETS);
    assert_eq!(epoch_of(&octets), Ok(Some(Epoch::of(NOW))));
    assert_eq!(unwrapped(&keys(), 7, Part::Raw, &octets).unwrap(), b"a sealed part");
    let others = [
        InboxKeys::derive(&wrap_key(9), [(Epoch::of(NOW), &epoch_key(2))]),
        InboxKeys::derive(&wrap_key(1), [(Epoch::of(NOW), &epoch_key(9))]),
    ];
    for other in &others {
        assert_eq!(unwrapped(other, 7, Part::Raw, &octets), Err(WrapError::Damaged));
    }
    assert_eq!(unwrapped(&keys(), 8, Part::Raw, &octets), Err(WrapError::Damaged), "another message");
    assert_eq!(unwrapped(&keys(), 7, Part::Content, &octets), Err(WrapError::Damaged), "another part");
    let gone = InboxKeys::derive(&wrap_key(1), []);
    assert_eq!(unwrapped(&gone, 7, Part::Raw, &octets), Err(WrapError::KeyGone { epoch: Epoch::of(NOW) }));
}

#[test]
fn an_address_goes_with_its_inbox_alone() {
    let mut octets = b"a sealed address".to_vec();
    wrap_key(1).wrap_address(&Portable, Binding::address(INBOX), &mut octets);
    assert_eq!(epoch_of(&octets), Ok(None));
    let keys = InboxKeys::derive(&wrap_key(1), []);
    keys.unwrap(&Portable, Binding::address(INBOX), Part::Address, &mut octets).unwrap();
    assert_eq!(octets, b"a sealed address");
}

#[test]
fn every_octet_counts() {
    let octets = wrapped(7, Part::Summary, b"sealed");
    for at in 0..octets.len() {
        for bit in [1, 0x80] {
            let mut changed = octets.clone();
            changed[at] ^= bit;
            assert!(unwrapped(&keys(), 7, Part::Summary, &changed).is_err(), "octet {at}");
        }
        assert!(unwrapped(&keys(), 7, Part::Summary, &octets[..at]).is_err());
    }
    assert_eq!(unwrapped(&keys(), 7, Part::Summary, b"short"), Err(WrapError::Truncated { len: 5 }));
    let mut unknown = octets;
    *unknown.last_mut().unwrap() = 9;
    assert_eq!(unwrapped(&keys(), 7, Part::Summary, &unknown), Err(WrapError::Form(9)));
}

#[test]
fn what_does_not_unwrap_leaves_nothing_behind() {
    let mut octets = wrapped(7, Part::Raw, b"a sealed part");
    octets[0] ^= 1;
    assert_eq!(keys().unwrap(&Portable, binding(7), Part::Raw, &mut octets), Err(WrapError::Damaged));
    assert!(octets.is_empty());
}

#[test]
fn parts_and_messages_share_no_key_stream() {
    let zeros = [0; 64];
    let streams = [(7, Part::Summary), (7, Part::Content), (7, Part::Raw), (8, Part::Raw), (7, Part::Delivery)]
        .map(|(n, part)| wrapped(n, part, &zeros)[..64].to_vec());
    for (at, one) in streams.iter().enumerate() {
        assert!(streams[at + 1..].iter().all(|other| one != other));
    }
    assert_eq!(wrapped(7, Part::Raw, b"same"), wrapped(7, Part::Raw, b"same"), "a replay says nothing new");
}

#[test]
fn a_sealed_part_is_wrapped_where_it_lies() {
    use crate::sealing::{KeyPair, Payload, Sealer, Suite, tests::Seeded};
    let key = KeyPair::from_seed(Suite::XWing, &[7; 32]).public_key();
    let mut sealed = Sealer::new(&key, binding(7), &mut Seeded(1)).seal(Part::Raw, Payload::Identity(&[5; 4_000]));
    let (place, capacity) = (sealed.as_ptr(), sealed.capacity());
    wrap_key(1).message(Epoch::of(NOW), &epoch_key(2), binding(7)).wrap(&Portable, Part::Raw, &mut sealed);
    assert_eq!((sealed.as_ptr(), sealed.capacity()), (place, capacity));
    assert_eq!(sealed.len(), capacity);
}

#[test]
fn an_epoch_ends_with_the_last_message_that_came_in_it() {
    let first = Timestamp::from_millis(NOW.as_millis() / EPOCH.as_millis() * EPOCH.as_millis());
    let last = Timestamp::from_millis(first.as_millis() + EPOCH.as_millis() - 1);
    assert_eq!(Epoch::of(first), Epoch::of(last));
    assert_ne!(Epoch::of(last.plus(Millis::from_millis(1))), Epoch::of(last));
    let expired = last.plus(INBOX_LIFE);
    assert_eq!(Epoch::of(first).end(), expired.plus(Millis::from_millis(1)), "no sooner, and not a moment later");
    assert_eq!(Epoch::from_number(Epoch::of(NOW).number()), Epoch::of(NOW));
    // The far end of time neither wraps round nor panics.
    assert!(Epoch::from_number(u32::MAX).end() > NOW);
}

#[test]
fn keys_are_forgotten_with_their_hour() {
    let (one, two) = (Epoch::of(NOW), Epoch::of(NOW.plus(EPOCH)));
    let mut keys = InboxKeys::derive(&wrap_key(1), [(two, &epoch_key(3)), (one, &epoch_key(2))]);
    assert_eq!(keys.epochs().collect::<Vec<_>>(), [one, two]);
    keys.forget(Timestamp::from_millis(one.end().as_millis() - 1));
    assert_eq!(keys.epochs().count(), 2);
    keys.forget(one.end());
    assert_eq!(keys.epochs().collect::<Vec<_>>(), [two]);
}

#[test]
fn keys_are_merged_the_later_word_standing() {
    let epochs = [0_u32, 1, 2].map(Epoch::from_number);
    let mut keys = InboxKeys::derive(&wrap_key(1), [(epochs[0], &epoch_key(1)), (epochs[1], &epoch_key(1))]);
    let other = InboxKeys::derive(&wrap_key(1), [(epochs[1], &epoch_key(2)), (epochs[2], &epoch_key(2))]);
    keys.merge(other.clone());
    assert_eq!(keys.epochs().collect::<Vec<_>>(), epochs);
    assert_eq!(keys.of_epoch(epochs[1]), other.of_epoch(epochs[1]));
}

#[test]
fn keys_read_as_they_were_written() {
    let epoch_keys = [5, 6, 9].map(|n| (Epoch::from_number(n), epoch_key(4)));
    let keys = InboxKeys::derive(&wrap_key(1), epoch_keys.iter().map(|(epoch, key)| (*epoch, key)));
    let mut octets = Vec::new();
    keys.write(&mut octets);
    let epochs = keys.epochs().collect::<Vec<_>>();
    assert_eq!(InboxKeys::read(&epochs, &octets).as_ref(), Some(&keys));
    let packed = keys.pack();
    assert_eq!(InboxKeys::unpack(&packed), Some(keys));
    assert_eq!(packed.len(), packed.capacity());
    for end in 0..packed.len() {
        assert_eq!(InboxKeys::unpack(&packed[..end]), None);
    }
    assert_eq!(InboxKeys::read(&epochs[1..], &octets), None, "too many keys");
    assert_eq!(InboxKeys::read(&epochs, &octets[1..]), None, "a cut key");
    assert_eq!(InboxKeys::read(&[epochs[1], epochs[0], epochs[2]], &octets), None, "out of order");
    let many = (0..=INBOX_EPOCHS).map(|n| Epoch::from_number(u32::try_from(n).unwrap())).collect::<Vec<_>>();
    assert_eq!(InboxKeys::read(&many, &vec![0; (many.len() + 1) * KEY_OCTETS]), None, "too many hours");
}

/// A record with a message that came at each of these times, wrapped, and a delivery record at the first.
fn record(times: &[Timestamp], epoch_keys: &[(Epoch, EpochKey)]) -> InboxRecord {
    let of = |at| epoch_keys.iter().find(|(epoch, _)| *epoch == Epoch::of(at)).map(|(_, key)| key).unwrap();
    let wrap = |n: u8, at: Timestamp, part| {
        let mut octets = vec![n; 10];
        wrap_key(1).message(Epoch::of(at), of(at), binding(n)).wrap(&Portable, part, &mut octets);
        Base64(octets)
    };
    let mut sealed_address = b"address".to_vec();
    wrap_key(1).wrap_address(&Portable, Binding::address(INBOX), &mut sealed_address);
    let entry = |(n, at): (usize, &Timestamp)| {
        let n = u8::try_from(n).unwrap();
        let sealed = SealedParts { summary: wrap(n, *at, Part::Summary), content: None };
        let entry = SealedEntry { id: binding(n).message, received_at: *at, size: 521, sealed };
        IndexEntry { seq: Seq(u64::from(n) + 1), entry }
    };
    let delivery = SealedDelivery { id: binding(99).message, at: times[0], sealed: wrap(99, times[0], Part::Delivery) };
    InboxRecord {
        id: INBOX,
        region: "fsn".to_owned(),
        read_token_hash: Base64(vec![7; 32]),
        sealed_address: Base64(sealed_address),
        domain: "mail.example".to_owned(),
        created_at: times[0],
        expires_at: times[0].plus(INBOX_LIFE),
        seq: Seq(times.len() as u64),
        entries: times.iter().enumerate().map(entry).collect(),
        deleted: Vec::new(),
        deliveries: vec![DeliveryEntry { seq: Seq(1), entry: delivery }],
    }
}

#[test]
fn a_record_is_unwrapped_without_what_has_expired() {
    let times = [NOW, NOW.plus(EPOCH)];
    let epoch_keys = times.map(|at| (Epoch::of(at), epoch_key(2)));
    let kept = record(&times, &epoch_keys);
    assert_eq!(epochs_of(&kept, NOW), times.map(Epoch::of));
    let all = InboxKeys::derive(&wrap_key(1), epoch_keys.iter().map(|(epoch, key)| (*epoch, key)));
    let mut open = kept.clone();
    all.unwrap_record(&Portable, &mut open, NOW).unwrap();
    assert_eq!(open.sealed_address.as_slice(), b"address");
    assert_eq!(open.entries[1].entry.sealed.summary.as_slice(), [1; 10]);
    assert_eq!(open.entries[1].entry.size, 500);
    assert_eq!(open.deliveries[0].entry.sealed.as_slice(), [99; 10]);

    let second = InboxKeys::derive(&wrap_key(1), [(epoch_keys[1].0, &epoch_keys[1].1)]);
    let mut locked = kept.clone();
    let first = epoch_keys[0].0;
    assert_eq!(second.unwrap_record(&Portable, &mut locked, NOW), Err(WrapError::KeyGone { epoch: first }));
    let (mut late, end) = (kept, NOW.plus(INBOX_LIFE));
    assert_eq!(epochs_of(&late, end), [epoch_keys[1].0]);
    second.unwrap_record(&Portable, &mut late, end).unwrap();
    assert_eq!((late.entries.len(), late.deliveries.len()), (1, 0));
}

#[test]
fn nothing_says_a_key() {
    let said = format!(
        "{:?}{:?}{:?}{:?}",
        epoch_key(0xab),
        wrap_key(0xab),
        keys(),
        wrap_key(1).message(Epoch::of(NOW), &epoch_key(2), binding(7))
    );
    assert!(!said.contains("171") && !said.contains("ab, "), "{said}");
    assert!(said.starts_with("EpochKey(secret)WrapKey(secret)InboxKeys"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_octets_are_an_answer(octets in prop::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(unwrapped(&keys(), 7, Part::Raw, &octets).is_err());
        let _ = epoch_of(&octets);
    }

    #[test]
    fn any_sealed_part_comes_back(sealed in prop::collection::vec(any::<u8>(), 0..600)) {
        let octets = wrapped(7, Part::Content, &sealed);
        prop_assert_eq!(unwrapped(&keys(), 7, Part::Content, &octets).unwrap(), sealed);
    }
}
