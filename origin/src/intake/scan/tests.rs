use proptest::prelude::*;

use super::special;

#[test]
fn finds_each_of_the_three_at_every_distance() {
    for octet in [b'\r', b'\n', 0] {
        for at in 0..100 {
            let mut text = vec![b'a'; 100];
            text[at] = octet;
            assert_eq!(special(&text), Some(at));
        }
    }
    assert_eq!(special(&[b'a'; 100]), None);
    assert_eq!(special(&[]), None);
}

proptest! {
    #[test]
    fn agrees_with_the_plain_search(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(special(&text), text.iter().position(|octet| matches!(octet, b'\r' | b'\n' | 0)));
    }
}
