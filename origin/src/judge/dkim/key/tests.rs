use data_encoding::BASE64;

use super::*;

/// An RSA key of so many bits, without arithmetic: PKCS #1 (RFC 8017 §A.1.1).
fn rsa(bits: usize) -> String {
    let octets = u16::try_from(bits / 8 + 1).unwrap().to_be_bytes();
    let rest = u16::try_from(bits / 8 + 1 + 4 + 5).unwrap().to_be_bytes();
    let modulus = [&[0], vec![0xff; bits / 8].as_slice()].concat();
    let der = [&[0x30, 0x82], &rest[..], &[0x02, 0x82], &octets, &modulus, &[0x02, 3, 1, 0, 1]].concat();
    BASE64.encode(&der)
}

fn why(record: &str) -> Option<NoKey> {
    Key::read(record.as_bytes()).err()
}

#[test]
fn keys_are_believed_from_1024_to_4096_bits() {
    for bits in [1024, 2048, 4096] {
        assert_eq!(why(&format!("v=DKIM1; p={}", rsa(bits))), None, "{bits}");
    }
    for bits in [512, 768, 1016, 8192] {
        assert_eq!(why(&format!("v=DKIM1; p={}", rsa(bits))), Some(NoKey::Size { bits }), "{bits}");
    }
}

#[test]
fn records_say_what_a_key_is_for() {
    let key = rsa(2048);
    let with = |tags: &str| why(&format!("{tags}p={key}"));
    for tags in ["", "k=rsa;", "h=sha1:sha256;", "s=email;", "s=*;", "s=other:email;", "n=a note;", "t=y:s;"] {
        assert_eq!(with(tags), None, "{tags}");
    }
    for tags in ["h=sha1;", "s=other;", "k=dsa;"] {
        assert_eq!(with(tags), Some(NoKey::OtherUse), "{tags}");
    }
    for tags in ["v=DKIM2;", "k=rsa; v=DKIM1;", "s=email; s=*;", "nothing;"] {
        assert_eq!(with(tags), Some(NoKey::Syntax), "{tags}");
    }
    assert_eq!(why("v=DKIM1; p="), Some(NoKey::Revoked));
    assert_eq!(why("v=DKIM1"), Some(NoKey::Syntax));
    assert_eq!(why("v=spf1 -all"), Some(NoKey::Syntax));
    assert_eq!(why(&format!("k=ed25519; p={}", BASE64.encode(&[1; 31]))), Some(NoKey::Syntax));
    assert_eq!(why(&format!("p={key};n={}", "x".repeat(KEY_RECORD_OCTETS))), Some(NoKey::Syntax));
}

#[test]
fn flags_are_kept() {
    let key = |tags: &str| Key::read(format!("{tags}p={}", rsa(1024)).as_bytes()).unwrap();
    let (plain, flagged) = (key(""), key("t=s:y;"));
    assert_eq!((plain.standing, plain.names), (Standing::InUse, Names::Below));
    assert_eq!((flagged.standing, flagged.names), (Standing::InTrial, Names::Exactly));
    assert!(plain.makes(Algorithm::RsaSha256) && !plain.makes(Algorithm::Ed25519Sha256));
    assert!(!plain.makes(Algorithm::RsaSha1));
}

#[test]
fn of_several_records_the_first_that_can_be_used_is_the_key() {
    let records = |texts: &[&str]| Lookup::Records(texts.iter().map(|text| text.as_bytes().to_vec()).collect());
    let key = format!("p={}", rsa(1024));
    assert!(Key::choose(&records(&["v=spf1 -all", &key])).is_ok());
    assert_eq!(Key::choose(&records(&["p=", "x"])).err(), Some(NoKey::Revoked));
    assert_eq!(Key::choose(&records(&["a", "b", "c", "d", &key])).err(), Some(NoKey::Syntax));
    assert_eq!(Key::choose(&Lookup::NoRecords).err(), Some(NoKey::Missing));
    assert_eq!(Key::choose(&Lookup::NoSuchName).err(), Some(NoKey::Missing));
    assert_eq!(Key::choose(&Lookup::Failed).err(), Some(NoKey::Dns));
}
