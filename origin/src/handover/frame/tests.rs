use proptest::prelude::*;

use super::*;
use crate::handover::VERSION;

const ROOM: Room = Room { octets: 1 << 30, records: 1 << 26 };

fn read(octets: &[u8]) -> Result<Frame, FrameError> {
    let (prefix, head) = octets.split_first_chunk().ok_or(FrameError::Malformed)?;
    let prefix = Prefix::read(prefix)?;
    assert_eq!(prefix.head, head.len());
    prefix.frame(head)
}

fn all() -> Vec<Frame> {
    let epochs = [1, 2].map(|n| (Epoch::from_number(n), EpochKey::filled(|key| key.fill(9)))).to_vec();
    let keys = |operator| Frame::Keys(Keys { hasher: Zeroizing::new([7; 32]), operator, epochs: epochs.clone() });
    vec![
        Frame::Hello { version: VERSION, room: ROOM },
        Frame::Offer {
            held: ROOM,
            sockets: vec![Purpose::Smtp, Purpose::Http, Purpose::Operator, Purpose::Lmtp, Purpose::Challenges],
        },
        Frame::Refused(Refusal::Version { elder: 1, heir: 2 }),
        Frame::Refused(Refusal::Octets { held: 2, room: 1 }),
        Frame::Refused(Refusal::Records { held: 2, room: 1 }),
        Frame::Take,
        keys(OperatorKey::Configured),
        keys(OperatorKey::Drawn(Zeroizing::new([8; 32]))),
        Frame::Piece { head: Zeroizing::new(vec![1, 2, 3]), body: 99 },
        Frame::End(Sum { pieces: 5, digest: [9; 32] }),
        Frame::Have,
        Frame::Yours,
    ]
}

#[test]
fn each_frame_is_read_as_it_was_written() {
    for frame in all() {
        assert!(read(&frame.write()) == Ok(frame));
    }
}

#[test]
fn a_frame_cut_short_or_longer_than_it_is_says_nothing() {
    for frame in all() {
        let octets = frame.write();
        let (prefix, head) = octets.split_first_chunk().unwrap();
        let prefix = Prefix::read(prefix).unwrap();
        if matches!(frame, Frame::Piece { .. }) {
            continue;
        }
        let long = [head, &[0]].concat();
        assert!(prefix.frame(&long) == Err(FrameError::Malformed));
        for cut in 0..head.len() {
            // An offer of fewer sockets is an offer, and fewer hours' keys are keys.
            let shorter = matches!(
                prefix.frame(&head[..cut]),
                Ok(Frame::Offer { .. } | Frame::Keys(_)) | Err(FrameError::Malformed)
            );
            assert!(shorter, "cut at {cut}");
        }
    }
}

#[test]
fn what_is_too_long_is_refused_before_it_is_read() {
    let prefix = |kind: u8, head: u32, body: u64| {
        let octets = [&[kind][..], &head.to_be_bytes(), &body.to_be_bytes()].concat();
        Prefix::read(octets.as_slice().try_into().unwrap())
    };
    let (head, body) = (u32::try_from(HANDOVER_HEAD).unwrap(), HANDOVER_BODY as u64);
    assert!(prefix(PIECE, head, body).is_ok());
    assert_eq!(prefix(PIECE, head + 1, 0), Err(FrameError::Head { octets: HANDOVER_HEAD + 1 }));
    assert_eq!(prefix(PIECE, 0, body + 1), Err(FrameError::Body { octets: body + 1 }));
    assert_eq!(prefix(PIECE, 0, u64::MAX), Err(FrameError::Body { octets: u64::MAX }));
    assert_eq!(prefix(TAKE, 0, 1), Err(FrameError::Body { octets: 1 }));
    assert_eq!(prefix(0, 0, 0), Err(FrameError::Unknown));
    assert_eq!(prefix(YOURS + 1, 0, 0), Err(FrameError::Unknown));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_octets_do_harm(octets: [u8; PREFIX_OCTETS], head in proptest::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(prefix) = Prefix::read(&octets)
            && let Ok(frame) = prefix.frame(&head)
            && !matches!(frame, Frame::Piece { .. })
        {
            prop_assert_eq!(&frame.write()[PREFIX_OCTETS..], head.as_slice());
        }
    }
}
