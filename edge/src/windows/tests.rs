use protocol::{limits::ADMIT_WINDOW, time::Millis};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn admitted(windows: &mut Windows, client: &str, now: Timestamp) -> bool {
    matches!(windows.admit(client, now).unwrap().0, Admission::Admitted { .. })
}

#[test]
fn each_client_has_its_own_hundred() {
    let mut windows = Windows::default();
    let count = (0..150).filter(|_| admitted(&mut windows, "a", NOW)).count();
    assert_eq!(count, 100);
    assert!(admitted(&mut windows, "b", NOW));
    assert!(admitted(&mut windows, "a", NOW.plus(ADMIT_WINDOW)));
}

#[test]
fn a_window_that_was_kept_counts_on() {
    let mut before = Windows::default();
    for _ in 0..99 {
        before.admit("a", NOW).unwrap();
    }
    let kept = before.admit("a", NOW).unwrap().1.clone();
    let mut after = Windows::default();
    assert!(!after.knows("a"));
    after.recall("a", kept);
    assert!(!admitted(&mut after, "a", NOW));
    after.recall("a", SlidingWindow::of_a_client());
    assert!(!admitted(&mut after, "a", NOW), "what is in memory is newer");
}

#[test]
fn idle_clients_make_room_and_busy_ones_do_not() {
    let mut windows = Windows::default();
    for n in 0..CLIENTS {
        windows.admit(&n.to_string(), NOW).unwrap();
    }
    assert_eq!(windows.admit("one more", NOW).unwrap_err(), Full);
    assert!(admitted(&mut windows, "7", NOW), "who is counted already still is");
    let later = NOW.plus(ADMIT_WINDOW).plus(Millis::from_millis(1));
    assert!(admitted(&mut windows, "one more", later));
    assert_eq!(windows.by_client.len(), 1);
}
