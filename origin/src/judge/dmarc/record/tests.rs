use proptest::prelude::*;

use super::*;

fn stated(own: Asked, below: Asked, absent: Asked) -> Requests {
    Requests::Stated { own, below, absent }
}

fn requests(text: &str) -> Option<Requests> {
    Record::parse(text.as_bytes()).map(|record| record.requests)
}

#[test]
fn only_what_begins_with_this_version_is_a_record() {
    for record in ["v=DMARC1", "v=DMARC1;", "v = DMARC1 ; p=none", "V=DMARC1;p=none", "\tv=DMARC1; p=none"] {
        assert!(Record::parse(record.as_bytes()).is_some(), "{record}");
    }
    for other in [
        "",
        ";",
        "v",
        "v=",
        "v=dmarc1; p=none",
        "v=DMARC2; p=none",
        "v=DMARC1 p=none",
        "p=none; v=DMARC1",
        "v=spf1 -all",
    ] {
        assert!(Record::parse(other.as_bytes()).is_none(), "{other}");
    }
}

#[test]
fn requests_fall_back_from_np_to_sp_to_p() {
    use Asked::{Nothing, Quarantine, Reject};
    let table = [
        ("v=DMARC1; p=none", stated(Nothing, Nothing, Nothing)),
        ("v=DMARC1;p=REJECT", stated(Reject, Reject, Reject)),
        ("v=DMARC1; P = Quarantine ; rua=mailto:a@b.example", stated(Quarantine, Quarantine, Quarantine)),
        ("v=DMARC1; p=reject; sp=quarantine", stated(Reject, Quarantine, Quarantine)),
        ("v=DMARC1; p=none; np=reject", stated(Nothing, Nothing, Reject)),
        ("v=DMARC1; np=none; sp=reject; p=quarantine", stated(Quarantine, Reject, Nothing)),
        // What was before, what is for reports, what nobody knows.
        ("v=DMARC1; pct=0; ri=1; rf=x; fo=1:d:s; ruf=!; x=y; p=reject; =; ;", stated(Reject, Reject, Reject)),
        // RFC 9989 §4.7: `t=y` takes one level off each.
        ("v=DMARC1; p=reject; sp=quarantine; np=none; t=y", stated(Quarantine, Nothing, Nothing)),
        ("v=DMARC1; t=n; p=reject", stated(Reject, Reject, Reject)),
        ("v=DMARC1; t=yes; p=reject", stated(Reject, Reject, Reject)),
        ("v=DMARC1; p=reject; p=none", stated(Reject, Reject, Reject)),
    ];
    for (text, wanted) in table {
        assert_eq!(requests(text), Some(wanted), "{text}");
    }
}

#[test]
fn what_cannot_be_read_asks_for_nothing_or_does_not_count() {
    use Asked::Nothing;
    for broken in ["", "p=", "p=rejct;", "p", "p=reject; sp=quarantin;", "p=reject; np=;", "sp=reject;"] {
        for (reports, wanted) in [
            ("", Requests::Unreadable),
            ("rua=", Requests::Unreadable),
            ("rua=somewhere", Requests::Unreadable),
            ("rua=mailto:", Requests::Unreadable),
            ("rua=1x:y, a b:c", Requests::Unreadable),
            ("rua=mailto:d@example.com", stated(Nothing, Nothing, Nothing)),
            ("rua=nowhere, mailto:d@example.com!10m", stated(Nothing, Nothing, Nothing)),
        ] {
            let text = format!("v=DMARC1; {broken} ; {reports}");
            assert_eq!(requests(&text), Some(wanted), "{text}");
        }
    }
}

#[test]
fn alignment_and_rank_are_read_or_default() {
    let read = |text: &str| {
        let record = Record::parse(format!("v=DMARC1; p=none; {text}").as_bytes()).unwrap();
        (record.dkim, record.spf, record.rank)
    };
    use Alignment::{Relaxed, Strict};
    assert_eq!(read(""), (Relaxed, Relaxed, Rank::Unsaid));
    assert_eq!(read("adkim=s; aspf=r; psd=n"), (Strict, Relaxed, Rank::Organization));
    assert_eq!(read("adkim=R; aspf=S; psd=Y"), (Relaxed, Strict, Rank::Suffix));
    assert_eq!(read("adkim=strict; aspf=; psd=u"), (Relaxed, Relaxed, Rank::Unsaid));
    assert_eq!(read("psd=yes"), (Relaxed, Relaxed, Rank::Unsaid));
}

#[test]
fn of_several_records_none_counts() {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    assert!(Record::choose(&texts(&[])).is_none());
    assert!(Record::choose(&texts(&["v=spf1 -all", "v=DMARC1; p=none", "x"])).is_some());
    assert!(Record::choose(&texts(&["v=DMARC1; p=none", "v=DMARC1; p=reject"])).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_octets_are_a_record_or_none(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Record::parse(&octets);
        let record = Record::parse(&[b"v=DMARC1;".as_slice(), &octets].concat());
        prop_assert!(record.is_some());
    }

    #[test]
    fn any_tags_are_read(text in "((p|sp|np|t|psd|adkim|aspf|rua|v)|=|;| |none|reject|quarantine|y|n|s|mailto:a@b|\\PC){0,30}") {
        let record = Record::parse(format!("v=DMARC1;{text}").as_bytes());
        prop_assert!(record.is_some());
    }
}
