use proptest::prelude::*;
use protocol::time::Millis;

use super::{Level, Load, Memory};
use crate::budget::NoRoom;

const fn level(sessions: usize, memory: Memory) -> Level {
    Level::of(Load { sessions, limit: 1_000, memory })
}

#[test]
fn the_level_rises_with_sessions_and_where_memory_is_spent() {
    for (sessions, expected) in
        [(0, Level::Green), (699, Level::Green), (700, Level::Amber), (899, Level::Amber), (900, Level::Red)]
    {
        assert_eq!(level(sessions, Memory::Free), expected, "{sessions}");
        assert_eq!(level(sessions, Memory::Spent), Level::Red, "{sessions}");
    }
    assert_eq!(Level::of(Load { sessions: usize::MAX, limit: 0, memory: Memory::Free }), Level::Red);
}

#[test]
fn memory_is_spent_where_little_is_left_and_not_where_too_much_is_asked_for() {
    let refused = |used| Memory::after::<()>(&Err(NoRoom { wanted: 10_000, used, limit: 1_000 }));
    assert_eq!((refused(0), refused(899)), (Memory::Free, Memory::Free));
    assert_eq!((refused(900), refused(1_000)), (Memory::Spent, Memory::Spent));
    assert_eq!(Memory::after(&Ok(())), Memory::Free);
}

#[test]
fn patience_shrinks() {
    let deadlines = [Level::Green, Level::Amber, Level::Red].map(|level| level.deadline(Millis::from_secs(30)));
    assert_eq!(deadlines, [30, 15, 10].map(Millis::from_secs));
    let errors = [Level::Green, Level::Amber, Level::Red].map(|level| level.allowance(9));
    assert_eq!(errors, [9, 5, 1]);
    assert_eq!(Level::Red.allowance(0), 0);
}

proptest! {
    #[test]
    fn more_stress_never_means_more_patience(whole in any::<u32>()) {
        for (less, more) in [(Level::Green, Level::Amber), (Level::Amber, Level::Red)] {
            prop_assert!(less < more);
            prop_assert!(less.allowance(whole as usize) >= more.allowance(whole as usize));
            let deadline = Millis::from_millis(whole.into());
            prop_assert!(less.deadline(deadline) >= more.deadline(deadline));
        }
    }
}
