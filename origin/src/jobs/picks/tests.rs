use super::{Picks, ROUND, order};
use crate::ports::Priority;

#[test]
fn a_round_gives_each_priority_its_weight() {
    let turns = |wanted| ROUND.iter().filter(|turn| **turn == wanted).count();
    assert_eq!(Priority::ALL.map(turns), [8, 4, 2, 1]);
}

#[test]
fn turns_go_round() {
    let mut picks = Picks::default();
    let ahead: Vec<_> = (0..40).map(|n| picks.turn(n)).collect();
    let one_by_one: Vec<_> = (0..40)
        .map(|_| {
            let turn = picks.turn(0);
            picks.take(1);
            turn
        })
        .collect();
    assert_eq!(ahead, one_by_one);
    picks.take(usize::MAX);
    assert_eq!(picks.turn(usize::MAX), picks.turn(usize::MAX % ROUND.len()));
}

#[test]
fn a_turn_looks_at_every_line_once() {
    let lines: Vec<_> = order(Priority::Normal).collect();
    assert_eq!(lines, [Priority::Normal, Priority::Urgent, Priority::High, Priority::Low]);
}
