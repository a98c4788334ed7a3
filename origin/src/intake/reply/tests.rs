use super::{Reply, Status, TABLE};
use crate::{
    intake::{data::Fault, session::Protocol},
    ports::{Delivery, Unreachable},
    verdict::{Deferral, Refusal},
};

fn written(reply: &Reply) -> String {
    let mut out = Vec::new();
    reply.write(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn enhanced_codes_are_of_their_codes_class_and_stand_where_rfc_2034_wants_them() {
    let refusals = [
        Refusal::TooLarge { octets: 2, limit: 1 },
        Refusal::Loop { hops: 2, limit: 1 },
        Refusal::BareLineEnding,
        Refusal::HeaderTooLarge { octets: 2, limit: 1 },
        Refusal::TooManyParts { parts: 2, limit: 1 },
        Refusal::TooDeep { depth: 2, limit: 1 },
        Refusal::SpfFail,
        Refusal::SpfSoftfail,
        Refusal::SpfPermerror,
        Refusal::DkimFail,
        Refusal::DkimPermerror,
        Refusal::Dmarc,
        Refusal::DmarcQuarantine,
        Refusal::DmarcNone,
        Refusal::NoAuthor,
    ];
    let deferrals = [
        Deferral::NoRoom,
        Deferral::StoreUnavailable,
        Deferral::InboxFull,
        Deferral::InboxGone,
        Deferral::DnsUnavailable,
    ];
    let unreachable = [Unreachable::Unknown, Unreachable::Expired, Unreachable::Full, Unreachable::Unavailable];
    let replies = TABLE
        .iter()
        .cloned()
        .chain(refusals.map(|refusal| Delivery::Refused(refusal).into()))
        .chain(deferrals.map(|deferral| Delivery::Deferred(deferral).into()))
        .chain(unreachable.map(Reply::from))
        .chain([Fault::LongLine { limit: 1 }.into()]);
    for reply in replies {
        match reply.status {
            Status::None => assert_eq!(reply.code, 354),
            Status::Enhanced(status) => {
                let numbers: Vec<u16> = status.split('.').map(|number| number.parse().unwrap()).collect();
                assert_eq!(numbers.len(), 3, "{reply:?}");
                assert_eq!(numbers[0], reply.code / 100, "{reply:?}");
            }
        }
        assert!(reply.text.is_ascii() && !reply.text.contains(['\r', '\n']), "{reply:?}");
        assert!(written(&reply).len() <= 512, "RFC 5321 §4.5.3.1.5: {reply:?}");
    }
}

#[test]
fn writes_one_line_and_many() {
    assert_eq!(written(&super::OK), "250 2.0.0 OK\r\n");
    assert_eq!(written(&super::GO_AHEAD), "354 End with <CRLF>.<CRLF>\r\n");
    assert_eq!(written(&Reply::greeting("mx.example", Protocol::Smtp)), "220 mx.example ESMTP Mayfly\r\n");
    assert_eq!(
        written(&Reply::hello("mx.example", "\nPIPELINING\n8BITMIME")),
        "250-mx.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
    );
}
