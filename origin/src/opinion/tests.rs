use std::net::Ipv4Addr;

use protocol::message::Outcome;

use super::*;
use crate::{
    judge::spf::{Identity, Reason},
    mail::Secret,
    policy::OnFail,
};

const MAIL: &[u8] = b"From: Shop <hello@shop.example>\r\nSubject: Your code\r\n\r\nYour code is 482913.\r\n.\r\n";

fn letter() -> Letter {
    let hop = Hop { client: Ipv4Addr::new(192, 0, 2, 1).into(), helo: Secret("mx.shop.example".to_owned()), tls: None };
    let raw = take_in(MAIL, 10_000).unwrap();
    assert_eq!(raw.as_slice(), MAIL, "dots are stuffed and unstuffed");
    Letter::new(raw, ReversePath::Mailbox(Secret("a@shop.example".to_owned())), hop, Timestamp::from_millis(0))
}

fn disowned() -> Evidence {
    let finding = |identity, domain: &str| Finding {
        identity,
        domain: domain.to_owned(),
        outcome: Outcome::Fail,
        reason: Reason::Matched { directive: 2 },
        explanation: None,
    };
    Evidence {
        spf: Spf::Both {
            helo: finding(Identity::Helo, "mx.shop.example"),
            mail_from: finding(Identity::MailFrom, "shop.example"),
        },
        dkim: Dkim::Checked(Vec::new()),
        dmarc: Dmarc::Disowned { author: "shop.example".to_owned(), asked: Asked::Reject },
        ..Evidence::default()
    }
}

#[test]
fn a_refusal_is_told_with_its_reason_its_reply_and_what_it_was_about() {
    let opinion = letter().opinion(&disowned(), Policy::default(), "mx.example");
    assert_eq!(opinion["verdict"]["decision"], "refused");
    assert_eq!(opinion["verdict"]["reason"], "dmarc");
    assert!(opinion["verdict"]["reply"].as_str().unwrap().starts_with("550 5.7.1 "));
    assert_eq!(opinion["evidence"]["spf"]["mail_from"]["reason"], "directive 2 matched");
    assert_eq!(opinion["evidence"]["dmarc"]["asked"], "reject");
    let field = opinion["authentication_results"].as_str().unwrap();
    assert!(field.starts_with("Authentication-Results: mx.example; spf=fail"), "{field}");
    assert_eq!(opinion["message"]["codes"][0], "482913");
    assert_eq!(opinion["message"]["from"]["address"], "hello@shop.example");
}

#[test]
fn the_policy_is_what_decides() {
    let policy = Policy { dmarc_reject: OnFail::Tag, ..Policy::default() };
    let opinion = letter().opinion(&disowned(), policy, "mx.example");
    assert_eq!(opinion["verdict"]["decision"], "accepted");
    let opinion = letter().opinion(&Evidence::default(), Policy::default(), "mx.example");
    assert_eq!(opinion["verdict"]["decision"], "accepted");
    assert_eq!(opinion["evidence"]["dkim"]["reason"], "not checked");
}

#[test]
fn a_file_with_plain_line_ends_is_read_as_if_they_were_crlf() {
    let raw = take_in(b"Subject: x\n\n.text", 100).unwrap();
    assert_eq!(raw.as_slice(), b"Subject: x\r\n\r\n.text\r\n");
}

#[test]
fn what_no_session_takes_is_refused_for_that() {
    for (mail, limit, reason) in [
        (&b"Subject: x\r\n\r\nbare\nline\r\n"[..], 100, "bare_line_ending"),
        (&b"Subject: x\r\n\r\nlong\r\n"[..], 10, "too_large"),
        (&b"Subject: x\r\n\r\nnul\0\r\n"[..], 100, "bare_line_ending"),
    ] {
        let said = untaken(take_in(mail, limit).unwrap_err());
        assert_eq!(said["verdict"]["reason"], reason);
    }
}
