use data_encoding::HEXLOWER;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}

/// RFC 9180 A.2.1 and A.2.1.2: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode.
#[test]
fn the_key_schedule_and_its_exports_are_the_rfcs() {
    let shared_secret = hex("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7");
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let exporter = Exporter::new(SuiteId::of(0x0020), &shared_secret, &info).unwrap();
    assert_eq!(exporter.secret.as_slice(), hex("a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922"));
    for (context, value) in [
        ("", "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e"),
        ("00", "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69"),
        ("54657374436f6e74657874", "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"),
    ] {
        let mut exported = [0; 32];
        exporter.export(&hex(context), &mut exported).unwrap();
        assert_eq!(exported.as_slice(), hex(value));
    }
}

#[test]
fn more_than_the_hash_gives_is_an_error() {
    let exporter = Exporter::new(SuiteId::X_WING, &[1; 32], b"").unwrap();
    assert_eq!(exporter.export(b"", &mut vec![0; 255 * 32]), Ok(()));
    assert_eq!(exporter.export(b"", &mut vec![0; 255 * 32 + 1]), Err(HpkeError::KdfOutputTooLong));
    assert_eq!(exporter.export(b"", &mut vec![0; 1 << 16]), Err(HpkeError::KdfOutputTooLong));
}
