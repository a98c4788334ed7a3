use proptest::prelude::*;
use protocol::time::Timestamp;

use super::*;
use crate::{
    judge::{Algorithm, Chain, Detail, spf::Reason},
    mail::{Hop, ReversePath, Secret},
};

const HOST: &str = "mx.mayfly.test";

fn finding(domain: &str) -> Finding {
    let (identity, outcome, reason) = (Identity::MailFrom, Outcome::Pass, Reason::NothingMatched);
    Finding { identity, domain: domain.to_owned(), outcome, reason, explanation: None }
}

fn signed(domain: &str, outcome: Outcome, covers: Covers) -> Signature {
    let detail = Detail { algorithm: Algorithm::RsaSha256, begins: "AbC/d+e=".to_owned(), key: Standing::InUse };
    Signature { domain: domain.to_owned(), selector: "one".to_owned(), outcome, covers, detail }
}

fn evidence() -> Evidence {
    let (helo, mail_from) = (finding("mta.example"), finding("shop.example"));
    Evidence {
        spf: Spf::Both { helo, mail_from },
        dkim: Dkim::Checked(vec![signed("shop.example", Outcome::Pass, Covers::Whole)]),
        arc: Chain::Sealed(Outcome::Fail),
        dmarc: Dmarc::Vouched { author: "shop.example".to_owned(), by: "shop.example".to_owned() },
    }
}

fn received(trace: &str, sent: &str) -> Received {
    Received {
        reverse_path: ReversePath::Null,
        recipients: Vec::new(),
        raw: format!("{trace}{sent}").into_bytes().into(),
        trace_len: trace.len(),
        hop: Hop { client: std::net::Ipv4Addr::new(192, 0, 2, 1).into(), helo: Secret(String::new()), tls: None },
        received_at: Timestamp::from_millis(0),
    }
}

/// Trace fields and message after they were stamped.
fn stamped(trace: &str, sent: &str) -> (String, String) {
    let mut message = received(trace, sent);
    stamp(&mut message, &Evidence::default(), HOST);
    let (trace, sent) = message.raw.split_at(message.trace_len);
    (String::from_utf8(trace.to_vec()).unwrap(), String::from_utf8(sent.to_vec()).unwrap())
}

const NONE: &str = "Authentication-Results: mx.mayfly.test;\r\n\tnone\r\n";

#[test]
fn results_stand_on_lines_of_their_own() {
    assert_eq!(
        field(&evidence(), HOST),
        "Authentication-Results: mx.mayfly.test;\r\n\tspf=pass smtp.mailfrom=shop.example;\r\n\
         \tdmarc=pass header.from=shop.example;\r\n\tarc=fail;\r\n\
         \tdkim=pass header.d=shop.example header.s=one header.a=rsa-sha256\r\n\theader.b=\"AbC/d+e=\"\r\n"
    );
    assert_eq!(field(&Evidence::default(), HOST), NONE);
}

#[test]
fn a_signature_that_is_not_relied_on_says_why() {
    let of = |signatures| field(&Evidence { dkim: Dkim::Checked(signatures), ..Evidence::default() }, HOST);
    let text = of(vec![signed("shop.example", Outcome::Pass, Covers::Beginning)]);
    assert!(text.contains("\tdkim=policy reason=\"signed in part\" header.d=shop.example"), "{text}");
    let mut in_trial = signed("shop.example", Outcome::Neutral, Covers::Whole);
    in_trial.detail.key = Standing::InTrial;
    assert!(of(vec![in_trial]).contains("\tdkim=neutral reason=\"key in trial\" header.d=shop.example"));
    assert!(of(Vec::new()).ends_with(";\r\n\tdkim=none\r\n"));
    let nameless = Signature { selector: String::new(), ..signed("", Outcome::Permerror, Covers::Whole) };
    assert!(of(vec![nameless]).contains("\tdkim=permerror header.a=rsa-sha256 header.b="));
}

