use protocol::{address::Address, name};

use super::*;
use crate::{ports::Draw, registrar::fake::Counting};

fn addressee(address: &str) -> Addressee {
    Addressee::of(Address::parse(address).unwrap().local())
}

#[test]
fn role_addresses_are_the_operators_however_they_are_written() {
    for address in ["postmaster@a.example", "PostMaster@a.example", "abuse@b.example", "Abuse+spam@b.example"] {
        assert_eq!(addressee(address), Addressee::Operator, "{address}");
    }
    for address in ["post.master@a.example", "abuser@a.example", "anna+postmaster@a.example"] {
        assert_eq!(addressee(address), Addressee::Reader, "{address}");
    }
}

#[test]
fn nobody_else_can_have_a_role_address() {
    for role in ROLES {
        assert!(name::is_reserved(&Local::parse(role).unwrap()), "{role}");
    }
}

#[test]
fn the_operators_inbox_is_never_unknown() {
    use Unreachable::{Expired, Full, Unavailable, Unknown};
    assert_eq!([Unknown, Expired, Full].map(|why| Addressee::Reader.unreachable(why)), [Unknown, Expired, Full]);
    let operators = [Unknown, Expired, Full, Unavailable].map(|why| Addressee::Operator.unreachable(why));
    assert_eq!(operators, [Unavailable, Unavailable, Full, Unavailable]);
}

#[test]
fn public_keys_are_read_as_they_are_written_and_hold_no_secret() {
    let capability = Capability::from_bytes([7; 32]);
    let keys = PublicKeys::of(&capability);
    let text = keys.to_string();
    assert_eq!(text.len(), 1 + 1664);
    assert_eq!(text.parse::<PublicKeys>().unwrap(), keys);
    assert_eq!(keys.inbox_id(), capability.inbox_id());
    assert!(!text.contains(&capability.to_text()[1..]));
    assert_eq!(format!("{keys:?}"), "PublicKeys(…)");
}

#[test]
fn what_is_no_public_keys_is_refused() {
    let text = PublicKeys::of(&Capability::from_bytes([7; 32])).to_string();
    let capability = Capability::from_bytes([7; 32]).to_text();
    for wrong in
        ["", "i", &text[1..], &text[..text.len() - 1], &format!("{text}A"), &capability, &text.replace('A', "!")]
    {
        assert_eq!(wrong.parse::<PublicKeys>(), Err(NotPublicKeys), "{wrong}");
    }
}

#[test]
fn its_address_is_sealed_to_the_operator() {
    let capability = Capability::from_bytes([7; 32]);
    let host = Domain::parse("mx.mayfly.example").unwrap();
    let inbox = StandingInbox::new(PublicKeys::of(&capability), Holder::Operator, host);
    let now = Timestamp::from_millis(1_000);
    let made = inbox.made(&AddressHasher::new(&[1; 32]), now, &mut Draw(&Counting::default()));
    assert_eq!((made.id, made.expires_at), (capability.inbox_id(), now.plus(INBOX_LIFE)));
    let opened = capability.key_pair().open(&Binding::address(made.id), Part::Address, &made.sealed_address).unwrap();
    assert_eq!(&*opened.inflate(1_000).unwrap(), b"postmaster@mx.mayfly.example");
}
