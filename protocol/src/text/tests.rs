use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use proptest::prelude::*;

use super::*;

fn encode(alphabet: &Alphabet, octets: &[u8]) -> String {
    let mut text = String::new();
    alphabet.encode(octets, &mut text);
    text
}

fn decode(alphabet: &Alphabet, text: &str, len: usize) -> Result<Vec<u8>, NotTheText> {
    let mut octets = vec![0; len];
    alphabet.decode(text.as_bytes(), &mut octets).map(|()| octets)
}

#[test]
fn every_character_has_its_value() {
    for (alphabet, symbols) in [
        (&BASE64URL, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        (&BASE32, "abcdefghijklmnopqrstuvwxyz234567"),
    ] {
        for character in 0..=u8::MAX {
            let expected = symbols.bytes().position(|symbol| symbol == character);
            let (value, known) = alphabet.value(character);
            assert_eq!((known == u8::MAX).then_some(usize::from(value)), expected);
            assert!(known == u8::MAX || known == 0);
        }
        for (value, symbol) in symbols.chars().enumerate() {
            assert_eq!(alphabet.character(u32::try_from(value).unwrap()), symbol);
        }
    }
}

proptest! {
    #[test]
    fn texts_are_those_of_rfc_4648(octets in prop::collection::vec(any::<u8>(), 0..50)) {
        let base64 = encode(&BASE64URL, &octets);
        let base32 = encode(&BASE32, &octets);
        prop_assert_eq!(&base64, &BASE64URL_NOPAD.encode(&octets));
        prop_assert_eq!(&base32, &BASE32_NOPAD.encode(&octets).to_ascii_lowercase());
        prop_assert_eq!(base64.len(), BASE64URL.chars(octets.len()));
        prop_assert_eq!(base32.len(), BASE32.chars(octets.len()));
        prop_assert_eq!(decode(&BASE64URL, &base64, octets.len()), Ok(octets.clone()));
        prop_assert_eq!(decode(&BASE32, &base32, octets.len()), Ok(octets));
    }

    #[test]
    fn one_value_has_one_text(text in "[A-Za-z0-9_=+/-]{0,12}|.{0,12}", len in 0_usize..12) {
        for alphabet in [&BASE64URL, &BASE32] {
            if let Ok(octets) = decode(alphabet, &text, len) {
                prop_assert_eq!(encode(alphabet, &octets), text.clone());
            }
        }
    }
}