#[test]
fn what_no_value_may_hold_is_left_out() {
    assert_eq!(value("shop.example").unwrap(), "shop.example");
    assert_eq!(value("a \"b\\; c").unwrap(), "\"a \\\"b\\\\; c\"");
    for text in ["a\r\nX: y", "a\0", "a\u{7f}", "bücher"] {
        assert_eq!(value(text), None, "{text:?}");
    }
    let evidence = Evidence { spf: Spf::Helo(finding("shop.example;\r\n dkim=pass")), ..Evidence::default() };
    assert!(!field(&evidence, HOST).contains("dkim"));
}

#[test]
fn many_results_end_at_the_bound() {
    let name = format!("{}.example", ["x".repeat(60).as_str(); 4].join("."));
    let signatures = vec![signed(&name, Outcome::Pass, Covers::Whole); 8];
    let text = field(&Evidence { dkim: Dkim::Checked(signatures), ..evidence() }, HOST);
    assert!(text.len() <= RESULTS_OCTETS && text.ends_with("\r\n"), "{text}");
    assert!(text.matches("dkim=pass").count() >= 4 && text.contains("dmarc=pass"), "{text}");
}

#[test]
fn our_field_follows_the_return_path() {
    let trace = "Return-Path: <a@b.example>\r\nReceived: from c\r\n\tby d; e\r\n";
    let (trace, sent) = stamped(trace, "Subject: A\r\n\r\nBody.\r\n");
    assert_eq!(trace, format!("Return-Path: <a@b.example>\r\n{NONE}Received: from c\r\n\tby d; e\r\n"));
    assert_eq!(sent, "Subject: A\r\n\r\nBody.\r\n");
    assert_eq!(stamped("", "Subject: A\r\n\r\n").0, NONE);
    assert_eq!(stamped("Received: x\r\n", "").0, format!("{NONE}Received: x\r\n"));
}

#[test]
fn what_speaks_in_our_name_is_taken_out() {
    for forged in [
        "Authentication-Results: mx.mayfly.test; dkim=pass\r\n",
        "authentication-results:MX.Mayfly.Test 1; dkim=pass\r\n",
        "Authentication-Results :\r\n\t (it (was) \\) us)\r\n \"mx.mayfly\\.test\" ; dkim=pass\r\n",
        "Authentication-Results: mx.mayfly.test.\r\n",
        "Authentication-Results: mx.mayfly.test(yes);none\r\n",
        "Authentication-Results: (without end mx.mayfly.test; dkim=pass\r\n",
        "Authentication-Results: \"mx.mayfly.test; dkim=pass\r\n",
        "Authentication-Results:\r\n",
        "Authentication-Results: =?utf-8?q?mx=2Emayfly=2Etest=3B?= dkim=pass\r\n",
        "Authentication-Results: (=?utf-8?q?)?= mx.mayfly.test; dkim=pass (=?utf-8?q?)?= other.example; none\r\n",
        "Return-Path: <eve@evil.example>\r\n",
        "RETURN-PATH : <>\r\n",
    ] {
        let (_, sent) = stamped("Received: x\r\n", &format!("A: 1\r\n{forged}{forged}B: 2\r\n{forged}\r\n{forged}"));
        assert_eq!(sent, format!("A: 1\r\nB: 2\r\n\r\n{forged}"), "{forged}");
    }
}

#[test]
fn no_field_says_in_our_name_what_is_said_in_a_readers_text() {
    let sent = "Authentication-Results: =?utf-8?q?mx=2Emayfly=2Etest=3B?= dkim=pass\r\nSubject: A\r\n\r\n";
    let mut message = received("Received: x\r\n", sent);
    stamp(&mut message, &Evidence::default(), HOST);
    let section = section(&message.raw, 0, |_| false).header;
    let shown = crate::judge::heading::read(&message.raw[section]).shown;
    let said: Vec<_> = shown.iter().filter(|header| header.name == "Authentication-Results").collect();
    assert_eq!(said.iter().map(|header| header.value.as_str()).collect::<Vec<_>>(), ["mx.mayfly.test; none"]);
}

