use super::*;

fn mark(n: u8) -> Mark {
    Mark::Keyed([n; 32])
}

#[test]
fn the_oldest_go_first() {
    let mut repeats = Repeats::new(2);
    repeats.remember(&[mark(1), mark(2), mark(1), mark(3)]);
    assert_eq!([1, 2, 3].map(|n| repeats.has(&mark(n))), [false, true, true]);
}

#[test]
fn what_is_forgotten_makes_room() {
    let mut repeats = Repeats::new(2);
    repeats.remember(&[mark(1), mark(2)]);
    repeats.forget(&[mark(1), mark(9)]);
    repeats.remember(&[mark(3)]);
    assert_eq!([1, 2, 3].map(|n| repeats.has(&mark(n))), [false, true, true]);
}

#[test]
fn what_comes_alone_is_never_remembered() {
    let mut repeats = Repeats::new(2);
    repeats.remember(&[Mark::Alone, mark(1), mark(2)]);
    assert_eq!([Mark::Alone, mark(1), mark(2)].map(|mark| repeats.has(&mark)), [false, true, true]);
    repeats.forget(&[Mark::Alone, mark(1), mark(2)]);
    assert!(repeats.is_empty());
}
