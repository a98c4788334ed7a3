use proptest::prelude::*;

use super::*;
use crate::{
    limits::{
        BATCH_BLOBS, BATCH_INBOXES, BATCH_OCTETS, BATCH_REMOVED, BATCH_WINDOW, DELIVERY_OCTETS, INBOX_DELETIONS,
        INBOX_DELIVERIES, INBOX_EPOCHS, INBOX_MESSAGES, KEY_SHARDS, SUMMARY_OCTETS,
    },
    message::SealedParts,
    time::Millis,
    wrap::{EpochKey, WRAP_OCTETS, WrapKey},
};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn inbox(n: usize) -> InboxId {
    let mut bytes = [0x11; 16];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    InboxId::from_bytes(bytes)
}

fn message(n: usize) -> MessageId {
    let mut bytes = [0x22; 16];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    MessageId::from_bytes(bytes)
}

fn record(n: usize, messages: usize) -> InboxRecord {
    let entry = |m: usize| IndexEntry {
        seq: Seq(m as u64 + 1),
        entry: SealedEntry {
            id: message(m),
            received_at: NOW,
            size: 512,
            sealed: SealedParts { summary: Base64(vec![1, 2, 3]), content: None },
        },
    };
    InboxRecord {
        id: inbox(n),
        region: "fsn".to_owned(),
        read_token_hash: Base64(vec![7; 32]),
        sealed_address: Base64(vec![8; 40]),
        domain: "mail.example".to_owned(),
        created_at: NOW,
        expires_at: NOW.plus(Millis::from_secs(3_600)),
        seq: Seq(messages as u64),
        entries: (0..messages).map(entry).collect(),
        deleted: Vec::new(),
        deliveries: Vec::new(),
    }
}

fn update(n: usize, messages: usize) -> Change {
    Change::Update { record: Box::new(record(n, messages)), removed: Vec::new() }
}

fn changed(change: impl FnOnce(&mut InboxRecord)) -> Vec<Change> {
    let mut record = record(0, 2);
    change(&mut record);
    vec![Change::Update { record: Box::new(record), removed: Vec::new() }]
}

fn blob(n: usize, m: usize, part: Part, bytes: &[u8]) -> (BlobHead, &[u8]) {
    (BlobHead { inbox: inbox(n), message: message(m), part, len: bytes.len() as u32 }, bytes)
}

/// A body with this head, written without [`encode`]'s checks.
fn body(head: &Head, blobs: &[u8]) -> Vec<u8> {
    let json = serde_json::to_vec(head).unwrap();
    [b"MFB2", &(json.len() as u32).to_be_bytes()[..], &json, blobs].concat()
}

fn keys(epochs: &[u32]) -> InboxKeys {
    let epochs = epochs.iter().map(|n| (Epoch::from_number(*n), EpochKey::filled(|key| key.fill(3))));
    let epochs = epochs.collect::<Vec<_>>();
    InboxKeys::derive(&WrapKey::filled(|key| key.fill(4)), epochs.iter().map(|(epoch, key)| (*epoch, key)))
}

fn key_head(n: usize) -> KeyHead {
    KeyHead { inbox: inbox(n), epochs: vec![Epoch::from_number(7)] }
}

