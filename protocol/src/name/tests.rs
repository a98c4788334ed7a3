use std::{collections::HashSet, convert::Infallible};

use proptest::prelude::*;
use rand_core::TryRng;

use super::*;
use crate::sealing::tests::Seeded;

fn reserved(text: &str) -> bool {
    // Mail may be addressed to shorter names than a client may ask for.
    is_reserved(&Local::from_canonical(text.to_owned()))
}

#[test]
fn role_names_and_names_that_authorities_trust_are_kept_back() {
    let names = [
        "admin",
        "administrator",
        "hostmaster",
        "postmaster",
        "webmaster",
        "abuse",
        "noc",
        "security",
        "root",
        "info",
        "support",
        "sales",
        "marketing",
        "www",
        "ftp",
        "usenet",
        "news",
        "uucp",
        "ssl-admin",
        "ssladmin",
        "ssladministrator",
        "sslwebmaster",
        "sysadmin",
        "is",
        "it",
        "mis",
        "mailer-daemon",
        "noreply",
        "no-reply",
        "mayfly",
    ];
    for name in names {
        assert!(reserved(name), "{name}");
        assert!(Local::parse(name).is_err() || is_reserved(&Local::parse(&name.to_uppercase()).unwrap()), "{name}");
    }
}

#[test]
fn disguises_are_kept_back() {
    let names = [
        "post.master",
        "post-master",
        "p-o_s.t.m-a-s-t-e-r",
        "admin.",
        ".admin",
        "admin1",
        "admin-2026",
        "007admin",
        "1admin1",
        "p0stmaster",
        "adm1n",
        "r00t",
        "4dm1n",
        "5upport",
        "5a1es",
        "mayfly-team",
        "team.mayfly",
        "themayfly",
        "mayf1y",
        "ssl-admin-support",
        "webmaster.abuse",
        "no.reply.7",
        "1t",
    ];
    for name in names {
        assert!(reserved(name), "{name}");
    }
}

#[test]
fn ordinary_names_are_free() {
    let names = [
        "john",
        "quiet-heron-4821",
        "newsletter",
        "italy",
        "admiral",
        "isabel",
        "supporter",
        "rooter",
        "infos",
        "1234",
        "99",
        "abused",
        "sal",
        "x",
        "may.flower",
        "fly-may",
    ];
    for name in names {
        assert!(!reserved(name), "{name}");
    }
}

#[test]
fn no_readable_name_is_kept_back() {
    for quality in words::QUALITIES {
        for living in words::LIVING {
            assert!(!reserved(&format!("{quality}-{living}-0715")), "{quality}-{living}");
        }
    }
}

#[test]
fn the_words_are_sorted_short_and_plain() {
    for list in [&words::QUALITIES[..], &words::LIVING[..]] {
        assert!(list.len() >= 256);
        assert!(list.is_sorted_by(|a, b| a < b));
        assert!(list.iter().all(|word| (2..=9).contains(&word.len())));
        assert!(list.iter().all(|word| word.bytes().all(|c| c.is_ascii_lowercase())));
    }
    assert!(words::QUALITIES.iter().all(|word| !words::LIVING.contains(word)));
    let names = words::QUALITIES.len() * words::LIVING.len() * usize::try_from(NUMBERS).unwrap();
    assert!(names > 1_000_000_000, "{names}");
}

#[test]
fn a_readable_name_is_one_that_could_be_asked_for() {
    let mut rng = Seeded(3);
    let names: HashSet<String> = (0..2000).map(|_| readable(&mut rng).as_str().to_owned()).collect();
    assert!(names.len() > 1990, "draws differ");
    for name in names {
        assert_eq!(Local::parse(&name).unwrap().as_str(), name);
        let [quality, living, number] = name.split('-').collect::<Vec<_>>()[..] else { panic!("{name}") };
        assert!(words::QUALITIES.contains(&quality) && words::LIVING.contains(&living));
        assert!(number.len() == 4 && number.bytes().all(|c| c.is_ascii_digit()));
    }
}

/// Gives the numbers it was given, one after the other.
struct Scripted(Vec<u32>);

impl TryRng for Scripted {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.remove(0))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.0.remove(0)))
    }
    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        to.fill(0);
        Ok(())
    }
}

#[test]
fn draws_that_would_favour_low_numbers_are_drawn_again() {
    // 2^32 - 1 = 429,496 * 10,000 + 7,295: draws from 4,294,960,000 on are unfair.
    assert_eq!(below(&mut Scripted(vec![u32::MAX, 4_294_960_000, 4_294_959_999]), 10_000), 9_999);
    assert_eq!(below(&mut Scripted(vec![0]), 10_000), 0);
}

proptest! {
    #[test]
    fn a_draw_is_below_its_bound(seed: u64, bound in 1_u32..) {
        prop_assert!(below(&mut Seeded(seed), bound) < bound);
    }

    #[test]
    fn separators_and_outer_digits_never_free_a_name(name in prop::sample::select(&["admin", "postmaster", "abuse", "noreply"][..]), cut in 1_usize..4, separator in "[._-]", digits in "[0-9]{0,6}") {
        let disguised = format!("{}{separator}{}{digits}", &name[..cut], &name[cut..]);
        prop_assert!(reserved(&disguised), "{disguised}");
    }

    #[test]
    fn any_name_is_an_answer_and_no_panic(name in "[a-z0-9._-]{0,64}") {
        prop_assert_eq!(reserved(&name), reserved(&format!("-{name}.")));
    }
}
