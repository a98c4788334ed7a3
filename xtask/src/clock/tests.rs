use super::*;

#[test]
fn times_are_shown_as_people_say_them() {
    assert_eq!(shown(Duration::from_millis(420)), "0.4 s");
    assert_eq!(shown(Duration::from_secs(12)), "12 s");
    assert_eq!(shown(Duration::from_secs(185)), "3 min 5 s");
}
