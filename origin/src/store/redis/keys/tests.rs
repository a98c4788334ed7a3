use super::*;

#[test]
fn a_slot_is_what_the_specification_says() {
    assert_eq!(crc16(b"123456789"), 0x31C3);
}

#[test]
fn tags_spread_evenly_over_the_slots() {
    let sixteenths = (0..SHARDS).map(|shard| usize::from(slot_of(shard)) / 1_024).collect::<Vec<_>>();
    assert_eq!(sixteenths, (0..SHARDS).collect::<Vec<_>>());
}

#[test]
fn all_keys_of_a_shard_have_its_tag() {
    let space = Space::new("mayfly");
    assert_eq!(space.shard(1), b"mayfly:{21}");
    assert!(space.hasher().starts_with(b"mayfly:{03}:"));
    assert_eq!(shard_of(InboxId::from_bytes([0x13; 16])), 3);
}
