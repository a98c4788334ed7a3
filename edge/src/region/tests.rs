use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

#[test]
fn a_failure_is_held_against_a_region_until_it_answers() {
    let mut book = HealthBook::default();
    assert_eq!(book.health("fsn"), Health::Healthy);
    book.failed("fsn", NOW);
    assert_eq!(book.health("fsn"), Health::Suspect { until: NOW.plus(SUSPICION) });
    assert_eq!(book.health("use"), Health::Healthy);
    book.answered("fsn");
    assert_eq!(book.health("fsn"), Health::Healthy);
}

#[test]
fn a_place_is_two_numbers_on_earth() {
    assert_eq!(place(Some("30.27130"), Some("-97.74260")), Some(Place { latitude: 30.2713, longitude: -97.7426 }));
    for (latitude, longitude) in [
        (None, Some("1")),
        (Some("1"), None),
        (Some("x"), Some("1")),
        (Some("91"), Some("1")),
        (Some("NaN"), Some("1")),
    ] {
        assert_eq!(place(latitude, longitude), None, "{latitude:?} {longitude:?}");
    }
}
