use proptest::prelude::*;

use super::first_of;

#[test]
fn finds_each_of_several_at_every_distance() {
    for octet in [b'\r', b'\n', 0, 0x7f, 0x80, 0xff] {
        for at in 0..100 {
            let mut text = vec![b'a'; 100];
            text[at] = octet;
            assert_eq!(first_of(&text, [octet]), Some(at));
            assert_eq!(first_of(&text, [b'\r', b'\n', 0, 0x7f, 0x80, 0xff]), Some(at));
        }
    }
    assert_eq!(first_of(&[b'a'; 100], [b'b', b'`']), None);
    assert_eq!(first_of(&[], [0]), None);
}

proptest! {
    #[test]
    fn agrees_with_the_plain_search(
        text in proptest::collection::vec(prop_oneof![any::<u8>(), 0_u8..4, 0x7f_u8..0x82], 0..60),
        wanted in prop_oneof![any::<[u8; 3]>(), Just([0, 1, 0x80])],
    ) {
        prop_assert_eq!(first_of(&text, wanted), text.iter().position(|octet| wanted.contains(octet)));
    }
}
