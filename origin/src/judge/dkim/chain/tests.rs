use super::*;

fn set(instance: usize, before: &str) -> String {
    format!(
        "ARC-Seal: i={instance}; cv={before}; a=rsa-sha256; d=list.example; s=one; b=AAAA\r\n\
         ARC-Message-Signature: i={instance}; a=rsa-sha256; d=list.example; s=one; h=from; bh=AAAA; b=AAAA\r\n\
         ARC-Authentication-Results: i={instance}; list.example; dkim=pass\r\n"
    )
}

fn found(header: &str) -> Option<usize> {
    let raw = format!("{header}From: a@b.example\r\n\r\n");
    match find(&Message::read(raw.as_bytes()).unwrap()) {
        Found::Nothing => Some(0),
        Found::Broken => None,
        Found::Sets(sets) => Some(sets.len()),
    }
}

fn chain(length: usize) -> String {
    (1..=length).rev().map(|instance| set(instance, if instance == 1 { "none" } else { "pass" })).collect()
}

#[test]
fn sets_are_found_in_whatever_order_they_stand() {
    assert_eq!(found(""), Some(0));
    assert_eq!(found(&chain(3)), Some(3));
    assert_eq!(found(&format!("{}{}", set(1, "none"), set(2, "pass"))), Some(2));
    assert_eq!(found(&chain(ARC_SETS)), Some(ARC_SETS));
}

#[test]
fn what_is_no_chain_is_broken() {
    assert_eq!(found(&chain(ARC_SETS + 1)), None);
    assert_eq!(found(&set(2, "pass")), None);
    assert_eq!(found(&set(1, "pass")), None);
    assert_eq!(found(&format!("{}{}", set(2, "fail"), set(1, "none"))), None);
    assert_eq!(found(&format!("{}{}", set(2, "none"), set(1, "none"))), None);
    assert_eq!(found(&format!("{}{}", set(1, "none"), set(1, "none"))), None);
    for name in ["ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results"] {
        assert_eq!(found(&chain(2).replacen(name, "X", 1)), None, "{name}");
    }
    assert_eq!(found(&chain(1).replace("cv=none;", "cv=none; h=from;")), None);
    assert_eq!(found(&chain(1).replace("rsa-sha256", "rsa-sha1")), None);
}
