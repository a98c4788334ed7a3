use proptest::prelude::*;

use super::*;

#[test]
fn what_is_plain_is_told_from_what_is_not() {
    let plain = |value: &str| Field { name: "Subject", value: value.as_bytes() }.plain().map(str::to_owned);
    assert_eq!(plain(" Your code is 482913\r\n").as_deref(), Some("Your code is 482913"));
    assert_eq!(plain("").as_deref(), Some(""));
    for value in [" =?utf-8?q?=C3=A9?=\r\n", " one\r\n two\r\n", " one  two\r\n", " one\ttwo\r\n", " \u{e9}\r\n"] {
        assert_eq!(plain(value), None, "{value:?}");
    }
}

proptest! {
    #[test]
    fn a_plain_value_is_what_the_parser_reads(value in "[ -~]{0,40}(\r\n|\n|)") {
        let field = Field { name: "Subject", value: value.as_bytes() };
        if let Some(plain) = field.plain() {
            prop_assert_eq!(plain, field.decoded());
        }
    }
}
