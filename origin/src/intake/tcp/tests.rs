//! Intake over connections: the dialogs again, then what only a connection has: writes, deadlines,
//! limits, TLS and the end of the service.

mod attempts;
mod client;

use std::{
    mem::size_of_val,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use protocol::time::Millis;
use tokio::{
    io::{AsyncWriteExt as _, DuplexStream, duplex},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    task::JoinHandle,
};

use self::client::{Client, Counting, TokioClock, tls_pair};
use super::{
    Bounds, Config, Host, Sharing,
    drive::{Conversation, Introduced},
    listen, reply,
    seat::Seated,
    serve,
    spare::Spare,
    visit::{Entry, visit},
};
use crate::{
    intake::{
        classes::{Quota, Quotas},
        session::{Protocol, Session},
        tests::{
            dialog::{self, Dialog, Step},
            world::{Fake, Still},
        },
    },
    networks::Networks,
    ports::Door,
};

/// Lines of the answer to EHLO.
const EHLO_LINES: usize = 10;

const CLIENT: crate::mail::Client = crate::mail::Client::Host(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));

/// A conversation over a pipe.
struct Pipe {
    client: Client<DuplexStream>,
    fake: Arc<Fake>,
    shutdown: watch::Sender<bool>,
    writes: Arc<std::sync::atomic::AtomicUsize>,
    server: JoinHandle<()>,
    host: Arc<Host>,
}

fn config(bounds: Bounds) -> Config {
    Config {
        hostname: "mx.mayfly.example".to_owned(),
        tls: Some(tls_pair().0),
        bounds,
        proxies: Networks::default(),
        uncounted: Networks::default(),
        class_key: [7; 32],
    }
}

fn pipe_with(config: Config, fake: Fake) -> Pipe {
    pipe_behind(duplex(1 << 20), Protocol::Smtp, config, fake)
}

/// Over a connection that stands already.
fn pipe_behind((ours, theirs): (DuplexStream, DuplexStream), protocol: Protocol, config: Config, fake: Fake) -> Pipe {
    let fake = Arc::new(fake);
    let (shutdown, end) = watch::channel(false);
    let host = Arc::new(Host::new(config, protocol, fake.clone(), Arc::new(TokioClock::new())));
    let (stream, writes) = Counting::new(ours);
    let mut conversation = Conversation::new(stream, Arc::clone(&host), end);
    let server = tokio::spawn(async move { conversation.run(CLIENT).await });
    Pipe { client: Client::new(theirs), fake, shutdown, writes, server, host }
}

fn pipe() -> Pipe {
    pipe_with(config(Bounds::default()), Fake::new(1 << 30))
}

/// Up to where the message is due.
async fn begin_message(client: &mut Client<DuplexStream>) {
    client.hear(1).await;
    client.say("HELO client.example\r\n").await;
    client.hear(1).await;
    client.say("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n").await;
    assert!(client.hear(3).await[2].starts_with("354"));
}