fn refusal(inboxes: Vec<Change>, blobs: &[(BlobHead, &[u8])]) -> &'static str {
    let written = encode(inboxes.clone(), blobs).unwrap_err();
    let head = Head { inboxes, blobs: blobs.iter().map(|(head, _)| *head).collect(), keys: vec![] };
    let octets: Vec<u8> = blobs.iter().flat_map(|(_, octets)| octets.iter().copied()).collect();
    match (written, Batch::parse(&body(&head, &octets)).unwrap_err()) {
        (BatchError::Malformed(one), BatchError::Malformed(_)) => one,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_reads_as_it_was_written() {
    let erase = Change::Erase { inbox: inbox(1), removed: vec![message(5)], gone_until: NOW };
    let blobs = [blob(0, 0, Part::Content, b"content"), blob(0, 0, Part::Raw, b"raw"), blob(0, 1, Part::Raw, b"")];
    let changes = vec![update(0, 2), erase];
    let written = encode(changes.clone(), &blobs).unwrap();
    assert_eq!(Batch::parse(&written).unwrap(), Batch { changes, blobs: blobs.to_vec(), keys: vec![] });
}

#[test]
fn keys_travel_behind_the_blobs_and_in_no_text() {
    let blobs = [blob(0, 0, Part::Raw, b"raw")];
    let told = [(inbox(0), keys(&[5, 6])), (inbox(1), keys(&[]))];
    let body = encode_with_keys(vec![update(0, 1), update(1, 0)], &blobs, &told).unwrap();
    assert_eq!(body.len(), body.capacity(), "a body that grew would leave keys behind");
    assert_eq!(Batch::parse(&body).unwrap().keys, told);
    let mut octets = Vec::new();
    told[0].1.write(&mut octets);
    assert!(body.ends_with(&[&octets[..], &octets[..32]].concat()));
    for end in 0..body.len() {
        assert!(matches!(Batch::parse(&body[..end]), Err(BatchError::Malformed(_))), "{end}");
    }
}

#[test]
fn keys_without_their_inbox_or_out_of_bounds_are_refused() {
    let refused = |changes: Vec<Change>, told: &[(InboxId, InboxKeys)]| match encode_with_keys(changes, &[], told) {
        Err(BatchError::Malformed(reason)) => reason,
        other => panic!("{:?}", other.is_ok()),
    };
    let lost = "keys come without their inbox, or twice";
    assert_eq!(refused(vec![update(0, 0)], &[(inbox(1), keys(&[]))]), lost);
    assert_eq!(refused(vec![update(0, 0)], &[(inbox(0), keys(&[])), (inbox(0), keys(&[]))]), lost);
    let erase = Change::Erase { inbox: inbox(0), removed: vec![], gone_until: NOW };
    assert_eq!(refused(vec![erase], &[(inbox(0), keys(&[]))]), lost);
    let many = (0..=u32::try_from(INBOX_EPOCHS).unwrap()).collect::<Vec<_>>();
    assert_eq!(refused(vec![update(0, 0)], &[(inbox(0), keys(&many))]), "an inbox has too many keys");
    let most = keys(&many[1..]);
    assert!(encode_with_keys(vec![update(0, 0)], &[], &[(inbox(0), most)]).is_ok());
    // As nobody writes it: hours out of order, and octets that are left over.
    let epochs = [2, 1].map(Epoch::from_number).to_vec();
    let head = Head { inboxes: vec![update(0, 0)], blobs: vec![], keys: vec![KeyHead { inbox: inbox(0), epochs }] };
    assert_eq!(Batch::parse(&body(&head, &[0; 96])), Err(BatchError::Malformed("keys are out of order")));
    let over = "something follows the last blob or key";
    let head = Head { keys: vec![key_head(0)], ..head };
    assert_eq!(Batch::parse(&body(&head, &[0; 96])), Err(BatchError::Malformed(over)));
}

#[test]
fn a_cut_or_a_longer_body_is_refused_at_every_place() {
    let written = encode(vec![update(0, 1)], &[blob(0, 0, Part::Raw, b"raw")]).unwrap();
    for end in 0..written.len() {
        assert!(matches!(Batch::parse(&written[..end]), Err(BatchError::Malformed(_))), "{end}");
    }
    assert!(Batch::parse(&[&written[..], b"x"].concat()).is_err());
}

#[test]
fn unknown_fields_are_refused_everywhere() {
    let erase = Change::Erase { inbox: inbox(1), removed: vec![], gone_until: NOW };
    let head =
        Head { inboxes: vec![update(0, 1), erase], blobs: vec![blob(0, 0, Part::Raw, b"").0], keys: vec![key_head(0)] };
    let json = serde_json::to_string(&head).unwrap();
    let objects: Vec<usize> = json.match_indices('{').map(|(at, _)| at + 1).collect();
    assert!(objects.len() >= 8, "head, update, record, index entry, entry, sealed, blob, keys");
    let mut refused = 0;
    for at in objects {
        let forged = format!(r#"{}"surprise":1,{}"#, &json[..at], &json[at..]);
        let forged = [b"MFB2", &(forged.len() as u32).to_be_bytes()[..], forged.as_bytes(), &[0; 64]].concat();
        refused += usize::from(Batch::parse(&forged).is_err());
    }
    // What a listing shows of a message may grow: readers of an entry skip what they do not know.
    assert_eq!(refused, 7);
}

#[test]
fn what_contradicts_itself_is_refused() {
    assert_eq!(refusal(vec![update(0, 0), update(0, 1)], &[]), "an inbox is named twice");
    let erase = Change::Erase { inbox: inbox(0), removed: vec![], gone_until: NOW };
    assert_eq!(refusal(vec![update(0, 0), erase.clone()], &[]), "an inbox is named twice");
    let raw = |n, m| blob(n, m, Part::Raw, b"x");
    assert_eq!(refusal(vec![update(0, 1)], &[raw(1, 0)]), "a blob's message is not in the head");
    assert_eq!(refusal(vec![update(0, 1)], &[raw(0, 1)]), "a blob's message is not in the head");
    assert_eq!(refusal(vec![erase], &[raw(0, 0)]), "a blob's message is not in the head");
    assert_eq!(refusal(vec![update(0, 1)], &[raw(0, 0), raw(0, 0)]), "a blob is named twice");
    let summary = blob(0, 0, Part::Summary, b"x");
    assert_eq!(refusal(vec![update(0, 1)], &[summary]), "a blob is a part that records carry themselves");
    let back = Change::Update { record: Box::new(record(0, 1)), removed: vec![message(0)] };
    assert_eq!(refusal(vec![back], &[]), "a message is both there and removed");
}

#[test]
fn a_record_out_of_bounds_or_order_is_refused() {
    let order = "a record's changes are out of order";
    assert_eq!(refusal(changed(|record| record.seq = Seq(1)), &[]), order);
    assert_eq!(refusal(changed(|record| record.entries.reverse()), &[]), order);
    assert_eq!(refusal(changed(|record| record.deleted.push(Deletion { seq: Seq(3), id: message(9) })), &[]), order);
    let twice = changed(|record| record.entries[1].entry.id = record.entries[0].entry.id);
    assert_eq!(refusal(twice, &[]), "a message is indexed twice");
    let named = "a record's region or domain is malformed";
    assert_eq!(refusal(changed(|record| record.region = "F".to_owned()), &[]), named);
    assert_eq!(refusal(changed(|record| record.domain = "d".repeat(256)), &[]), named);
    let hash = changed(|record| record.read_token_hash = Base64(vec![7; 31]));
    assert_eq!(refusal(hash, &[]), "a record's read token hash is not 32 octets");
    let address = changed(|record| record.sealed_address = Base64(vec![7; SUMMARY_OCTETS + WRAP_OCTETS + 1]));
    assert_eq!(refusal(address, &[]), "a record's sealed address is too long");
    let summary = "an index entry carries more than a summary";
    let long =
        changed(|record| record.entries[0].entry.sealed.summary = Base64(vec![0; SUMMARY_OCTETS + WRAP_OCTETS + 1]));
    assert_eq!(refusal(long, &[]), summary);
    let content = changed(|record| record.entries[0].entry.sealed.content = Some(Base64(vec![])));
    assert_eq!(refusal(content, &[]), summary);
}

fn delivery(seq: u64, octets: usize) -> DeliveryEntry {
    let entry = SealedDelivery { id: message(1_000), at: NOW, sealed: Base64(vec![5; octets]) };
    DeliveryEntry { seq: Seq(seq), entry }
}

#[test]
fn delivery_records_travel_with_their_inbox() {
    let most =
        (1..=INBOX_DELIVERIES as u64).map(|seq| delivery(seq, DELIVERY_OCTETS + WRAP_OCTETS)).collect::<Vec<_>>();
    let changes = changed(|record| (record.seq, record.deliveries) = (Seq(INBOX_DELIVERIES as u64), most));
    let body = encode(changes.clone(), &[]).unwrap();
    assert_eq!(Batch::parse(&body).unwrap().changes, changes);
}

#[test]
fn an_inbox_without_delivery_records_says_nothing_of_them() {
    // So that an edge of an earlier version reads it.
    let body = encode(changed(|_| {}), &[]).unwrap();
    assert!(!body.windows(10).any(|window| window == b"deliveries"));
    assert_eq!(Batch::parse(&body).unwrap().changes, changed(|_| {}));
}

#[test]
fn delivery_records_out_of_bounds_or_order_are_refused() {
    let with = |deliveries: Vec<DeliveryEntry>| changed(|record| record.deliveries = deliveries);
    let order = "a record's deliveries are out of order";
    assert_eq!(refusal(with(vec![delivery(3, 1)]), &[]), order);
    assert_eq!(refusal(with(vec![delivery(2, 1), delivery(1, 1)]), &[]), order);
    let long = with(vec![delivery(1, DELIVERY_OCTETS + WRAP_OCTETS + 1)]);
    assert_eq!(refusal(long, &[]), "a delivery record is too long");
    let deliveries = (1..=INBOX_DELIVERIES as u64 + 1).map(|seq| delivery(seq, 1)).collect::<Vec<_>>();
    let many = changed(|record| (record.seq, record.deliveries) = (Seq(99), deliveries));
    assert_eq!(refusal(many.clone(), &[]), "a record lists too many deliveries");
    let head = Head { inboxes: many, blobs: Vec::new(), keys: vec![] };
    assert!(matches!(Batch::parse(&body(&head, &[])), Err(BatchError::Malformed(_))), "cut off while it is read");
}

#[test]
fn every_bound_is_kept_to_the_last_one() {
    let most: Vec<_> = (0..BATCH_INBOXES).map(|n| update(n, 0)).collect();
    assert!(Batch::parse(&encode(most.clone(), &[]).unwrap()).is_ok());
    let more = [most, vec![update(BATCH_INBOXES, 0)]].concat();
    assert_eq!(refusal(more, &[]), "too many inboxes, blobs or keys");

    assert!(encode(vec![update(0, INBOX_MESSAGES)], &[]).is_ok());
    assert_eq!(refusal(vec![update(0, INBOX_MESSAGES + 1)], &[]), "a record lists too many messages");

    let changes: Vec<_> = (0..3).map(|n| update(n, INBOX_MESSAGES)).collect();
    let blobs: Vec<_> =
        (0..=BATCH_BLOBS).map(|n| blob(n / INBOX_MESSAGES, n % INBOX_MESSAGES, Part::Raw, b"")).collect();
    assert!(Batch::parse(&encode(changes.clone(), &blobs[..BATCH_BLOBS]).unwrap()).is_ok());
    assert_eq!(refusal(changes, &blobs), "too many inboxes, blobs or keys");

    let erase = |n| vec![Change::Erase { inbox: inbox(0), removed: (0..n).map(message).collect(), gone_until: NOW }];
    assert!(encode(erase(BATCH_REMOVED), &[]).is_ok());
    assert_eq!(refusal(erase(BATCH_REMOVED + 1), &[]), "too many removed messages");

    let large = vec![0; 21 * 1024 * 1024];
    let blobs = [blob(0, 0, Part::Raw, &large), blob(0, 1, Part::Raw, &large)];
    assert!(matches!(encode(vec![update(0, 2)], &blobs), Err(BatchError::TooLarge { limit: BATCH_OCTETS, .. })));
    assert!(matches!(Batch::parse(&vec![0; BATCH_OCTETS + 1]), Err(BatchError::TooLarge { .. })));
}

#[test]
fn a_list_past_its_bound_is_refused_before_the_rest_is_read() {
    let whole = serde_json::to_string(&Head { inboxes: vec![update(0, 1)], blobs: Vec::new(), keys: vec![] }).unwrap();
    let entry = serde_json::to_string(&record(0, 1).entries).unwrap();
    let list = |one: &str, n: usize| format!("[{}", vec![one; n].join(","));
    let id = format!("\"{}\"", message(0));
    let deletion = format!("{{\"seq\":1,\"id\":{id}}}");
    for (before, one, most) in [
        ("\"entries\":", entry.trim_matches(['[', ']']), INBOX_MESSAGES),
        ("\"deleted\":", &deletion, INBOX_DELETIONS),
        ("\"removed\":", &id, BATCH_REMOVED),
    ] {
        // Nothing follows the list: whoever had not counted would find the end of the text first.
        let cut = |n| format!("{}{before}{}", whole.split_once(before).unwrap().0, list(one, n));
        let error = |n| serde_json::from_str::<Head>(&cut(n)).unwrap_err();
        assert!(error(most).is_eof(), "{before} {}", error(most));
        assert!(error(most + 2).is_data(), "{before} {}", error(most + 2));
    }
}

#[test]
fn a_change_has_its_own_fields_and_no_others() {
    let read = |text: &str| serde_json::from_str::<Change>(text).is_ok();
    let update = serde_json::to_string(&update(0, 1)).unwrap();
    let erase = format!(r#"{{"change":"erase","inbox":"{}","removed":[],"gone_until":"{NOW}"}}"#, inbox(0));
    assert!(read(&update) && read(&erase));
    for text in [
        erase.replace("erase", "update"),
        erase.replace("erase", "other"),
        erase.replace(r#","removed":[]"#, ""),
        erase.replace(r#""gone_until""#, r#""until""#),
        update.replace("update", "erase"),
        update.replacen('{', &format!(r#"{{"inbox":"{}","#, inbox(0)), 1),
        "[]".to_owned(),
    ] {
        assert!(!read(&text), "{text}");
    }
}

#[test]
fn one_batch_stays_within_what_one_request_of_a_worker_may_ask() {
    // A blob is a write, a removed message two deletions, an inbox a read and a write; the nonce is asked for once, and
    // each object that keeps keys.
    let asked = BATCH_BLOBS + 2 * BATCH_REMOVED + 2 * BATCH_INBOXES + 1 + KEY_SHARDS;
    assert!(asked <= 1_000, "{asked}");
}

#[test]
fn a_signature_holds_for_its_body_region_nonce_and_time_alone() {
    let key = SigningKey::from_seed(&[3; 32]);
    let public = VerifyingKey::from_bytes(&key.verifying_key().to_bytes()).unwrap();
    let signed = key.sign("fsn", NOW, [9; 16], b"body");
    assert_eq!(public.verify(&signed, b"body", NOW), Ok(()));
    assert_eq!(public.verify(&signed, b"bodx", NOW), Err(BatchError::Forged));
    let forged = |change: fn(&mut Signature)| {
        let mut forged = signed.clone();
        change(&mut forged);
        public.verify(&forged, b"body", NOW)
    };
    assert_eq!(forged(|signature| signature.region = "use".to_owned()), Err(BatchError::Forged));
    assert_eq!(forged(|signature| signature.nonce[0] ^= 1), Err(BatchError::Forged));
    assert_eq!(forged(|signature| signature.bytes[63] ^= 0x80), Err(BatchError::Forged));
    assert_eq!(forged(|signature| signature.time = NOW.plus(Millis::from_millis(1))), Err(BatchError::Forged));
    assert_eq!(forged(|signature| signature.key = KeyId("0".repeat(16))), Err(BatchError::Key));
    let other = SigningKey::from_seed(&[4; 32]).verifying_key();
    assert_eq!(other.verify(&signed, b"body", NOW), Err(BatchError::Key));
}

#[test]
fn a_signature_is_stale_outside_its_window_on_either_side() {
    let key = SigningKey::from_seed(&[3; 32]);
    let signed = key.sign("fsn", NOW, [9; 16], b"");
    let verify = |at| key.verifying_key().verify(&signed, b"", Timestamp::from_millis(at));
    let (now, window) = (NOW.as_millis(), BATCH_WINDOW.as_millis());
    assert_eq!(verify(now + window), Ok(()));
    assert_eq!(verify(now - window), Ok(()));
    let stale = Err(BatchError::Stale { skew_ms: window + 1, limit_ms: window });
    assert_eq!(verify(now + window + 1), stale);
    assert_eq!(verify(now - window - 1), stale);
}

#[test]
fn a_key_of_small_order_verifies_nothing() {
    // The neutral element: without the strict check it accepts (R = neutral, s = 0) over any message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let key = VerifyingKey::from_bytes(&neutral).unwrap();
    let mut bytes = [0; 64];
    bytes[0] = 1;
    let forged = Signature { region: "fsn".to_owned(), key: key.id(), time: NOW, nonce: [0; 16], bytes };
    assert_eq!(key.verify(&forged, b"anything", NOW), Err(BatchError::Forged));
}

#[test]
fn headers_are_read_as_they_were_written_and_in_no_other_way() {
    let signed = SigningKey::from_seed(&[3; 32]).sign("fsn", NOW, [9; 16], b"body");
    let headers = signed.headers();
    let read = |change: &dyn Fn(&str) -> Option<Option<String>>| {
        Signature::from_headers(|name| {
            change(name).unwrap_or_else(|| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone()))
        })
    };
    assert_eq!(read(&|_| None), Ok(signed.clone()));
    for (name, value) in &headers {
        let missing = read(&|asked| (asked == *name).then_some(None));
        assert_eq!(missing, Err(BatchError::Headers), "{name}");
        for forged in [String::new(), format!("{value}="), format!(" {value}"), format!("{value}\n"), "é".repeat(22)] {
            let answer = read(&|asked| (asked == *name).then(|| Some(forged.clone())));
            assert_eq!(answer, Err(BatchError::Headers), "{name}: {forged:?}");
        }
    }
    for (name, value) in [
        (header::TIME, "+1"),
        (header::TIME, "01"),
        (header::TIME, "99999999999999999"),
        (header::KEY, "ABCDEF0123456789"),
    ] {
        let answer = read(&|asked| (asked == name).then(|| Some(value.to_owned())));
        assert_eq!(answer, Err(BatchError::Headers), "{name}: {value}");
    }
}

prop_compose! {
    fn any_batch()(
        updates in prop::collection::vec((0_usize..4, any::<bool>()), 0..5),
        octets in prop::collection::vec(any::<u8>(), 0..64),
    ) -> (Vec<Change>, Vec<(BlobHead, Vec<u8>)>) {
        let mut changes = Vec::new();
        let mut blobs = Vec::new();
        for (n, (messages, ended)) in updates.into_iter().enumerate() {
            if ended {
                changes.push(Change::Erase { inbox: inbox(n), removed: vec![message(n)], gone_until: NOW });
            } else {
                changes.push(update(n, messages));
                for m in 0..messages {
                    let part = if m % 2 == 0 { Part::Content } else { Part::Raw };
                    blobs.push((blob(n, m, part, &octets).0, octets.clone()));
                }
            }
        }
        (changes, blobs)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parsing_undoes_encoding((changes, blobs) in any_batch()) {
        let blobs: Vec<_> = blobs.iter().map(|(head, octets)| (*head, octets.as_slice())).collect();
        let written = encode(changes.clone(), &blobs).unwrap();
        prop_assert_eq!(Batch::parse(&written).unwrap(), Batch { changes, blobs, keys: vec![] });
    }

    #[test]
    fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..300), magic in any::<bool>()) {
        let body = if magic { [b"MFB2\0\0\0", octets.as_slice()].concat() } else { octets };
        prop_assert!(Batch::parse(&body).is_err());
    }

    #[test]
    fn a_changed_octet_never_makes_it_panic((changes, blobs) in any_batch(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let blobs: Vec<_> = blobs.iter().map(|(head, octets)| (*head, octets.as_slice())).collect();
        let mut written = encode(changes, &blobs).unwrap();
        let at = at.index(written.len());
        written[at] = to;
        if let Ok(batch) = Batch::parse(&written) {
            prop_assert!(batch.changes.len() <= BATCH_INBOXES);
        }
    }
}
