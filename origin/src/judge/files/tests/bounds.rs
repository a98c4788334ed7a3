//! What hostile files cost, counted.

use proptest::prelude::*;

use super::{
    build::{Packed, gzip, packed, stored, tar, zip, zip_64},
    *,
};
use crate::limits::{ARCHIVE_ENTRIES, INFLATED_OCTETS, INFLATION_RATIO, INFLATION_SLACK, LOOKED_OCTETS};

/// Looks into a file; returns the dangers and how many octets were inflated for it.
fn cost(name: &str, octets: &[u8]) -> (Vec<Danger>, usize) {
    let (dangers, [inflated, _]) = costs(name, octets);
    (dangers, inflated)
}

/// The same, and how many were read.
fn costs(name: &str, octets: &[u8]) -> (Vec<Danger>, [usize; 2]) {
    let message = message(&named(name), octets);
    let parts = parts::split(&message, 0).unwrap();
    let mut budget = Budget::new(message.len(), MIME_PARTS);
    let whole = budget.left();
    let mut look = Look { budget: &mut budget, dangers: Dangers::default() };
    parts.iter().filter(|part| part.form == Form::Leaf).for_each(|part| look.part(&message, part, 0));
    let dangers = look.dangers.each().map(|(danger, _)| danger).collect();
    let left = budget.left();
    (dangers, [whole[0] - left[0], whole[1] - left[1]])
}

#[test]
fn a_bomb_costs_its_bound_and_no_more() {
    // 30 MB of zeros in 30 kB, as an archive within one so that all of it is wanted.
    let zeros = vec![0; 30_000_000];
    let inner = zip(&[stored("zeros.bin", &zeros)]);
    let bomb = zip(&[packed("inner.zip", &inner)]);
    let (dangers, inflated) = cost("a.zip", &bomb);
    assert_eq!(dangers, [Danger::Unreadable]);
    assert!(inflated <= bomb.len() * INFLATION_RATIO + 2 * INFLATION_SLACK, "{inflated}");

    let (dangers, inflated) = cost("a.tar.gz", &gzip("", &tar(&[("zeros", &zeros)])));
    assert_eq!(dangers, [Danger::Unreadable]);
    assert!(inflated < 6_000_000, "{inflated}");
}

#[test]
fn many_bombs_share_one_budget() {
    let inner = zip(&[packed("zeros.bin", &vec![0; 900_000])]);
    let layer = |inner: &[u8]| {
        let name = |n: usize| format!("{n}.zip");
        zip(&(0..30).map(|n| packed(&name(n), &[inner, &vec![0; 900_000]].concat())).collect::<Vec<_>>())
    };
    let bomb = layer(&layer(&layer(&inner)));
    let (dangers, inflated) = cost("42.zip", &bomb);
    assert!(dangers.contains(&Danger::Unreadable));
    assert!(inflated <= INFLATED_OCTETS, "{inflated}");
}

#[test]
fn overlapping_files_are_seen_and_not_paid_for() {
    let mut quine = zip(&[packed("a.txt", b"x"), packed("b.txt", b"x"), packed("c.txt", b"x")]);
    let first = quine.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let places: Vec<usize> = (first..quine.len() - 46).filter(|at| quine[*at..].starts_with(b"PK\x01\x02")).collect();
    for at in places {
        quine[at + 42..at + 46].copy_from_slice(&[0; 4]);
        quine[at + 46] = b'a';
    }
    let (dangers, inflated) = cost("a.zip", &quine);
    assert!(dangers.contains(&Danger::Unreadable), "{dangers:?}");
    assert!(inflated < 10_000);
}

/// An archive whose directory says of the same octets, which are stored or in deflate, that they are many files.
fn repeated(name: &str, method: u16, octets: &[u8], count: usize) -> Vec<u8> {
    let one = zip(&[Packed { method, ..stored(name, octets) }]);
    let begin = one.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let end = one.len() - 22;
    let listed = one[begin..end].repeat(count);
    let numbers = [u32::try_from(listed.len()).unwrap(), u32::try_from(begin).unwrap()].map(u32::to_le_bytes);
    let count = u16::try_from(count).unwrap().to_le_bytes();
    [&one[..begin], &listed, b"PK\x05\x06\0\0\0\0", &count, &count, &numbers[0], &numbers[1], &[0, 0]].concat()
}