#[test]
fn what_others_say_stays() {
    for kept in [
        "Authentication-Results: mx.elsewhere.example; dkim=pass\r\n",
        "Authentication-Results: mx.mayfly.test.elsewhere.example; dkim=pass\r\n",
        "Authentication-Results: other.example (mx.mayfly.test); dkim=pass\r\n",
        "ARC-Authentication-Results: i=1; mx.mayfly.test; dkim=pass\r\n",
        "X-Authentication-Results: mx.mayfly.test; dkim=pass\r\n",
        "Subject: Authentication-Results: mx.mayfly.test\r\n",
    ] {
        let message = format!("{kept}\r\nBody.\r\n");
        assert_eq!(stamped("Received: x\r\n", &message).1, message);
    }
}

#[test]
fn a_name_in_other_letters_is_the_same_in_ascii() {
    assert!(is_forged("Authentication-Results: bücher.example; none\r\n".as_bytes(), "xn--bcher-kva.example"));
}

#[test]
fn the_buffer_stays_where_it_is_while_there_is_room() {
    let mut message = received("Received: x\r\n", "Subject: A\r\n\r\nBody.\r\n");
    let mut roomy = Plaintext::with_capacity(message.raw.len() + RESULTS_OCTETS);
    roomy.extend_from_slice(&message.raw);
    message.raw = roomy;
    let place = message.raw.as_ptr();
    stamp(&mut message, &evidence(), HOST);
    assert_eq!(message.raw.as_ptr(), place);
    assert!(message.raw.ends_with(b"Received: x\r\nSubject: A\r\n\r\nBody.\r\n"));
}

#[test]
fn a_header_that_is_too_long_is_left_alone() {
    let sent = format!("Return-Path: x\r\nX: {}\r\n\r\n", "x".repeat(HEADER_OCTETS));
    assert_eq!(stamped("Received: x\r\n", &sent), ("Received: x\r\n".to_owned(), sent));
}

/// Words between semicolons that are not within quotes: what a reader takes for results.
fn results(field: &str) -> Vec<String> {
    let (mut results, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in field.replace("\r\n\t", " ").trim_end().chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ';' if !quoted => results.push(String::new()),
            _ => {}
        }
        results.last_mut().unwrap().push(c);
    }
    results
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_sender_adds_no_result_and_no_field(domain in "\\PC{0,20}", selector in any::<String>(), begins in any::<String>()) {
        let mut signature = signed(&domain, Outcome::Fail, Covers::Whole);
        signature.selector = selector;
        signature.detail.begins = begins;
        let dmarc = Dmarc::Disowned { author: domain.clone(), asked: crate::judge::Asked::Reject };
        let (spf, dkim) = (Spf::Helo(finding(&domain)), Dkim::Checked(vec![signature]));
        let field = field(&Evidence { spf, dkim, dmarc, ..Evidence::default() }, HOST);
        prop_assert!(field.is_ascii() && field.len() <= RESULTS_OCTETS);
        prop_assert_eq!(field.matches("\r\n").count(), 1 + field.matches("\r\n\t").count());
        let results = results(&field);
        prop_assert_eq!(results.len(), 4);
        for (result, method) in results[1..].iter().zip([" spf=pass", " dmarc=fail", " dkim=fail"]) {
            prop_assert!(result.trim_start_matches(';').starts_with(method), "{}", result);
        }
    }

    #[test]
    fn nothing_else_is_changed(sent in "((Return-Path|Authentication-Results|A)(:|: (mx.mayfly.test|\\(|other));?x?\r\n|\t\r\n|x\r\n){0,8}(\r\n)?[a-z\r\n]{0,20}") {
        let (trace, kept) = stamped("Return-Path: <>\r\nReceived: x\r\n", &sent);
        prop_assert!(trace.starts_with("Return-Path: <>\r\nAuth") && trace.ends_with("Received: x\r\n"));
        let header = section(sent.as_bytes(), 0, |_| false).header;
        let expected: String = spans(&sent.as_bytes()[header.clone()])
            .map(|span| &sent[span])
            .filter(|lines| !is_forged(lines.as_bytes(), HOST))
            .chain([&sent[header.end..]])
            .collect();
        prop_assert_eq!(kept, expected);
    }
}
