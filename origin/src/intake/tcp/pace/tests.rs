use protocol::time::{Millis, Timestamp};

use super::{Bounds, CommandPace, DataPace};

const START: Timestamp = Timestamp::from_millis(1_000_000);

fn after(secs: u64) -> Timestamp {
    START.plus(Millis::from_secs(secs))
}

#[test]
fn a_dripping_command_line_earns_no_time() {
    let pace = CommandPace::new(&Bounds::default(), after(900), START);
    assert_eq!(pace.wait(START), Millis::from_secs(30));
    assert_eq!(pace.wait(after(29)), Millis::from_secs(1));
    assert_eq!(pace.wait(after(31)), Millis::from_secs(0));
}

#[test]
fn a_command_waits_no_longer_than_the_session() {
    let pace = CommandPace::new(&Bounds::default(), after(10), START);
    assert_eq!(pace.wait(START), Millis::from_secs(10));
}

#[test]
fn a_message_must_keep_the_least_rate_and_no_pause_is_longer_than_a_commands_deadline() {
    let bounds = Bounds::default();
    let mut pace = DataPace::new(START);
    assert_eq!(pace.wait(&bounds, after(900), START), Millis::from_secs(30));
    pace.came(5_000); // ten seconds' worth
    assert_eq!(pace.wait(&bounds, after(900), after(5)), Millis::from_secs(30));
    assert_eq!(pace.wait(&bounds, after(900), after(30)), Millis::from_secs(10));
    assert_eq!(pace.wait(&bounds, after(900), after(41)), Millis::from_secs(0));
    pace.came(1 << 40);
    assert_eq!(pace.wait(&bounds, after(900), after(100)), Millis::from_secs(30));
    assert_eq!(pace.wait(&bounds, after(900), after(899)), Millis::from_secs(1));
}
