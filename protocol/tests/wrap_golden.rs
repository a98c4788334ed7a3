//! Wrapping, pinned octet for octet: what the origin wraps, the edge unwraps.
//!
//! `MAYFLY_BLESS=1` writes the vectors anew; `tests/interop` opens them with an implementation of its own.

#![expect(clippy::expect_used, reason = "vectors that cannot be read are a failed test")]

use std::{env, fs, path::PathBuf};

use protocol::{
    bytes::Base64,
    id::{InboxId, MessageId},
    message::Part,
    sealing::{Binding, primitives::Portable},
    wrap::{Epoch, EpochKey, InboxKeys, WrapKey},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    epoch: Epoch,
    epoch_key: Base64,
    wrap_key: Base64,
    inbox_id: InboxId,
    message_id: MessageId,
    /// What the edge is told: the address's key, then the hour's.
    inbox_keys: Base64,
    parts: Vec<Wrapped>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped {
    part: Part,
    sealed: Base64,
    wrapped: Base64,
}

fn counting(from: u8) -> [u8; 32] {
    std::array::from_fn(|n| from + u8::try_from(n).expect("32 numbers"))
}

fn made() -> Golden {
    let (epoch, inbox) = (Epoch::from_number(498_812), InboxId::from_bytes([0x11; 16]));
    let message = MessageId::from_bytes([0xc3; 16]);
    let epoch_key = EpochKey::filled(|key| *key = counting(0));
    let wrap_key = WrapKey::filled(|key| *key = counting(0x80));
    let of_message = wrap_key.message(epoch, &epoch_key, Binding { inbox, message });
    let mut inbox_keys = Vec::new();
    InboxKeys::derive(&wrap_key, [(epoch, &epoch_key)]).write(&mut inbox_keys);
    let parts = [Part::Summary, Part::Content, Part::Raw, Part::Address, Part::Delivery].map(|part| {
        let sealed = format!("what was sealed as part {}", part as u8).into_bytes();
        let mut wrapped = sealed.clone();
        match part {
            Part::Address => wrap_key.wrap_address(&Portable, Binding::address(inbox), &mut wrapped),
            Part::Summary | Part::Content | Part::Raw | Part::Delivery => {
                of_message.wrap(&Portable, part, &mut wrapped);
            }
        }
        Wrapped { part, sealed: Base64(sealed), wrapped: Base64(wrapped) }
    });
    Golden {
        epoch,
        epoch_key: Base64(counting(0).to_vec()),
        wrap_key: Base64(counting(0x80).to_vec()),
        inbox_id: inbox,
        message_id: message,
        inbox_keys: Base64(inbox_keys),
        parts: parts.into(),
    }
}

#[test]
fn what_was_wrapped_is_wrapped_alike_and_unwraps() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/wrap.json");
    if env::var_os("MAYFLY_BLESS").is_some_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&made()).expect("vectors are JSON");
        fs::write(&path, text + "\n").expect("tests/golden can be written");
    }
    let text = fs::read_to_string(&path).expect("the vectors are there: MAYFLY_BLESS=1 writes them");
    let golden: Golden = serde_json::from_str(&text).expect("the vectors have the form that this test writes");
    assert_eq!(golden, made());
    let keys = InboxKeys::read(&[golden.epoch], golden.inbox_keys.as_slice()).expect("two keys");
    for part in golden.parts {
        let binding = match part.part {
            Part::Address => Binding::address(golden.inbox_id),
            Part::Summary | Part::Content | Part::Raw | Part::Delivery => {
                Binding { inbox: golden.inbox_id, message: golden.message_id }
            }
        };
        let mut octets = part.wrapped.0;
        assert_eq!(keys.unwrap(&Portable, binding, part.part, &mut octets), Ok(()));
        assert_eq!(Base64(octets), part.sealed);
    }
}
