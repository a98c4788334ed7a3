use super::{Announced, Buffer, Plan};
use crate::{budget::Budget, limits};

const LIMIT: usize = 4 * 1024 * 1024;

fn plan(announced: Announced) -> Plan {
    Plan { announced, trace: 5, recipients: 2, limit: LIMIT }
}

fn buffer(budget: &Budget, announced: Announced) -> Buffer {
    let plan = plan(announced);
    Buffer::new(b"trace", plan, budget.reserve(plan.reserve()).unwrap())
}

#[test]
fn an_announced_message_fits_its_first_allocation_exactly() {
    let budget = Budget::new(1 << 30, 1 << 30);
    let mut buffer = buffer(&budget, Announced::Octets(1000));
    assert_eq!(budget.used(), 3 * 1005 + 2 * limits::MESSAGE_OVERHEAD);
    let before = buffer.octets.as_ptr();
    buffer.append(&[b'a'; 1000]).unwrap();
    assert_eq!(buffer.octets.as_ptr(), before);
    let (octets, room) = buffer.into_parts();
    assert_eq!((octets.len(), octets.capacity()), (1005, 1005));
    assert_eq!(room.octets(), 3 * 1005 + 2 * limits::MESSAGE_OVERHEAD);
}

#[test]
fn announcing_alone_allocates_little_and_keeps_the_promise() {
    let budget = Budget::new(1 << 30, 1 << 30);
    let mut buffer = buffer(&budget, Announced::Octets(LIMIT));
    assert!(buffer.octets.capacity() <= limits::BUFFER_ANNOUNCED + 5);
    let used = budget.used();
    for _ in 0..LIMIT / 4096 {
        buffer.append(&[b'a'; 4096]).unwrap();
    }
    assert_eq!(budget.used(), used);
    assert_eq!(buffer.octets.capacity(), LIMIT + 5);
}

#[test]
fn a_message_that_outgrows_its_promise_pays_more_or_is_told() {
    let budget = Budget::new(1 << 20, 1 << 20);
    let mut buffer = buffer(&budget, Announced::Nothing);
    let first = budget.used();
    let mut told = None;
    for count in 0..LIMIT / 4096 {
        if let Err(no_room) = buffer.append(&[b'a'; 4096]) {
            told = Some((count, no_room));
            break;
        }
        assert!(budget.used() >= (count + 1) * 4096 * 3);
    }
    let (count, no_room) = told.unwrap();
    assert!(count > limits::RESERVE_UNANNOUNCED / 4096);
    assert!(no_room.wanted > 0 && budget.used() > first);
    drop(buffer);
    assert_eq!(budget.used(), 0);
}

#[test]
fn what_was_promised_too_much_is_given_back_at_the_end() {
    let budget = Budget::new(1 << 20, 1 << 20);
    let mut buffer = buffer(&budget, Announced::Nothing);
    buffer.append(b"short\r\n").unwrap();
    let (octets, room) = buffer.into_parts();
    assert_eq!(&octets[..], b"traceshort\r\n");
    assert_eq!(budget.used(), 3 * (12 + limits::RESULTS_OCTETS) + 2 * limits::MESSAGE_OVERHEAD);
    drop(room);
}
