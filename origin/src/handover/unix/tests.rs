use std::{net::TcpListener, thread};

use super::*;
use crate::{
    handover::{OperatorKey, Purpose, Room, VERSION},
    limits::HANDOVER_BUFFER,
};

const ROOM: Room = Room { octets: 7, records: 1 };

fn pair() -> (Channel, Channel) {
    let (one, other) = UnixStream::pair().unwrap();
    (Channel::new(one).unwrap(), Channel::new(other).unwrap())
}

fn keys() -> Keys {
    Keys { hasher: Zeroizing::new([3; 32]), operator: OperatorKey::Drawn(Zeroizing::new([4; 32])), epochs: vec![] }
}

fn pieces() -> Vec<(Zeroizing<Vec<u8>>, Vec<Bytes>)> {
    let large = Bytes::from(vec![5; 3 * HANDOVER_BUFFER]);
    let pieces =
        [(vec![1], vec![]), (vec![2; 90], vec![large.clone(), Bytes::new(), large]), (vec![], vec![Bytes::new()])];
    pieces.map(|(head, body)| (Zeroizing::new(head), body)).to_vec()
}

#[test]
fn a_socket_that_was_passed_on_accepts() {
    let (mut elder, mut heir) = pair();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let offer = Frame::Offer { held: ROOM, sockets: vec![Purpose::Smtp] };
    elder.say_with(&offer, &[socket.as_fd()]).unwrap();
    drop(socket);
    let (heard, mut sockets) = heir.hear_with(Patience::STALL).unwrap();
    assert!(heard == offer);
    let passed = TcpListener::from(sockets.pop().unwrap());
    assert!(sockets.is_empty());
    assert_eq!(passed.local_addr().unwrap(), address);
    let _client = std::net::TcpStream::connect(address).unwrap();
    passed.accept().unwrap();
}

#[test]
fn all_that_is_given_is_taken() {
    let (mut elder, mut heir) = pair();
    let given = thread::spawn(move || elder.give(keys(), pieces().into_iter()));
    let kept = std::cell::RefCell::new(Vec::new());
    let keep = |head: &[u8], body: &Bytes| {
        kept.borrow_mut().push((head.to_vec(), body.clone()));
        Ok(())
    };
    assert!(heir.take(Patience::STALL, |_| Ok(()), keep).unwrap() == keys());
    given.join().unwrap().unwrap();
    let sent = pieces().into_iter().map(|(head, parts)| (head.to_vec(), Bytes::from(parts.concat())));
    assert_eq!(kept.into_inner(), sent.collect::<Vec<_>>());
}

#[test]
fn a_body_that_does_not_fit_is_not_read() {
    let (mut elder, mut heir) = pair();
    let given = thread::spawn(move || elder.give(keys(), pieces().into_iter()));
    let admits = |octets: usize| if octets > 0 { Err(format!("{octets} are too many")) } else { Ok(()) };
    let taken = heir.take(Patience::STALL, admits, |_, _| Ok(()));
    assert!(matches!(taken, Err(Broken::Unkept(why)) if why.contains("too many")));
    drop(heir);
    assert!(matches!(given.join().unwrap(), Err(Broken::System(_))));
}

#[test]
fn whatever_is_lost_or_changed_on_the_way_is_noticed() {
    // What an elder writes, to be cut and changed.
    let (mut elder, heir) = pair();
    let piece = (Zeroizing::new(vec![1, 2]), vec![Bytes::from_static(b"sealed")]);
    let given = thread::spawn(move || elder.give(keys(), std::iter::once(piece)));
    let mut whole = Vec::new();
    given.join().unwrap().unwrap();
    let mut stream = heir.0;
    stream.read_to_end(&mut whole).unwrap();
    let take = |octets: &[u8]| {
        let (elder, mut heir) = pair();
        (&elder.0).write_all(octets).unwrap();
        drop(elder);
        heir.take(Patience::STALL, |_| Ok(()), |_, _| Ok(()))
    };
    assert!(take(&whole).is_ok());
    let of_keys = PREFIX_OCTETS + 32 + 1 + 32;
    for at in 0..whole.len() {
        assert!(take(&whole[..at]).is_err(), "cut at {at}");
        if at >= of_keys {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(take(&changed).is_err(), "changed at {at}");
        }
    }
}

#[test]
fn a_refusal_and_silence_are_errors() {
    let (mut elder, mut heir) = pair();
    elder.say(&Frame::Refused(Refusal::Version { elder: VERSION, heir: 9 })).unwrap();
    let refused = heir.hear_with(Patience::STALL);
    assert!(matches!(refused, Err(Broken::Refused(Refusal::Version { heir: 9, .. }))));
    let silent = heir.hear(Patience::of(protocol::time::Millis::from_millis(10)));
    assert!(matches!(silent, Err(Broken::System(_))));
    drop(elder);
    assert!(matches!(heir.hear(Patience::ENDLESS), Err(Broken::System(_))));
}

#[test]
fn a_door_takes_the_place_of_another_and_leaves_the_next_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("handover");
    assert!(knock(&place).unwrap().is_none());
    let first = Beside::bind(&place).unwrap().open().unwrap();
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(knock(&place).unwrap().is_some());
    let second = Beside::bind(&place).unwrap().open().unwrap();
    drop(first);
    assert!(knock(&place).unwrap().is_some(), "the second one's file stays");
    let Door { socket, file } = second;
    drop(socket);
    assert!(knock(&place).unwrap().is_none(), "a dead one's file is nobody");
    drop(Beside::bind(&place).unwrap());
    drop(file);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    fs::write(&place, "mine").unwrap();
    assert!(matches!(Beside::bind(&place), Err(Broken::NotASocket)));
}
