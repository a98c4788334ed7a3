use proptest::prelude::*;

use super::*;
use crate::time::Millis;

const FALKENSTEIN: Place = Place { latitude: 50.48, longitude: 12.37 };
const ASHBURN: Place = Place { latitude: 39.04, longitude: -77.49 };
const SINGAPORE: Place = Place { latitude: 1.35, longitude: 103.82 };
const LONDON: Place = Place { latitude: 51.51, longitude: -0.13 };

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn region(name: &str, place: Place) -> Region {
    Region { name: name.to_owned(), url: format!("https://{name}.example"), place, keys: Vec::new() }
}

fn table() -> RegionTable {
    let regions = [region("use", ASHBURN), region("sin", SINGAPORE), region("fsn", FALKENSTEIN)];
    RegionTable::parse(&serde_json::to_string(&regions).unwrap()).unwrap()
}

fn names(order: Vec<&Region>) -> Vec<&str> {
    order.into_iter().map(|region| region.name.as_str()).collect()
}

fn reason(json: &str) -> String {
    RegionTable::parse(json).unwrap_err().to_string()
}

#[test]
fn distances_are_those_of_the_globe() {
    assert!((LONDON.distance_km(ASHBURN) - 5_900.0).abs() < 50.0);
    assert!((SINGAPORE.distance_km(FALKENSTEIN) - 10_050.0).abs() < 100.0);
    let (west, east) = (Place { latitude: 0.0, longitude: -179.5 }, Place { latitude: 0.0, longitude: 179.5 });
    assert!(west.distance_km(east) < 112.0, "the date line is no wall");
}

#[test]
fn the_nearest_comes_first() {
    assert_eq!(names(table().order(Some(LONDON), |_| Health::Healthy, NOW)), ["fsn", "use", "sin"]);
    assert_eq!(names(table().order(Some(SINGAPORE), |_| Health::Healthy, NOW)), ["sin", "fsn", "use"]);
}

#[test]
fn without_a_usable_place_the_table_decides() {
    let nowhere = Place { latitude: f64::NAN, longitude: 0.0 };
    assert_eq!(names(table().order(None, |_| Health::Healthy, NOW)), ["use", "sin", "fsn"]);
    assert_eq!(names(table().order(Some(nowhere), |_| Health::Healthy, NOW)), ["use", "sin", "fsn"]);
}

#[test]
fn suspects_come_last_and_the_first_to_recover_before_the_others() {
    let health = |name: &str| match name {
        "fsn" => Health::Suspect { until: NOW.plus(Millis::from_millis(2)) },
        "use" => Health::Suspect { until: NOW.plus(Millis::from_millis(1)) },
        _ => Health::Healthy,
    };
    assert_eq!(names(table().order(Some(LONDON), health, NOW)), ["sin", "use", "fsn"]);
    let later = NOW.plus(Millis::from_millis(2));
    assert_eq!(names(table().order(Some(LONDON), health, later)), ["fsn", "use", "sin"]);
}

#[test]
fn equally_near_regions_stand_by_name() {
    let regions = [region("b", LONDON), region("a", LONDON)];
    let table = RegionTable::parse(&serde_json::to_string(&regions).unwrap()).unwrap();
    assert_eq!(names(table.order(Some(ASHBURN), |_| Health::Healthy, NOW)), ["a", "b"]);
    assert_eq!(names(table.order(None, |_| Health::Healthy, NOW)), ["b", "a"]);
}

#[test]
fn an_unusable_table_is_refused_with_its_reason() {
    assert_eq!(RegionTable::parse("[]").unwrap_err(), RegionError::Empty);
    assert!(matches!(RegionTable::parse("{").unwrap_err(), RegionError::Malformed(_)));
    let place = r#""place":{"latitude":0,"longitude":0}"#;
    let one =
        |name: &str, url: &str, keys: &str| format!(r#"[{{"name":"{name}","url":"{url}",{place},"keys":{keys}}}]"#);
    assert!(RegionTable::parse(&one("a", "http://127.0.0.1:8080", "[]")).is_ok());
    assert!(reason(&one("A", "https://a.example", "[]")).contains("lower-case"));
    for url in [
        "",
        "https://",
        "ftp://a.example",
        "https://a.example/",
        "https://a.example?q",
        "https://u@a.example",
        "https://a b",
    ] {
        assert!(reason(&one("a", url, "[]")).contains("url must"), "{url}");
    }
    assert!(reason(&one("a", "https://a.example", r#"["AAAA"]"#)).contains("Ed25519"));
    assert!(
        reason(r#"[{"name":"a","url":"https://a.example","place":{"latitude":91,"longitude":0},"keys":[]}]"#)
            .contains("latitude")
    );
    assert!(
        reason(r#"[{"name":"a","url":"https://a.example","place":{"latitude":1,"longitude":0},"keys":[],"x":1}]"#)
            .contains("unknown field")
    );
    let twice = serde_json::to_string(&[region("a", LONDON), region("a", ASHBURN)]).unwrap();
    assert!(reason(&twice).contains("twice"));
}

proptest! {
    #[test]
    fn a_distance_is_symmetric_and_at_most_half_the_earth(
        a in (-90.0..=90.0_f64, -180.0..=180.0_f64),
        b in (-90.0..=90.0_f64, -180.0..=180.0_f64),
    ) {
        let one = Place { latitude: a.0, longitude: a.1 };
        let two = Place { latitude: b.0, longitude: b.1 };
        let (there, back) = (one.distance_km(two), two.distance_km(one));
        prop_assert!((there - back).abs() < 1e-6);
        prop_assert!((0.0..=20_016.0).contains(&there));
        prop_assert!(one.distance_km(one) < 1e-6);
    }

    #[test]
    fn any_order_names_every_region_once(latitude in -90.0..=90.0_f64, suspect in 0_usize..3) {
        let table = table();
        let sick = table.regions()[suspect].name.clone();
        let health = |name: &str| if name == sick { Health::Suspect { until: NOW.plus(Millis::from_millis(1)) } } else { Health::Healthy };
        let mut order = names(table.order(Some(Place { latitude, longitude: 0.0 }), health, NOW));
        prop_assert_eq!(order.last().copied(), Some(sick.as_str()));
        order.sort_unstable();
        prop_assert_eq!(order, ["fsn", "sin", "use"]);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        prop_assert!(RegionTable::parse(&text).is_err());
    }
}
