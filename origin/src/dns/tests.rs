use super::*;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[test]
fn names_are_compared_in_lower_case_and_without_their_final_dot() {
    assert_eq!(name("Mail.Example.com."), name("mail.example.com"));
    assert_eq!(name("com").as_str(), "com");
}

#[test]
fn what_the_wire_cannot_hold_is_no_name() {
    let label = "a".repeat(LABEL_OCTETS);
    assert!(Name::parse(&label).is_some());
    assert!(Name::parse(&format!("{label}a")).is_none());
    let long = [label.as_str(); 4].join(".");
    assert_eq!(Name::parse(&long[..NAME_OCTETS]).map(|name| name.as_str().len()), Some(NAME_OCTETS));
    assert!(Name::parse(&long).is_none());
    for bad in ["", ".", "a..b", ".a", "a..", "ä.example"] {
        assert!(Name::parse(bad).is_none(), "{bad}");
    }
}

#[test]
fn within_goes_by_labels() {
    assert!(name("mail.example.com").is_within(&name("example.COM")));
    assert!(name("example.com").is_within(&name("example.com")));
    assert!(!name("badexample.com").is_within(&name("example.com")));
    assert!(!name("com").is_within(&name("example.com")));
}

#[test]
fn a_name_does_not_print_itself() {
    assert_eq!(format!("{:?}", name("anna.example")), "Name(…)");
}
