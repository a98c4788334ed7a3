//! What dialogs cannot show: inputs that are no lines, and TLS.

use std::{net::Ipv4Addr, sync::Arc};

use super::{Action, Input, Protocol, Reply, Session, TlsOffer, reply};
use crate::{
    intake::{
        line::{Behind, Line},
        tcp::Bounds,
        tests::world::{NOW, site},
    },
    ports::Delivery,
};

fn new(protocol: Protocol, tls: TlsOffer) -> Session {
    Session::new(Arc::new(site(protocol, &Bounds::default(), tls)), Ipv4Addr::new(192, 0, 2, 1).into())
}

fn session(tls: TlsOffer) -> Session {
    let session = new(Protocol::Smtp, tls);
    say(session.step(Input::Opened, NOW)).0
}

fn say((session, action): (Session, Action)) -> (Session, Reply) {
    match action {
        Action::Say(reply) => (session, reply),
        _ => panic!("not a plain reply"),
    }
}

fn closes((_, action): (Session, Action)) -> Reply {
    match action {
        Action::Close(reply) => reply,
        _ => panic!("not closed"),
    }
}

fn line(session: Session, line: &str) -> (Session, Action) {
    session.step(Input::Line(Line::Text(line.as_bytes()), Behind::Nothing), NOW)
}

fn text(reply: &Reply) -> String {
    let mut out = Vec::new();
    reply.write(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn deadlines_and_shutdown_end_the_session_at_any_point() {
    assert_eq!(closes(session(TlsOffer::Offered).step(Input::Expired, NOW)), reply::TIMED_OUT);
    assert_eq!(closes(session(TlsOffer::Offered).step(Input::ShuttingDown, NOW)), reply::SHUTTING_DOWN);
    let (identified, _) = line(session(TlsOffer::Offered), "EHLO a.example");
    let (mailing, _) = line(identified, "MAIL FROM:<>");
    assert_eq!(closes(mailing.step(Input::Expired, NOW)), reply::TIMED_OUT);
}

#[test]
fn an_input_that_no_action_asked_for_ends_the_session_and_does_not_panic() {
    assert_eq!(closes(session(TlsOffer::Offered).step(Input::Delivered(Delivery::Stored), NOW)), reply::CONFUSED);
    assert_eq!(closes(session(TlsOffer::Offered).step(Input::Opened, NOW)), reply::CONFUSED);
    let closed = session(TlsOffer::Offered).step(Input::Expired, NOW).0;
    assert_eq!(closes(line(closed, "NOOP")), reply::CONFUSED);
}

#[test]
fn starttls_forgets_what_was_said_in_the_clear_and_is_not_offered_again() {
    let (identified, hello) = say(line(session(TlsOffer::Offered), "EHLO a.example"));
    assert!(text(&hello).contains("STARTTLS\r\n"));
    let (securing, action) = line(identified, "STARTTLS");
    assert!(matches!(action, Action::StartTls(reply) if reply == reply::TLS_READY));
    let (secured, action) = securing.step(Input::Secured("TLSv1.3"), NOW);
    assert!(matches!(action, Action::Listen));
    let (secured, refused) = say(line(secured, "MAIL FROM:<>"));
    assert_eq!(refused, reply::HELLO_FIRST);
    let (secured, hello) = say(line(secured, "EHLO a.example"));
    assert!(!text(&hello).contains("STARTTLS"));
    assert_eq!(say(line(secured, "STARTTLS")).1, reply::TLS_ALREADY);
}

#[test]
fn starttls_is_refused_where_it_is_not_offered_or_a_message_is_on_its_way() {
    let (identified, hello) = say(line(session(TlsOffer::Unavailable), "EHLO a.example"));
    assert!(!text(&hello).contains("STARTTLS"));
    assert_eq!(say(line(identified, "STARTTLS")).1, reply::NO_TLS);
    let (identified, _) = say(line(session(TlsOffer::Offered), "EHLO a.example"));
    let (mailing, _) = say(line(identified, "MAIL FROM:<>"));
    assert_eq!(say(line(mailing, "STARTTLS")).1, reply::MAIL_ALREADY);
}

#[test]
fn a_client_that_does_not_wait_for_the_greeting_gets_none() {
    let session = new(Protocol::Smtp, TlsOffer::Offered);
    assert_eq!(closes(session.step(Input::TalkedFirst, NOW)), reply::TALKED_FIRST);
}

#[test]
fn requiretls_is_offered_and_taken_under_tls_alone() {
    let (identified, hello) = say(line(session(TlsOffer::Offered), "EHLO a.example"));
    assert!(!text(&hello).contains("REQUIRETLS"));
    let (identified, refused) = say(line(identified, "MAIL FROM:<> REQUIRETLS"));
    assert_eq!(refused, reply::TLS_REQUIRED);
    let (securing, _) = line(identified, "STARTTLS");
    let (secured, _) = securing.step(Input::Secured("TLSv1.3"), NOW);
    let (secured, hello) = say(line(secured, "EHLO a.example"));
    assert!(text(&hello).ends_with("250 REQUIRETLS\r\n"));
    assert_eq!(say(line(secured, "MAIL FROM:<> REQUIRETLS")).1, reply::SENDER_OK);
}
