//! Dialogs through the session alone: whole, octet by octet, and split at random.

pub(in crate::intake) mod dialog;
pub(in crate::intake) mod world;

use std::sync::Arc;

use proptest::prelude::*;

use self::{
    dialog::{Dialog, Splitting, Step},
    world::{Fake, Pure, site},
};
use super::session::TlsOffer;

/// Plays a dialog; pieces of what the client sends have these sizes, in turn.
fn play(dialog: &Dialog, sizes: &[usize]) {
    let name = &dialog.name;
    let fake = Arc::new(Fake::new(dialog.budget));
    let mut pure = Pure::new(Arc::clone(&fake), site(dialog.protocol, &dialog.bounds, TlsOffer::Offered));
    let mut sizes = sizes.iter().copied().cycle();
    let mut messages = 0;
    for step in &dialog.steps {
        match step {
            Step::Client(octets) => {
                let mut rest = &octets[..];
                while !rest.is_empty() {
                    let size = if dialog.splitting == Splitting::Whole { rest.len() } else { sizes.next().unwrap() };
                    let (piece, tail) = rest.split_at(size.clamp(1, rest.len()));
                    pure.send(piece);
                    rest = tail;
                }
            }
            Step::Server(expected) => {
                let heard = String::from_utf8(pure.heard()).unwrap();
                let heard: Vec<&str> = heard.split_terminator("\r\n").collect();
                let fits = heard.len() == expected.len()
                    && heard.iter().zip(expected).all(|(line, prefix)| line.starts_with(prefix.as_str()));
                assert!(fits, "{name}: heard {heard:#?}, expected {expected:#?}");
            }
            Step::Closed => assert!(pure.is_closed(), "{name}: not closed"),
            Step::Message(body) => {
                let taken = fake.taken.lock().unwrap();
                let message = taken.get(messages).unwrap_or_else(|| panic!("{name}: no message {messages}"));
                assert_eq!(message.body.escape_ascii().to_string(), body.escape_ascii().to_string(), "{name}");
                messages += 1;
            }
            Step::Trace(trace) => {
                let taken = fake.taken.lock().unwrap();
                let expected = String::from_utf8(trace.clone()).unwrap();
                assert!(taken[messages - 1].trace.starts_with(&expected), "{name}: {:?}", taken[messages - 1].trace);
            }
        }
    }
    assert_eq!(String::from_utf8(pure.heard()).unwrap(), "", "{name}: unexpected");
    assert_eq!(fake.taken.lock().unwrap().len(), messages, "{name}: messages that no M: tells of");
    drop(pure);
    assert_eq!(fake.budget.used(), 0, "{name}: memory is given back");
}

#[test]
fn dialogs_go_as_written() {
    for dialog in dialog::all() {
        play(&dialog, &[usize::MAX]);
    }
}

#[test]
fn dialogs_go_as_written_octet_by_octet() {
    for dialog in dialog::all() {
        play(&dialog, &[1]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn dialogs_go_as_written_however_they_are_split(sizes in proptest::collection::vec(1..80_usize, 1..40)) {
        for dialog in dialog::all() {
            play(&dialog, &sizes);
        }
    }
}