#[test]
fn the_same_octets_said_to_be_many_files_are_not_read_so_often() {
    let list = seven_zip(&[&[1u8], vec![0; 1_000_000].as_slice()].concat());
    let (dangers, [_, read]) = costs("a.zip", &repeated("a.7z", 0, &list, 999));
    assert_eq!(dangers, [Danger::Unreadable]);
    assert!(read <= LOOKED_OCTETS, "{read}");
    // Empty blocks of deflate: a megabyte without an octet in it.
    let empty = [0, 0, 0, 0xff, 0xff].repeat(200_000);
    let (dangers, [inflated, read]) = costs("a.zip", &repeated("a.txt", 8, &empty, 999));
    assert_eq!((dangers, inflated), (vec![Danger::Unreadable], 0));
    assert!(read <= LOOKED_OCTETS, "{read}");
}

#[test]
fn what_comes_after_the_bounds_end_is_told_to_be_unread() {
    let files = (0..1_000).map(|n| Packed { size: 1, ..packed(&format!("{n}"), &vec![n as u8; 2_000]) });
    let (dangers, inflated) = cost("a.zip", &zip(&files.collect::<Vec<_>>()));
    assert_eq!((dangers, inflated), (vec![], 2_000_000));
    let mut budget = Budget::new(0, 0);
    assert_eq!(budget.inflate(&build::deflated(&vec![0; 2_000_000]), usize::MAX).end, budget::End::TooMuch);
    let mut look = Look { budget: &mut budget, dangers: Dangers::default() };
    let message = message(&named("a.zip"), &zip(&[packed("picture", &program())]));
    let parts = parts::split(&message, 0).unwrap();
    look.part(&message, &parts[2], 0);
    assert_eq!(look.dangers.each().map(|(danger, _)| danger).collect::<Vec<_>>(), [Danger::Unreadable]);
}

#[test]
fn entries_are_counted_over_all_archives() {
    let names = |count: usize| (0..count).map(|n| stored(&format!("{n}.txt"), b"x")).collect::<Vec<_>>();
    assert_eq!(dangers("a.zip", &zip(&names(ARCHIVE_ENTRIES))), []);
    assert_eq!(dangers("a.zip", &zip(&names(ARCHIVE_ENTRIES + 1))), [Danger::Unreadable]);
    let half = zip(&names(ARCHIVE_ENTRIES / 2));
    assert_eq!(dangers("a.zip", &zip(&[stored("a.zip", &half), stored("b.zip", &half)])), [Danger::Unreadable]);
    let empty = gzip("", b"").repeat(5_000);
    assert_eq!(dangers("a.gz", &[empty, gzip("", b"x")].concat()), [Danger::Unreadable]);
    assert_eq!(dangers("a.gz", &gzip("", b"line after line\n").repeat(500)), []);
    let blocks = "begin 644 a.txt\r\n#0V%T\r\nend\r\n".repeat(2_000);
    assert_eq!(all(format!("Subject: x\r\n\r\n{blocks}").as_bytes())[0].0, Danger::Unreadable);
}

#[test]
fn depth_is_bounded() {
    let nest =
        |depth: usize| (1..depth).fold(zip(&[packed("a.pdf", b"%PDF")]), |inner, _| zip(&[packed("i.zip", &inner)]));
    assert_eq!(dangers("a.zip", &nest(3)), []);
    assert_eq!(dangers("a.zip", &nest(4)), [Danger::Unreadable]);
    assert_eq!(dangers("a.zip", &nest(40)), [Danger::Unreadable]);
}

