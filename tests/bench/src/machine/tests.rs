use std::time::Duration;

use super::{Busy, Machine, Used, field, private_memory};

#[test]
fn this_process_has_used_time_and_memory() {
    let me = std::process::id();
    let before = Used::by(&[me]);
    let busy = Busy::so_far();
    let mut sum = 0_u64;
    while Used::by(&[me]).since(before).processor.is_zero() {
        sum = (0..100_000).fold(sum, u64::wrapping_add);
    }
    assert!(Used::by(&[me]).processor > before.processor);
    assert!(private_memory(&[me]).unwrap() > 100_000);
    assert!((0.0..=1.0).contains(&Busy::so_far().by_others(busy, Duration::ZERO)));
    assert!(private_memory(&[u32::MAX]).is_err(), "nobody has that number");
    assert_eq!(Used::by(&[u32::MAX]).switches, 0);
}

#[test]
fn fields_are_octets() {
    assert_eq!(field("VmRSS:\t  12 kB\nRssAnon:\t   3 kB\n", "RssAnon:"), Some(3 * 1024));
    assert_eq!(field("VmRSS:\t  12 kB\n", "RssAnon:"), None);
}

#[test]
fn the_machine_is_told() {
    let here = Machine::here();
    assert!(here.processors > 0 && !here.kernel.is_empty());
    assert_eq!(here.load.split(' ').count(), 3);
}
