use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::net::UdpSocket;

use super::*;

const DEADLINES: Deadlines = Deadlines { patience: Duration::from_secs(1), question: Duration::from_secs(3) };

/// A server that says the same to everyone: a response code, and for how long it holds (RFC 2308 §3).
async fn server(code: u8) -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        let mut query = [0; 1232];
        while let Ok((_, from)) = socket.recv_from(&mut query).await {
            count.fetch_add(1, Ordering::SeqCst);
            let name = query[12..].iter().position(|octet| *octet == 0).unwrap();
            let question = &query[12..12 + name + 5];
            let head = [query[0], query[1], 0x85, 0x80 | code, 0, 1, 0, 0, 0, 1, 0, 0];
            let soa = [0, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0];
            let numbers = [1_u32, 60, 60, 60, 60].map(u32::to_be_bytes).concat();
            socket.send_to(&[&head, question, &soa, &numbers].concat(), from).await.unwrap();
        }
    });
    (address, asked)
}

async fn said(code: u8) -> (Lookup<Vec<u8>>, Lookup<Vec<u8>>, usize) {
    let (address, asked) = server(code).await;
    let resolver = Hickory::new(&Servers::These(vec![address]), DEADLINES).unwrap();
    let name = Name::parse("a.example").unwrap();
    let (first, second) = (resolver.txt(&name).await, resolver.txt(&name).await);
    (first, second, asked.load(Ordering::SeqCst))
}

#[tokio::test]
async fn absence_is_told_apart_and_remembered() {
    assert_eq!(said(0).await, (Lookup::NoRecords, Lookup::NoRecords, 1));
    assert_eq!(said(3).await, (Lookup::NoSuchName, Lookup::NoSuchName, 1));
}

#[tokio::test]
async fn a_failing_or_refusing_server_says_nothing_about_the_name() {
    for code in [1, 2, 4, 5] {
        let (first, second, asked) = said(code).await;
        assert_eq!((first, second), (Lookup::Failed, Lookup::Failed), "{code}");
        assert!(asked > 1, "a fault is not remembered as an absence");
    }
}

#[tokio::test]
async fn silence_ends_with_the_deadline() {
    let silent = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let deadlines = Deadlines { patience: Duration::from_secs(60), question: Duration::from_millis(50) };
    let resolver = Hickory::new(&Servers::These(vec![silent.local_addr().unwrap()]), deadlines).unwrap();
    assert_eq!(resolver.a(&Name::parse("a.example").unwrap()).await, Lookup::Failed);
}
