use super::*;

fn inbox(n: u32) -> InboxId {
    let mut octets = [0; 16];
    octets[..4].copy_from_slice(&n.to_be_bytes());
    InboxId::from_bytes(octets)
}

const NOON: Timestamp = Timestamp::from_millis(1_790_000_040_000);

#[test]
fn an_inbox_has_so_many_a_minute_and_takes_from_nobody_else() {
    let mut pace = Pace::default();
    for _ in 0..RECORDS_A_MINUTE {
        assert!(pace.admits(inbox(1), NOON));
    }
    assert!(!pace.admits(inbox(1), NOON));
    assert!(pace.admits(inbox(2), NOON));
    let last = NOON.plus(MINUTE.min(Millis::from_millis(59_999 - NOON.as_millis() % 60_000)));
    assert!(!pace.admits(inbox(1), last));
    assert!(pace.admits(inbox(1), last.plus(Millis::from_millis(1))));
}

#[test]
fn all_inboxes_together_have_a_bound_and_so_has_the_count() {
    let mut pace = Pace::default();
    let admitted = (0..2 * RECORDS_A_MINUTE_IN_ALL).filter(|n| pace.admits(inbox(*n), NOON)).count();
    assert_eq!(admitted, RECORDS_A_MINUTE_IN_ALL as usize);
    assert!(pace.of_inbox.len() <= RECORDS_A_MINUTE_IN_ALL as usize);
    assert!(pace.admits(inbox(1), NOON.plus(MINUTE)));
}