#[test]
fn a_ratio_beyond_measure_is_told_before_it_is_paid_for() {
    let mut declared = zip(&[packed("a.txt", b"x")]);
    let at = declared.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    declared[at + 24..at + 28].copy_from_slice(&u32::MAX.to_le_bytes());
    let (dangers, inflated) = cost("a.zip", &declared);
    assert_eq!((dangers, inflated), (vec![Danger::Unreadable], 1));
}

#[test]
fn numbers_that_overflow_are_no_places() {
    let file = || [packed("a.txt", b"x")];
    for number in [u64::MAX, u64::MAX - 1, u64::from(u32::MAX) + 1, 1 << 63] {
        assert_eq!(dangers("a.zip", &zip_64(&file(), 1, Some(number), None)), [Danger::Unreadable]);
        assert_eq!(dangers("a.zip", &zip_64(&file(), 1, None, Some(number))), [Danger::Unreadable]);
        assert_eq!(dangers("a.zip", &zip_64(&file(), number, None, None)), [Danger::Unreadable]);
    }
}

#[test]
fn no_octet_of_a_header_breaks_the_reader() {
    let samples = [
        tar(&[("a.txt", b"words"), ("long:x.txt", b"")]),
        zip(&[packed("a.txt", b"words")]),
        zip_64(&[packed("a.txt", b"words")], 1, None, None),
        rar_4("a.txt", b"words", 0),
        rar_5("a.txt", true),
        seven_zip(b"\x01a\0.\0b\0\0\0"),
    ];
    for sample in samples {
        for at in 0..sample.len().min(512) {
            for octet in [0x80, 0xff] {
                let mut changed = sample.clone();
                changed[at] = octet;
                let (dangers, inflated) = cost("a.bin", &changed);
                let harmless = [Danger::Disguised, Danger::Macros, Danger::Encrypted, Danger::Unreadable];
                assert!(dangers.iter().all(|danger| harmless.contains(danger)), "{at}: {dangers:?}");
                assert!(inflated <= INFLATION_SLACK);
            }
        }
    }
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let sample = prop_oneof![
        Just(zip(&[packed("a.txt", b"words"), stored("b.zip", &zip(&[packed("x.exe", b"x")]))])),
        Just(zip_64(&[packed("a.txt", b"words")], 1, None, None)),
        Just(tar(&[("a.txt", b"words"), ("long:x.exe", b"")])),
        Just(gzip("a.tar", &tar(&[("x", b"y")]))),
        Just(rar_4("a.txt", b"words", 0)),
        Just(rar_5("a.txt", true)),
        Just(seven_zip(b"\x01a\0.\0b\0\0\0")),
        Just(compound(&[("VBA", 1), ("Root Entry", 5)])),
        Just(b"begin 644 x.exe\n#0V%T\nend\n".to_vec()),
    ];
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (sample, changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(mut octets, changes, end, cut)| {
        for (at, octet) in changes {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if cut {
            octets.truncate(end.index(octets.len()));
        }
        octets
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_octets_are_looked_into_within_bounds(octets in prop::collection::vec(any::<u8>(), 0..2_000)) {
        cost("a.zip", &octets);
    }

    #[test]
    fn broken_archives_are_looked_into_within_bounds(octets in hostile(), name in "a\\.(zip|gz|tar|eml|docx|txt)") {
        let (_, inflated) = cost(&name, &octets);
        prop_assert!(inflated <= 4 * INFLATION_SLACK + 4 * INFLATION_RATIO * octets.len());
    }

    #[test]
    fn any_name_is_judged(name in "(\\PC|[.\\s\u{202e}\u{200b}\0/\\\\]|exe|pdf|zip){0,40}", media in "[a-z/-]{0,20}") {
        let named = name::Named::of([name.as_str()], &media);
        let ends = name.ends_with(".exe");
        prop_assert!(!ends || named.danger.is_some());
    }

    #[test]
    fn what_is_stripped_leaves_the_rest_as_it_was(octets in hostile(), other in prop::collection::vec(any::<u8>(), 0..200)) {
        super::strip::strips(&octets, &other);
    }
}
