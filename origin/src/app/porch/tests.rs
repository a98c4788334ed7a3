use std::{path::Path, time::Duration};

use protocol::time::Millis;
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, time::timeout};

use super::*;
use crate::{
    app::{
        StartError,
        tests::{address, anywhere, hear, send, started},
    },
    config::{Config, Dns, Lmtp},
    handover::{Refusal, Room, VERSION, unix::knock},
};

const SOON: Duration = Duration::from_secs(30);

/// An origin whose content passes at `folder`.
fn passing(folder: &Path) -> Config {
    let mut config = anywhere();
    config.dns = Dns::Off;
    config.handover = Handover::Socket { path: folder.join("handover"), wait: Millis::from_millis(0) };
    config.lmtp = Lmtp::Socket { path: folder.join("lmtp"), mode: 0o600 };
    config
}

/// Sends a message to postmaster, and sees it accepted.
async fn deliver(bound: &Value, subject: &str) {
    let mut session = send(address(bound, "smtp"), "").await;
    hear(&mut session, "220 ").await;
    session.write_all(b"HELO mta.example\r\n").await.unwrap();
    hear(&mut session, "250 ").await;
    session.write_all(b"MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n").await.unwrap();
    hear(&mut session, "354 ").await;
    session.write_all(format!("Subject: {subject}\r\n\r\n.\r\n").as_bytes()).await.unwrap();
    hear(&mut session, "250 2.0.0 Message accepted").await;
}

/// The subjects that the operator reads.
async fn subjects(bound: &Value) -> Vec<String> {
    let mut door = send(address(bound, "operator"), "GET /inbox HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await;
    let told = hear(&mut door, "\"}").await;
    let told: Value = serde_json::from_str(&told[told.find('{').unwrap()..]).unwrap();
    let (id, capability) = (told["id"].as_str().unwrap(), told["capability"].as_str().unwrap());
    let ask =
        format!("GET /v1/inboxes/{id}/messages HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {capability}\r\n\r\n");
    let mut reader = send(address(bound, "http"), &ask).await;
    let heard = hear(&mut reader, "\"cursor\"").await;
    let told = heard.split("\"subject\":\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    told.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_that_was_accepted_is_read_at_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _end, elder) = started(passing(folder.path())).await;
    deliver(&first, "One").await;
    let (second, end, heir) = started(passing(folder.path())).await;
    timeout(SOON, elder).await.unwrap().unwrap().unwrap();
    assert_eq!(second, first, "the same sockets");
    assert_eq!(subjects(&second).await, ["One"]);
    deliver(&second, "Two").await;
    // LMTP's file is the second one's now, and was never away.
    let mut local = tokio::net::UnixStream::connect(second["lmtp"].as_str().unwrap()).await.unwrap();
    hear(&mut local, "220 ").await;
    drop(local);
    let (third, _end, last) = started(passing(folder.path())).await;
    timeout(SOON, heir).await.unwrap().unwrap().unwrap();
    assert_eq!(subjects(&third).await, ["One", "Two"]);
    drop((end, last));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_successor_without_room_is_refused_before_anything_stops() {
    let folder = tempfile::tempdir().unwrap();
    let (bound, end, elder) = started(passing(folder.path())).await;
    deliver(&bound, "Kept").await;
    let mut session = send(address(&bound, "smtp"), "").await;
    hear(&mut session, "220 ").await;
    let mut small = passing(folder.path());
    small.store.octets = 1_000;
    let refused = crate::app::run(small, |_| (), std::future::pending()).await.unwrap_err();
    let StartError::Handover(HandoverError::Broken { reason: Broken::Refused(why), .. }) = &refused else {
        panic!("{refused}");
    };
    assert!(matches!(why, Refusal::Octets { held, room: 1_000 } if *held > 1_000), "{why}");
    // A session that was there is there still.
    session.write_all(b"NOOP\r\n").await.unwrap();
    hear(&mut session, "250 ").await;
    assert_eq!(subjects(&bound).await, ["Kept"]);
    assert!(folder.path().join("lmtp").exists());
    drop(session);
    end.send(()).unwrap();
    timeout(SOON, elder).await.unwrap().unwrap().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Up to `Take`, by hand.
fn take(place: &Path) -> Channel {
    let mut channel = Channel::new(knock(place).unwrap().unwrap()).unwrap();
    let room = Room { octets: u64::MAX, records: u64::MAX };
    channel.say(&Frame::Hello { version: VERSION, room }).unwrap();
    let (offer, sockets) = channel.hear_with(Patience::STALL).unwrap();
    assert!(matches!(offer, Frame::Offer { sockets, .. } if sockets.len() == 4) && sockets.len() == 4);
    channel.say(&Frame::Take).unwrap();
    channel
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_successor_that_dies_half_way_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = passing(folder.path());
    let (bound, end, elder) = started(config.clone()).await;
    deliver(&bound, "Before").await;
    let place = folder.path().join("handover");
    for read in 0..3 {
        let place = place.clone();
        let died = spawn_blocking(move || {
            let mut channel = take(&place);
            let patience = Patience::of(Millis::from_secs(30));
            match read {
                0 => assert!(matches!(channel.hear(patience), Ok(Frame::Keys(_)))),
                1 => drop(channel.take(patience, |_| Err("no room".to_owned()), |_, _| Ok(()))),
                // Everything came, and the end is not confirmed.
                _ => assert!(channel.take(patience, |_| Ok(()), |_, _| Ok(())).is_ok()),
            }
        });
        died.await.unwrap();
        deliver(&bound, &format!("After {read}")).await;
    }
    assert_eq!(subjects(&bound).await, ["Before", "After 0", "After 1", "After 2"]);
    let (next, _end, _heir) = started(config).await;
    timeout(SOON, elder).await.unwrap().unwrap().unwrap();
    assert_eq!(subjects(&next).await.len(), 4);
    drop(end);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_is_told_to_end_waits_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = passing(folder.path());
    config.handover = Handover::Socket { path: folder.path().join("handover"), wait: Millis::from_secs(30) };
    let (first, end, elder) = started(config.clone()).await;
    end.send(()).unwrap();
    // It serves for as long as it waits.
    deliver(&first, "Late").await;
    let (second, end, heir) = started(config).await;
    timeout(SOON, elder).await.unwrap().unwrap().unwrap();
    assert_eq!(subjects(&second).await, ["Late"]);
    drop((end, heir));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_half_way_through_its_data_is_answered_by_the_one_that_took_it() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _end, elder) = started(passing(folder.path())).await;
    let mut session = send(address(&first, "smtp"), "").await;
    hear(&mut session, "220 ").await;
    session.write_all(b"HELO mta.example\r\n").await.unwrap();
    hear(&mut session, "250 ").await;
    session.write_all(b"MAIL FROM:<>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n").await.unwrap();
    hear(&mut session, "354 ").await;
    let mut idle = send(address(&first, "smtp"), "").await;
    hear(&mut idle, "220 ").await;
    let successor = tokio::spawn(started(passing(folder.path())));
    // Who is not in the middle of a message hears that the old process drains.
    hear(&mut idle, "421 ").await;
    drop(idle);
    session.write_all(b"Subject: Half\r\n\r\n.\r\n").await.unwrap();
    hear(&mut session, "250 2.0.0 Message accepted").await;
    drop(session);
    let (second, _end, _heir) = successor.await.unwrap();
    timeout(SOON, elder).await.unwrap().unwrap().unwrap();
    assert_eq!(subjects(&second).await, ["Half"]);
}
