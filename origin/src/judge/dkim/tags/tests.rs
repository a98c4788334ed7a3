use super::*;

#[test]
fn tags_are_read_without_the_white_space_around_them() {
    let tags = Tags::read(b" v=1; a = rsa-sha256;\r\n\tb=QUJD\r\n\tREVG ; h=from : to;; x=12;\r\n").unwrap();
    assert_eq!(tags.text("v"), Some("1"));
    assert_eq!(tags.text("a"), Some("rsa-sha256"));
    assert_eq!(tags.base64("b").unwrap(), b"ABCDEF");
    assert_eq!(tags.items("h").unwrap().collect::<Vec<_>>(), ["from", "to"]);
    assert_eq!((tags.number("x"), tags.number("t")), (Some(Some(12)), Some(None)));
    assert!(tags.octets("c").is_none());
    assert!(tags.begins_with("v") && !tags.begins_with("a"));
}

#[test]
fn what_is_no_list_is_not_read() {
    for text in ["v", "v=1; =2", "v=1; v=1", "b=x; B=y", "1=2", "v v=1", "d=a; d\u{e9}=b"] {
        assert!(Tags::read(text.as_bytes()).is_none(), "{text}");
    }
    let many: String = (0..=TAGS).map(|n| format!("t{n}=1;")).collect();
    assert!(Tags::read(many.as_bytes()).is_none());
}

#[test]
fn numbers_are_digits_and_as_large_as_they_like() {
    let number = |text: &str| Tags::read(format!("x={text}").as_bytes()).unwrap().number("x");
    assert_eq!(number("0017"), Some(Some(17)));
    assert_eq!(number(&"9".repeat(76)), Some(Some(u64::MAX)));
    for wrong in ["", "-1", "1 2", "0x1", "1.5", &"9".repeat(77)] {
        assert_eq!(number(wrong), None, "{wrong}");
    }
}

#[test]
fn what_is_signed_has_no_signature_and_no_last_line_break() {
    let unsigned = |text: &'static str| Tags::read(text.as_bytes()).unwrap().unsigned();
    assert_eq!(unsigned(" b = x\r\n y ; bh=z\r\n"), b" b =; bh=z");
    assert_eq!(unsigned(" bh=z; b=x\r\n"), b" bh=z; b=");
    assert_eq!(unsigned(" bh=z\r\n"), b" bh=z");
}
