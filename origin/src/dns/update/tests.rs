use std::time::Duration;

use protocol::time::Timestamp;
use tokio::net::TcpListener;

use super::*;
use crate::chance::SystemChance;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_478_400_000)
    }
}

fn zone(server: SocketAddr) -> UpdatedZone {
    UpdatedZone {
        zone: Name::parse("z.example").unwrap(),
        server,
        key: TsigKey::parse("k:AAECAwQFBgcICQoLDA0ODw==").unwrap(),
        clock: Arc::new(Still),
        chance: Arc::new(SystemChance),
    }
}

#[tokio::test]
async fn a_message_goes_with_its_length_and_what_comes_back_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let zone = zone(listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut request).await.unwrap();
        // REFUSED, with nothing else.
        let answer = [request[0], request[1], 0xa8, 5, 0, 0, 0, 0, 0, 0, 0, 0];
        stream.write_all(&[&[0, 12], &answer[..]].concat()).await.unwrap();
        request
    });
    let name = Name::parse("_acme-challenge.z.example").unwrap();
    assert_eq!(zone.publish(&name, "text").await, Err(ZoneError::Refused(5)));
    assert!(server.await.unwrap().windows(4).any(|octets| octets == b"text"));
}

#[tokio::test]
async fn nobody_there_and_half_an_answer_are_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let zone = zone(listener.local_addr().unwrap());
    let name = Name::parse("z.example").unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(&[0, 12, 1]).await.unwrap();
    });
    assert_eq!(zone.retract(&name, "text").await, Err(ZoneError::Unreachable));
    server.await.unwrap();
    // The listener is gone by now.
    let gone = tokio::time::timeout(Duration::from_secs(30), zone.publish(&name, "text")).await;
    assert_eq!(gone.unwrap(), Err(ZoneError::Unreachable));
}
