use super::*;

const ROOM: Room = Room { octets: 1 << 30, records: 1 << 26 };

#[test]
fn an_heir_of_another_version_or_with_too_little_room_is_told_both_numbers() {
    let held = Room { octets: 1_000, records: 10 };
    assert_eq!(fits(VERSION, held, held), Ok(()));
    assert_eq!(fits(VERSION + 1, ROOM, held), Err(Refusal::Version { elder: VERSION, heir: VERSION + 1 }));
    let small = fits(VERSION, Room { octets: 999, ..ROOM }, held).unwrap_err();
    assert_eq!(small, Refusal::Octets { held: 1_000, room: 999 });
    assert!(small.to_string().contains("1000") && small.to_string().contains("999"), "{small}");
    assert_eq!(fits(VERSION, Room { records: 9, ..ROOM }, held), Err(Refusal::Records { held: 10, room: 9 }));
}

#[test]
fn a_sum_tells_any_octet_that_changed() {
    let sum = |frame: &[u8], body: &[u8]| {
        let mut adder = Adder::default();
        adder.add(frame, [body]);
        adder.sum()
    };
    let whole = sum(b"head", b"body");
    assert_eq!(whole, sum(b"head", b"body"));
    assert_ne!(whole, sum(b"hdad", b"body"));
    assert_ne!(whole, sum(b"head", b"bodx"));
    assert_ne!(whole, Sum::default());
}
