//! What a session tells of attempts that fail for known recipients, and that it tells it once.

use super::*;
use crate::limits::TEXT_LINE;

/// What was told, without the keys: recipients, domain, octets, reason, reply.
type Told = (usize, Option<String>, Option<usize>, &'static str, String);

fn told(fake: &Fake) -> Vec<Told> {
    let failed = fake.failed.lock().unwrap();
    let one = |attempt: &crate::ports::Attempt| {
        let domain = attempt.reverse_path.domain().map(str::to_owned);
        (attempt.recipients.len(), domain, attempt.octets, attempt.reason, attempt.reply.clone())
    };
    failed.iter().map(one).collect()
}

/// A session that has said so much, all of it answered; what it said last, and what was told by then.
async fn after(config: Config, room: usize, said: &[&[u8]]) -> (String, Vec<Told>) {
    let mut pipe = pipe_with(config, Fake::new(room));
    pipe.client.hear(1).await;
    pipe.client.say("HELO client.example\r\n").await;
    pipe.client.hear(1).await;
    for octets in said {
        pipe.client.send(octets).await;
        answered().await;
    }
    pipe.client.say("QUIT\r\n").await;
    let heard = pipe.client.rest().await;
    pipe.server.await.unwrap();
    let told = told(&pipe.fake);
    (heard, told)
}

/// Time stands still but for this: all that was sent is answered.
async fn answered() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

const ENVELOPE: &[u8] =
    b"MAIL FROM:<shop@sender.example> SIZE=70000\r\nRCPT TO:<anna@mayfly.example>\r\nRCPT TO:<ben@mayfly.example>\r\n";

fn of_two(octets: Option<usize>, reason: &'static str, reply: &str) -> Vec<Told> {
    vec![(2, Some("sender.example".to_owned()), octets, reason, reply.to_owned())]
}

#[tokio::test(start_paused = true)]
async fn faults_of_a_message_are_told() {
    let bare = after(config(Bounds::default()), 1 << 30, &[ENVELOPE, b"DATA\r\n", b"bare\nline\r\n.\r\n"]).await.1;
    let reply = "550 5.5.2 Bare CR, bare LF or NUL; lines end with CRLF";
    assert_eq!(bare, of_two(Some(70_000), "bare_line_ending", reply));

    let long = [&vec![b'a'; TEXT_LINE + 1][..], b"\r\n.\r\n"].concat();
    let long = after(config(Bounds::default()), 1 << 30, &[ENVELOPE, b"DATA\r\n", &long]).await.1;
    assert_eq!(long, of_two(Some(70_000), "long_line", "554 5.6.0 A line is longer than 65536 octets"));

    let bounds = Bounds { message_octets: 80_000, ..Bounds::default() };
    let lines = [b"0123456\r\n".repeat(10_000), b".\r\n".to_vec()].concat();
    let large = after(config(bounds), 1 << 30, &[ENVELOPE, b"DATA\r\n", &lines]).await.1;
    assert_eq!(large, of_two(Some(90_000), "too_large", "552 5.3.4 Message of 90000 octets; at most 80000 are taken"));

    let flood = b"0123456\r\n".repeat(40_000);
    let flood = after(config(bounds), 1 << 30, &[ENVELOPE, b"DATA\r\n", &flood]).await.1;
    assert_eq!(flood, of_two(Some(70_000), "too_large", "552 5.3.4 Message too large"));
}

#[tokio::test(start_paused = true)]
async fn faults_of_chunks_are_told_once() {
    let bounds = Bounds { message_octets: 80_000, ..Bounds::default() };
    let large = "552 5.3.4 Message too large";
    let first = [b"BDAT 80001 LAST\r\n".to_vec(), vec![b'a'; 80_001]].concat();
    let first = after(config(bounds), 1 << 30, &[ENVELOPE, &first]).await.1;
    assert_eq!(first, of_two(Some(70_000), "too_large", large));
    let chunk = [b"BDAT 50002\r\n".to_vec(), vec![b'a'; 50_000], b"\r\n".to_vec()].concat();
    let second = after(config(bounds), 1 << 30, &[ENVELOPE, &chunk, &chunk, &chunk]).await.1;
    assert_eq!(second, of_two(Some(70_000), "too_large", large));
    let bare = after(config(bounds), 1 << 30, &[ENVELOPE, b"BDAT 2\r\na\n", b"BDAT 2 LAST\r\na\n"]).await.1;
    let reply = "550 5.5.2 Bare CR, bare LF or NUL; lines end with CRLF";
    assert_eq!(bare, of_two(Some(70_000), "bare_line_ending", reply));
}

#[tokio::test(start_paused = true)]
async fn a_message_for_which_there_is_no_room_is_told() {
    let reply = "452 4.3.1 No room just now, please try again later";
    for command in [&b"DATA\r\n"[..], b"BDAT 4 LAST\r\nab\r\n"] {
        let (_, none) = after(config(Bounds::default()), 1_000, &[ENVELOPE, command]).await;
        assert_eq!(none, of_two(Some(70_000), "no_room", reply));
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_inbox_is_told_and_an_unknown_one_cannot_be() {
    let said: [&[u8]; 3] = [
        b"MAIL FROM:<>\r\nRCPT TO:<unknown@mayfly.example>\r\nRCPT TO:<expired@mayfly.example>\r\n",
        b"RCPT TO:<anna@elsewhere.example>\r\nRCPT TO:<broken@mayfly.example>\r\n",
        b"RCPT TO:<full@mayfly.example>\r\n",
    ];
    let (_, full) = after(config(Bounds::default()), 1 << 30, &said).await;
    assert_eq!(full, [(1, None, None, "inbox_full", "452 4.2.2 The inbox is full".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn what_is_told_is_what_was_said() {
    let bounds = Bounds { errors: 1, ..Bounds::default() };
    let said: [&[u8]; 4] = [b"nonsense\r\n", ENVELOPE, b"DATA\r\n", b"bare\nline\r\n.\r\n"];
    let (heard, bare) = after(config(bounds), 1 << 30, &said).await;
    assert!(heard.ends_with("421 4.7.0 Too many errors\r\n"), "{heard}");
    assert_eq!(bare, of_two(Some(70_000), "bare_line_ending", "421 4.7.0 Too many errors"));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_stops_coming_is_told() {
    for parts in [[&b"DATA\r\n"[..], b"half"], [b"BDAT 100\r\n", b"half"], [b"BDAT 6\r\n", b"half\r\n"]] {
        let mut pipe = pipe();
        pipe.client.hear(1).await;
        pipe.client.say("HELO client.example\r\n").await;
        pipe.client.hear(1).await;
        pipe.client.send(ENVELOPE).await;
        for part in parts {
            pipe.client.send(part).await;
            answered().await;
        }
        assert!(pipe.client.rest().await.ends_with("421 4.4.2 Timed out\r\n"));
        pipe.server.await.unwrap();
        assert_eq!(told(&pipe.fake), of_two(Some(70_000), "interrupted", "421 4.4.2 Timed out"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_sender_hangs_up_is_told() {
    for parts in [[&b"DATA\r\n"[..], b"half"], [b"BDAT 100\r\n", b"half"], [b"BDAT 6\r\n", b"half\r\n"]] {
        let Pipe { mut client, fake, server, shutdown: _shutdown, .. } = pipe();
        client.hear(1).await;
        client.say("HELO client.example\r\n").await;
        client.hear(1).await;
        client.send(ENVELOPE).await;
        client.hear(3).await;
        for part in parts {
            client.send(part).await;
            answered().await;
        }
        drop(client);
        server.await.unwrap();
        assert_eq!(told(&fake), of_two(Some(70_000), "interrupted", ""));
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_cut_off_between_its_chunks_is_told() {
    let bounds = Bounds { errors: 1, idle_commands: 1, ..Bounds::default() };
    let first = b"BDAT 6\r\nhalf\r\n";
    for (said, reply) in [
        (&b"NONSENSE\r\nNONSENSE\r\n"[..], "421 4.7.0 Too many errors"),
        (b"NOOP\r\nNOOP\r\nNOOP\r\n", "421 4.7.0 Too many errors"),
        (b"MAIL FROM:<>\r\nRCPT TO:<anna@mayfly.example>\r\n", "421 4.7.0 Too many errors"),
        (b"NOOP\n", "500 5.5.2 Lines end with CRLF, not with LF"),
        (b"BDAT nonsense\r\n", "501 5.5.4 BDAT needs the length of its chunk"),
        (b"GET / HTTP/1.1\r\n", "500 5.5.1 This is SMTP, not HTTP"),
        (b"DATA\r\nNOOP\r\n", "554 5.5.0 You did not wait for the reply"),
        (b"DATA\r\n", "503 5.5.1 The message began with BDAT; RSET first"),
    ] {
        let (_, told) = after(config(bounds), 1 << 30, &[ENVELOPE, first, said]).await;
        assert_eq!(told, of_two(Some(70_000), "interrupted", reply), "{}", said.escape_ascii());
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_sender_gives_up_or_delivers_is_not_told() {
    let given_up: [&[u8]; 4] = [ENVELOPE, b"RSET\r\n", ENVELOPE, b"BDAT 6\r\nhalf\r\nRSET\r\n"];
    assert_eq!(after(config(Bounds::default()), 1 << 30, &given_up).await.1, []);
    let given_up: [&[u8]; 2] = [ENVELOPE, b"BDAT 6\r\nhalf\r\nQUIT\r\n"];
    assert_eq!(after(config(Bounds::default()), 1 << 30, &given_up).await.1, []);
    let delivered: [&[u8]; 3] = [ENVELOPE, b"DATA\r\n", b"X-Outcome: loop\r\n\r\n.\r\n"];
    let (heard, told) = after(config(Bounds::default()), 1 << 30, &delivered).await;
    assert!(heard.contains("554 5.4.6"), "{heard}");
    assert_eq!(told, [], "what the reception refuses, it knows itself");
}