async fn play(dialog: &Dialog) {
    let name = &dialog.name;
    let mut pipe = pipe_behind(duplex(1 << 20), dialog.protocol, config(dialog.bounds), Fake::new(dialog.budget));
    for step in &dialog.steps {
        match step {
            Step::Client(octets) => pipe.client.send(octets).await,
            Step::Server(expected) => {
                let heard = pipe.client.hear(expected.len()).await;
                let fits = heard.iter().zip(expected).all(|(line, prefix)| line.starts_with(prefix.as_str()));
                assert!(fits, "{name}: heard {heard:#?}, expected {expected:#?}");
            }
            Step::Closed => assert_eq!(pipe.client.rest().await, "", "{name}"),
            // What was taken is compared where time stands still.
            Step::Message(_) | Step::Trace(_) => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn dialogs_go_as_written_over_a_connection() {
    for dialog in dialog::all() {
        play(&dialog).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_replies_to_a_group_leave_in_one_write() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    pipe.client.say("EHLO client.example\r\n").await;
    pipe.client.hear(EHLO_LINES).await;
    let before = pipe.writes.load(Ordering::Relaxed);
    let group = format!("MAIL FROM:<>\r\n{}DATA\r\n", "RCPT TO:<anna@mayfly.example>\r\n".repeat(50));
    pipe.client.say(&group).await;
    pipe.client.hear(52).await;
    assert_eq!(pipe.writes.load(Ordering::Relaxed) - before, 1);
    pipe.client.say("text\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n").await;
    pipe.client.hear(4).await;
    assert_eq!(pipe.writes.load(Ordering::Relaxed) - before, 2);
}

#[tokio::test(start_paused = true)]
async fn the_replies_to_pipelined_chunks_leave_in_one_write() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    pipe.client.say("EHLO client.example\r\n").await;
    pipe.client.hear(EHLO_LINES).await;
    let before = pipe.writes.load(Ordering::Relaxed);
    let chunk = format!("BDAT 3000\r\n{}", "a".repeat(3000));
    let group = format!("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\n{}BDAT 2 LAST\r\n\r\n", chunk.repeat(20));
    pipe.client.say(&group.repeat(2)).await;
    let heard = pipe.client.hear(2 * 23).await;
    assert!(heard.iter().all(|line| line.starts_with("250")), "{heard:?}");
    assert_eq!(pipe.writes.load(Ordering::Relaxed) - before, 1);
    assert_eq!(pipe.fake.taken.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_message_in_chunks_comes_to_its_end_before_the_service_does() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    pipe.client.say("HELO client.example\r\n").await;
    pipe.client.hear(1).await;
    pipe.client.say("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nBDAT 6\r\nfirst\n").await;
    // A bare LF: refused, and what is refused is not waited for.
    assert!(pipe.client.hear(3).await[2].starts_with("550 5.5.2"));
    pipe.client.say("RSET\r\nMAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nBDAT 7\r\nfirst\r\nBDAT 8\r\nse").await;
    pipe.client.hear(4).await;
    pipe.shutdown.send(true).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    pipe.client.say("cond\r\n").await;
    assert!(pipe.client.hear(1).await[0].starts_with("250 2.0.0"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    pipe.client.say("BDAT 0 LAST\r\n").await;
    let heard = pipe.client.hear(2).await;
    assert!(heard[0].starts_with("250 2.0.0") && heard[1].starts_with("421 4.3.2"), "{heard:?}");
    pipe.server.await.unwrap();
    assert_eq!(pipe.fake.taken.lock().unwrap()[0].body, b"first\r\nsecond\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_chunk_that_does_not_come_is_not_waited_for() {
    for command in ["BDAT 1000", "MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nBDAT 1000"] {
        let mut pipe = pipe();
        pipe.client.hear(1).await;
        pipe.client.say("HELO client.example\r\n").await;
        pipe.client.hear(1).await;
        let clock = TokioClock::new();
        pipe.client.say(&format!("{command}\r\nhalf")).await;
        assert!(pipe.client.rest().await.ends_with("421 4.4.2 Timed out\r\n"));
        assert!((30..=31).contains(&clock.elapsed().as_secs()));
        pipe.server.await.unwrap();
        assert_eq!(pipe.fake.budget.used(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn who_talks_before_the_greeting_gets_none() {
    for early in ["EHLO client.example\r\n", "\x16\x03\x01", "x", "GET / HTTP/1.1\r\n"] {
        let (ours, mut theirs) = duplex(1 << 20);
        theirs.write_all(early.as_bytes()).await.unwrap();
        let mut pipe = pipe_behind((ours, theirs), Protocol::Smtp, config(Bounds::default()), Fake::new(1 << 30));
        assert_eq!(pipe.client.rest().await, "554 5.5.0 You did not wait for the greeting\r\n");
        pipe.server.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_greeting_comes_after_its_delay_to_those_who_wait_for_it() {
    let bounds = Bounds { greet_delay: Millis::from_secs(2), ..Bounds::default() };
    let clock = TokioClock::new();
    let mut waiting = pipe_with(config(bounds), Fake::new(1 << 30));
    let mut talking = pipe_with(config(bounds), Fake::new(1 << 30));
    tokio::time::sleep(Duration::from_secs(1)).await;
    talking.client.say("EHLO client.example\r\n").await;
    assert!(talking.client.rest().await.starts_with("554 5.5.0"));
    assert_eq!(clock.elapsed().as_millis() / 1000, 1);
    assert!(waiting.client.hear(1).await[0].starts_with("220"));
    assert_eq!(clock.elapsed().as_secs(), 2);
    let ended = pipe_with(config(bounds), Fake::new(1 << 30));
    ended.shutdown.send(true).unwrap();
    let mut client = ended.client;
    assert!(client.rest().await.starts_with("421 4.3.2"));
}

#[tokio::test]
async fn a_session_that_is_talked_to_before_it_was_accepted_says_no_greeting() {
    let listener = listen("127.0.0.1:0".parse().unwrap(), Sharing::Alone).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.write_all(b"EHLO client.example\r\n").await.unwrap();
    // Over loopback a write has arrived when it returns: what follows finds it there.
    let service = service_at(listener, 10);
    assert!(Client::new(client).rest().await.starts_with("554 5.5.0"));
    service.shutdown.send(true).unwrap();
    service.server.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_told_and_left_after_the_commands_deadline() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    let clock = TokioClock::new();
    pipe.client.say("NOO").await;
    assert!(pipe.client.hear(1).await[0].starts_with("421 4.4.2"));
    assert_eq!(clock.elapsed().as_secs(), 30);
    assert_eq!(pipe.client.rest().await, "");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_drips_in_gets_no_longer() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    let clock = TokioClock::new();
    for _ in 0..4 {
        pipe.client.say("N").await;
        tokio::time::sleep(Duration::from_secs(9)).await;
    }
    assert!(pipe.client.hear(1).await[0].starts_with("421 4.4.2"));
    assert_eq!(clock.elapsed().as_secs(), 36);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_drips_in_is_given_up() {
    let mut pipe = pipe();
    begin_message(&mut pipe.client).await;
    let clock = TokioClock::new();
    let drip = async {
        loop {
            pipe.client.say("a line every ten seconds\r\n").await;
            if let Some(line) = pipe.client.hear_within(Duration::from_secs(10)).await {
                return line;
            }
        }
    };
    assert!(drip.await.starts_with("421 4.4.2"));
    assert!(clock.elapsed().as_secs() <= 40);
    assert!(pipe.fake.taken.lock().unwrap().is_empty());
    pipe.server.await.unwrap();
    assert_eq!(pipe.fake.budget.used(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_session_is_longer_than_its_limit() {
    let mut pipe = pipe_with(config(Bounds { idle_commands: usize::MAX, ..Bounds::default() }), Fake::new(1 << 30));
    pipe.client.hear(1).await;
    let clock = TokioClock::new();
    let last = loop {
        pipe.client.say("NOOP\r\n").await;
        assert!(pipe.client.hear(1).await[0].starts_with("250"));
        if let Some(line) = pipe.client.hear_within(Duration::from_secs(19)).await {
            break line;
        }
    };
    assert!(last.starts_with("421 4.4.2"), "{last}");
    assert_eq!(clock.elapsed().as_secs(), 15 * 60);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_service_is_told_to_those_who_wait() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    pipe.shutdown.send(true).unwrap();
    assert!(pipe.client.hear(1).await[0].starts_with("421 4.3.2"));
    assert_eq!(pipe.client.rest().await, "");
    pipe.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_message_under_way_comes_to_its_end_before_the_service_does() {
    let mut pipe = pipe();
    begin_message(&mut pipe.client).await;
    pipe.client.say("first half\r\n").await;
    pipe.shutdown.send(true).unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    pipe.client.say("second half\r\n.\r\n").await;
    let heard = pipe.client.hear(2).await;
    assert!(heard[0].starts_with("250 2.0.0") && heard[1].starts_with("421 4.3.2"), "{heard:?}");
    pipe.server.await.unwrap();
    assert_eq!(pipe.fake.taken.lock().unwrap()[0].body, b"first half\r\nsecond half\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_in_a_message_leaves_nothing_behind() {
    let mut pipe = pipe();
    begin_message(&mut pipe.client).await;
    pipe.client.say("half a mess").await;
    drop(pipe.client);
    pipe.server.await.unwrap();
    assert!(pipe.fake.taken.lock().unwrap().is_empty());
    assert_eq!(pipe.fake.budget.used(), 0);
}

#[tokio::test]
async fn messages_come_in_under_tls_of_both_versions() {
    for (version, told) in [(&rustls::version::TLS13, "TLSv1.3"), (&rustls::version::TLS12, "TLSv1.2")] {
        let (acceptor, connector) = tls_pair();
        let connector = connector(version);
        let config = Config { tls: Some(acceptor), ..config(Bounds::default()) };
        let mut pipe = pipe_with(config, Fake::new(1 << 30));
        pipe.client.hear(1).await;
        pipe.client.say("EHLO client.example\r\n").await;
        assert_eq!(pipe.client.hear(EHLO_LINES).await[EHLO_LINES - 1], "250 STARTTLS");
        pipe.client.say("STARTTLS\r\n").await;
        assert!(pipe.client.hear(1).await[0].starts_with("220 2.0.0"));
        let mut client = pipe.client.secure(&connector).await;
        client.say("MAIL FROM:<>\r\n").await;
        assert!(client.hear(1).await[0].starts_with("503 5.5.1"), "what was said in the clear is forgotten");
        client.say("EHLO client.example\r\n").await;
        assert_eq!(client.hear(EHLO_LINES).await[EHLO_LINES - 1], "250 REQUIRETLS");
        client.say("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n").await;
        client.hear(3).await;
        client.say("secret\r\n.\r\nQUIT\r\n").await;
        let heard = client.hear(2).await;
        assert!(heard[0].starts_with("250 2.0.0") && heard[1].starts_with("221"), "{heard:?}");
        assert_eq!(client.rest().await, "");
        let taken = pipe.fake.taken.lock().unwrap();
        assert_eq!(taken[0].tls.as_deref(), Some(told));
        assert!(taken[0].trace.contains(&format!("with ESMTPS ({told});")), "{}", taken[0].trace);
    }
}

#[tokio::test(start_paused = true)]
async fn plaintext_in_place_of_the_handshake_is_never_read_as_commands() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    pipe.client.say("EHLO client.example\r\n").await;
    pipe.client.hear(EHLO_LINES).await;
    pipe.client.say("STARTTLS\r\n").await;
    pipe.client.hear(1).await;
    pipe.client.say("MAIL FROM:<a@b.example>\r\nQUIT\r\n").await;
    assert!(!pipe.client.rest().await.contains("250"));
    pipe.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let mut pipe = pipe();
    pipe.client.hear(1).await;
    pipe.client.say("STARTTLS\r\n").await;
    pipe.client.hear(1).await;
    let clock = TokioClock::new();
    assert_eq!(pipe.client.rest().await, "");
    assert_eq!(clock.elapsed().as_secs(), 10);
}

#[tokio::test]
async fn a_waiting_session_is_small() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    let (_shutdown, end) = watch::channel(false);
    let host = Arc::new(Host::new(config(Bounds::default()), Protocol::Smtp, Arc::new(Fake::new(1)), Arc::new(Still)));
    let permit = Arc::clone(&host.permits).try_acquire_owned().unwrap();
    let task = size_of_val(&visit(ours, Entry::Direct(CLIENT, Seated::Free), host, end, permit));
    let session = size_of::<Session>();
    // The runtime adds 112 octets and rounds up to a multiple of 128, so one octet more costs 128. Its place for the
    // socket, the client's name, the counts of its class and what the allocator adds come on top: some 500 octets.
    // All of it may take 2,048.
    assert!(task <= 896 - 112, "{task} octets of a task");
    assert!(session <= 288, "{session} octets of a session");
}

/// A service on a port of its own.
struct Service {
    address: std::net::SocketAddr,
    shutdown: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
    fake: Arc<Fake>,
}

fn service(sessions: usize) -> Service {
    service_at(listen("127.0.0.1:0".parse().unwrap(), Sharing::Alone).unwrap(), sessions)
}

fn service_at(listener: std::net::TcpListener, sessions: usize) -> Service {
    service_with(listener, config(Bounds { sessions, ..Bounds::default() })).0
}

fn service_with(listener: std::net::TcpListener, config: Config) -> (Service, Arc<Fake>) {
    let address = listener.local_addr().unwrap();
    let (shutdown, end) = watch::channel(false);
    let (config, fake) = (Config { tls: None, ..config }, Arc::new(Fake::new(1 << 20)));
    let server = tokio::spawn(serve(listener, config, Arc::clone(&fake) as _, Arc::new(Still), end));
    (Service { address, shutdown, server, fake: Arc::clone(&fake) }, fake)
}

impl Service {
    async fn connect(&self) -> Client<TcpStream> {
        Client::new(TcpStream::connect(self.address).await.unwrap())
    }
}

#[tokio::test]
async fn a_session_over_the_limit_is_told_so_and_the_next_is_taken_when_there_is_room() {
    let service = service(1);
    let mut first = service.connect().await;
    assert!(first.hear(1).await[0].starts_with("220"));
    let mut second = service.connect().await;
    second.say("EHLO client.example\r\n").await;
    assert!(second.hear(1).await[0].starts_with("421 4.3.2"));
    assert_eq!(second.rest().await, "");
    first.say("QUIT\r\n").await;
    assert!(first.hear(1).await[0].starts_with("221"));
    drop(first);
    loop {
        let mut next = service.connect().await;
        if next.hear(1).await[0].starts_with("220") {
            break;
        }
    }
    let door = service.fake.door.lock().unwrap();
    assert_eq!(door[..2], [Door::Opened, Door::TurnedAway]);
    assert!(door.contains(&Door::Closed));
    assert_eq!(door.last(), Some(&Door::Opened));
}

fn on_loopback() -> std::net::TcpListener {
    listen("127.0.0.1:0".parse().unwrap(), Sharing::Alone).unwrap()
}

#[tokio::test]
async fn the_address_that_a_trusted_proxy_names_is_the_clients() {
    let config = Config { proxies: "127.0.0.0/8".parse().unwrap(), ..config(Bounds::default()) };
    let (service, fake) = service_with(on_loopback(), config);
    let mut binary = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    binary.extend_from_slice(&[192, 0, 2, 9, 127, 0, 0, 1, 0, 1, 0, 25]);
    for (header, told) in [
        (&b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n"[..], "[192.0.2.1]"),
        (b"PROXY TCP6 2001:db8::1 ::1 56324 25\r\n", "[IPv6:2001:db8::1]"),
        (b"PROXY UNKNOWN\r\n", "[127.0.0.1]"),
        (&binary, "[192.0.2.9]"),
    ] {
        let mut client = service.connect().await;
        for octet in header.chunks(1) {
            client.send(octet).await;
        }
        assert!(client.hear(1).await[0].starts_with("220"));
        client.say("HELO a\r\n").await;
        client.hear(1).await;
        client.say("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nBDAT 0 LAST\r\n").await;
        client.hear(3).await;
        let trace = fake.taken.lock().unwrap().pop().unwrap().trace;
        assert!(trace.contains(&format!("from a ({told})")), "{trace}");
    }
    let mut malformed = service.connect().await;
    malformed.say("EHLO client.example\r\n").await;
    assert!(malformed.rest().await.starts_with("421 4.3.0"));
    let mut early = service.connect().await;
    early.say("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\nEHLO a\r\n").await;
    assert!(early.rest().await.starts_with("554 5.5.0"));
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_an_early_talker() {
    let listener = on_loopback();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    client.write_all(b"PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n").await.unwrap();
    let config = Config { proxies: "10.0.0.0/8".parse().unwrap(), ..config(Bounds::default()) };
    let (_service, _) = service_with(listener, config);
    assert!(Client::new(client).rest().await.starts_with("554 5.5.0"));
}

#[tokio::test(start_paused = true)]
async fn a_proxy_header_that_drips_in_is_not_waited_for() {
    let (ours, theirs) = duplex(1 << 20);
    let (_shutdown, end) = watch::channel(false);
    let clock = TokioClock::new();
    let fake = Arc::new(Fake::new(1));
    let host = Arc::new(Host::new(config(Bounds::default()), Protocol::Smtp, fake, Arc::new(TokioClock::new())));
    let mut conversation = Conversation::new(ours, host, end);
    let introduced = tokio::spawn(async move { conversation.introduction("127.0.0.1".parse().unwrap()).await.err() });
    let mut client = Client::new(theirs);
    for letter in ["P", "R", "O"] {
        client.say(letter).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert!(matches!(introduced.await.unwrap(), Some(Introduced::Refused(reply)) if reply == reply::TIMED_OUT));
    assert_eq!(clock.elapsed().as_secs(), 6);
}

#[tokio::test]
async fn one_address_has_so_many_sessions_and_a_proxys_clients_have_theirs() {
    let quotas = Quotas { address: Quota { sessions: 1, rate: 100 }, network: Quota { sessions: 2, rate: 100 } };
    let bounds = Bounds { quotas, ..Bounds::default() };
    let (service, _) = service_with(on_loopback(), config(bounds));
    let mut first = service.connect().await;
    assert!(first.hear(1).await[0].starts_with("220"));
    assert!(service.connect().await.rest().await.starts_with("421 4.7.0"));
    first.say("QUIT\r\n").await;
    first.rest().await;
    while !service.connect().await.hear(1).await[0].starts_with("220") {}

    let uncounted = Config { uncounted: "127.0.0.1".parse().unwrap(), ..config(bounds) };
    let (service, _) = service_with(on_loopback(), uncounted);
    let mut kept = Vec::new();
    for _ in 0..5 {
        kept.push(service.connect().await);
        assert!(kept.last_mut().unwrap().hear(1).await[0].starts_with("220"));
    }

    let proxied = Config { proxies: "127.0.0.1".parse().unwrap(), ..config(bounds) };
    let (service, _) = service_with(on_loopback(), proxied);
    for (client, told) in
        [("192.0.2.1", "220"), ("192.0.2.1", "421 4.7.0"), ("192.0.2.2", "220"), ("192.0.2.3", "421 4.7.0")]
    {
        kept.push(service.connect().await);
        let session = kept.last_mut().unwrap();
        session.say(&format!("PROXY TCP4 {client} 198.51.100.1 56324 25\r\n")).await;
        assert!(session.hear(1).await[0].starts_with(told), "{client}");
    }
}

#[tokio::test(start_paused = true)]
async fn under_stress_there_is_less_patience() {
    let mut pipe = pipe_with(config(Bounds::default()), Fake::new(1_000));
    pipe.client.hear(1).await;
    pipe.client.say("HELO a\r\n").await;
    pipe.client.hear(1).await;
    // No memory: the level is red from now on.
    let _held = pipe.fake.budget.reserve(1_000).unwrap();
    pipe.client.say("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n").await;
    assert!(pipe.client.hear(3).await[2].starts_with("452 4.3.1"));
    pipe.client.say("NOOP\r\n").await;
    pipe.client.hear(1).await;
    let clock = TokioClock::new();
    assert!(pipe.client.hear(1).await[0].starts_with("421 4.4.2"));
    assert_eq!(clock.elapsed().as_secs(), 10);

    let mut pipe = pipe_with(config(Bounds { sessions: 1, ..Bounds::default() }), Fake::new(1_000));
    pipe.client.hear(1).await;
    let _last = Arc::clone(&pipe.host.permits).try_acquire_owned().unwrap();
    pipe.client.say("FOO\r\nBAR\r\n").await;
    let heard = pipe.client.hear(2).await;
    assert!(heard[0].starts_with("500") && heard[1].starts_with("421 4.7.0"), "{heard:?}");
}

#[tokio::test]
async fn the_service_ends_when_its_last_session_has() {
    let service = service(10);
    let mut waiting = service.connect().await;
    waiting.hear(1).await;
    let mut sending = service.connect().await;
    sending.hear(1).await;
    sending.say("HELO client.example\r\n").await;
    sending.hear(1).await;
    sending.say("MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\nDATA\r\n").await;
    sending.hear(3).await;
    service.shutdown.send(true).unwrap();
    assert!(waiting.hear(1).await[0].starts_with("421 4.3.2"));
    assert!(!service.server.is_finished());
    sending.say("text\r\n.\r\n").await;
    let heard = sending.hear(2).await;
    assert!(heard[0].starts_with("250") && heard[1].starts_with("421 4.3.2"), "{heard:?}");
    drop((waiting, sending));
    service.server.await.unwrap().unwrap();
    assert!(TcpStream::connect(service.address).await.is_err());
}

#[tokio::test]
async fn several_listeners_may_share_a_port() {
    let first = listen("127.0.0.1:0".parse().unwrap(), Sharing::Shared).unwrap();
    let address = first.local_addr().unwrap();
    assert!(listen(address, Sharing::Shared).is_ok());
    assert!(listen(address, Sharing::Alone).is_err());
}

#[tokio::test]
async fn without_descriptors_one_client_at_a_time_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut spare = Spare::new();
    let mut client = Client::new(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
    // The connection is in the queue once `connect` has returned, yet the listener may not know so before it has waited.
    while !spare.turn_away(&listener) {
        tokio::task::yield_now().await;
    }
    assert!(client.hear(1).await[0].starts_with("421 4.3.2"));
    assert_eq!(client.rest().await, "");
    assert!(!spare.turn_away(&listener), "nobody waits");
}
