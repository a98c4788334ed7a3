use proptest::prelude::*;

use super::*;
use crate::judge::parts;

/// What RFC 5965 Appendix B.1 has.
const LEAST: &str = "Feedback-Type: abuse\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n";

/// What its Appendix B.2 has.
const FULL: &str = "Feedback-Type: abuse\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n\
    Original-Mail-From: <somespammer@example.net>\r\nOriginal-Rcpt-To: <user@example.com>\r\n\
    Arrival-Date: Thu, 8 Mar 2005 14:00:00 -0400\r\nReporting-MTA: dns; mail.example.com\r\nSource-IP: 192.0.2.1\r\n\
    Authentication-Results: mail.example.com;\r\n\tspf=fail smtp.mail=somespammer@example.com\r\n\
    Reported-Domain: example.net\r\nReported-Uri: http://example.net/earn_money.html\r\n\
    Reported-Uri: mailto:user@example.com\r\nRemoval-Recipient: user@example.com\r\n";

fn message(report_type: &str, body: &str) -> String {
    format!(
        "From: <abusedesk@example.com>\r\nSubject: FW: Earn money\r\nTo: <abuse@example.net>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report;{report_type}\r\n boundary=\"part1_13d.2e68ed54_boundary\"\r\n\r\n\
         --part1_13d.2e68ed54_boundary\r\nContent-Type: text/plain; charset=\"US-ASCII\"\r\n\r\n\
         This is an email abuse report for an email message received from IP\r\n192.0.2.1.\r\n\r\n\
         --part1_13d.2e68ed54_boundary\r\nContent-Type: message/feedback-report\r\n\r\n{body}\r\n\
         --part1_13d.2e68ed54_boundary\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n\
         From: <somespammer@example.net>\r\nSubject: Earn money\r\n\r\nSpam Spam Spam\r\n\
         --part1_13d.2e68ed54_boundary--\r\n"
    )
}

fn read_message(text: &str) -> Option<FeedbackReport> {
    let raw = text.as_bytes();
    read(raw, raw, &parts::split(raw, 0).unwrap())
}

fn read_body(body: &str) -> Option<FeedbackReport> {
    read_message(&message(" report-type=feedback-report;", body))
}

#[test]
fn the_least_report_is_understood() {
    let report = read_body(LEAST).unwrap();
    let expected = FeedbackReport {
        kind: FeedbackKind::Abuse,
        user_agent: "SomeGenerator/1.0".to_owned(),
        version: "1".to_owned(),
        incidents: 1,
        ..FeedbackReport::default()
    };
    assert!(report == expected);
}

#[test]
fn the_full_report_is_understood() {
    let report = read_body(FULL).unwrap();
    assert_eq!(report.reported_domains, ["example.net"]);
    assert_eq!(report.source_ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(report.arrived_at.map(|at| at.to_string()).as_deref(), Some("2005-03-08T18:00:00.000Z"));
    assert_eq!(report.original_mail_from.as_deref(), Some("somespammer@example.net"));
    assert_eq!((report.original_recipients, report.incidents), (1, 1));
}

#[test]
fn every_type_is_known_and_any_other_is_other() {
    for (text, kind) in [
        ("abuse", FeedbackKind::Abuse),
        ("Fraud", FeedbackKind::Fraud),
        ("virus", FeedbackKind::Virus),
        ("other", FeedbackKind::Other),
        ("not-spam", FeedbackKind::NotSpam),
        ("auth-failure", FeedbackKind::AuthFailure),
        ("dmarc", FeedbackKind::Other),
    ] {
        assert_eq!(read_body(&LEAST.replace("abuse", text)).unwrap().kind, kind, "{text}");
    }
}

#[test]
fn a_report_that_breaks_the_rules_is_none() {
    for (what, body) in [
        ("no type", LEAST.replace("Feedback-Type", "X-Type")),
        ("no agent", LEAST.replace("User-Agent", "X-Agent")),
        ("no version", LEAST.replace("Version", "X-Version")),
        ("a version that is none", LEAST.replace(": 1", ": one")),
        ("two types", format!("{LEAST}Feedback-Type: fraud\r\n")),
        ("two sources", format!("{FULL}Source-IP: 192.0.2.2\r\n")),
        ("two dates", format!("{FULL}Received-Date: Thu, 8 Mar 2005 14:00:00 -0400\r\n")),
        ("incidents that are none", format!("{LEAST}Incidents: many\r\n")),
        ("too long", format!("{LEAST}X-Long: {}\r\n", "a".repeat(REPORT_OCTETS))),
        ("nothing", String::new()),
    ] {
        assert!(read_body(&body).is_none(), "{what}");
    }
}

#[test]
fn only_a_message_that_says_so_is_a_report() {
    let full = message(" report-type=feedback-report;", FULL);
    assert!(read_message(&full).is_some());
    assert!(read_message(&full.replace("feedback-report;", "\"Feedback-Report\";")).is_some());
    assert!(read_message(&message("", FULL)).is_none());
    assert!(read_message(&message(" report-type=delivery-status;", FULL)).is_none());
    assert!(read_message(&full.replace("multipart/report", "multipart/mixed")).is_none());
    assert!(read_message(&full.replace("message/feedback-report", "text/plain")).is_none());
    assert!(read_message(FULL).is_none());
}

#[test]
fn what_is_said_beside_the_rules_is_left_out_or_bounded() {
    let body = format!(
        "{LEAST}Received-Date: Thu, 8 Mar 2005 14:00:00 -0400\r\nSource-IP: IPv6:2001:DB8::1\r\nIncidents: 10\r\n\
         {}Reported-Domain: not a domain\r\nOriginal-Rcpt-To: <a@b.example>\r\nOriginal-Rcpt-To: <c@b.example>\r\n",
        "Reported-Domain: b.example\r\n".repeat(REPORT_DOMAINS + 1)
    );
    let report = read_body(&body.replace("SomeGenerator", &"a".repeat(9_999))).unwrap();
    assert!(report.arrived_at.is_some());
    assert_eq!(report.source_ip.as_deref(), Some("2001:db8::1"));
    assert_eq!((report.incidents, report.original_recipients), (10, 2));
    assert_eq!((report.reported_domains.len(), report.user_agent.len()), (REPORT_DOMAINS, REPORT_TEXT_OCTETS));
    let report = read_body(&format!("{LEAST}Source-IP: nowhere\r\nArrival-Date: once\r\n")).unwrap();
    assert!(report.source_ip.is_none() && report.arrived_at.is_none());
}

proptest! {
    #[test]
    fn nothing_that_a_report_holds_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = report(&[LEAST.as_bytes(), &body].concat());
        let _ = report(&body);
    }
}
