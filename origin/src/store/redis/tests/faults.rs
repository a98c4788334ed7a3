//! Servers that freeze, die, fill up or are taken over: what was said to be kept is kept, the rest is told in time.

use std::time::Duration;

use protocol::{cursor::Seq, id::MessageId, limits::INBOX_LIFE, message::Part};

use super::*;
use crate::store::conformance::{NOON, PLENTY, at, inbox_id, make_inbox, message_id, put, sealed};

fn plenty() -> Budget {
    Budget::new(PLENTY, PLENTY)
}

/// Longer than any call may take, on a busy machine.
const BOUND: Duration = Duration::from_secs(10);

/// Waits until a message is taken; how often it was not.
async fn put_at_last(store: &RedisStore, message: u16) -> usize {
    for refused in 0..400 {
        match tokio::time::timeout(BOUND, put(store, 1, message, NOON)).await.expect("every call has a deadline") {
            Ok(_) => return refused,
            Err(PutError::Unavailable) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(other) => panic!("{other}"),
        }
    }
    panic!("not taken in time");
}

/// What is listed, once reads are answered again: they have a connection of their own, which rests for a moment.
async fn list_at_last(store: &RedisStore) -> Vec<MessageId> {
    for _ in 0..400 {
        match store.list(inbox_id(1), None, 200, NOON).await {
            Ok(listing) => return listing.messages.iter().map(|entry| entry.entry.id).collect(),
            Err(ReadError::Unavailable) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(other) => panic!("{other}"),
        }
    }
    panic!("not answered in time");
}

#[tokio::test]
async fn a_server_that_freezes_is_told_in_time_and_found_again() {
    let server = Server::with(&[]);
    let store = store(server.topology(), plenty(), 0);
    make_inbox(&store, 1, NOON).await;
    server.signal("-STOP");
    let refused = tokio::time::timeout(BOUND, put(&store, 1, 1, NOON)).await.expect("every call has a deadline");
    assert_eq!(refused, Err(PutError::Unavailable));
    assert_eq!(store.inbox(inbox_id(1), NOON).await.err(), Some(ReadError::Unavailable), "never as absent");
    server.signal("-CONT");
    put_at_last(&store, 1).await;
    assert_eq!(list_at_last(&store).await, [message_id(1)], "twice is once");
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let server = Server::with(&[]);
    let topology = server.topology();
    drop(server);
    let store = store(topology, plenty(), 0);
    let refused = tokio::time::timeout(BOUND, put(&store, 1, 1, NOON)).await.unwrap();
    assert_eq!(refused, Err(PutError::Unavailable));
    assert_eq!(store.destination(&conformance::address_key(1), NOON).await.err(), Some(Unreachable::Unavailable));
}

#[tokio::test]
async fn what_no_replica_has_is_not_kept() {
    let watched = Watched::start();
    let store = store(watched.master.topology(), plenty(), 1);
    make_inbox(&store, 1, NOON).await;
    put(&store, 1, 1, NOON).await.unwrap();
    watched._replica.signal("-STOP");
    for _ in 0..2 {
        assert_eq!(put(&store, 1, 2, NOON).await, Err(PutError::Unavailable), "the replica does not have it");
    }
    // Another node, on a connection that has written nothing yet, is told the same.
    let other = store_in(&store.inner.space.name(), watched.master.topology(), plenty(), 1);
    assert_eq!(put(&other, 1, 2, NOON).await, Err(PutError::Unavailable), "known, and yet nowhere but at the master");
    watched._replica.signal("-CONT");
    put_at_last(&store, 2).await;
    assert_eq!(store.list(inbox_id(1), None, 10, NOON).await.unwrap().messages.len(), 2);
}

#[tokio::test]
async fn a_sentinels_new_master_is_followed_and_has_all_that_was_kept() {
    let watched = Watched::start();
    // One replica, which becomes the master: from then on there is none to wait for.
    let before = store(watched.topology(), plenty(), 1);
    make_inbox(&before, 1, NOON).await;
    for message in 0..50 {
        put(&before, 1, message, NOON).await.unwrap();
    }
    let store = store_in(&before.inner.space.name(), watched.topology(), plenty(), 0);
    put(&store, 1, 50, NOON).await.unwrap();
    drop(before);
    watched.master.signal("-KILL");
    put_at_last(&store, 51).await;
    let there = list_at_last(&store).await;
    assert!((0..50).all(|message| there.contains(&message_id(message))), "each that was kept");
}

#[tokio::test]
async fn a_clusters_new_master_is_followed_and_has_all_that_was_kept() {
    let cluster = Cluster::start();
    let before = store(cluster.topology(), plenty(), 1);
    make_inbox(&before, 1, NOON).await;
    for message in 0..50 {
        put(&before, 1, message, NOON).await.unwrap();
    }
    let master = before.inner.readers[1].master().await;
    let store = store_in(&before.inner.space.name(), cluster.topology(), plenty(), 0);
    cluster.servers.iter().find(|server| server.url().ends_with(&format!(":{master}"))).unwrap().signal("-KILL");
    put_at_last(&store, 51).await;
    let there = list_at_last(&store).await;
    assert!((0..50).all(|message| there.contains(&message_id(message))), "each that was kept");
}

#[tokio::test]
async fn past_redis_own_high_water_mark_new_mail_is_refused() {
    let server = Server::with(&["--maxmemory", "8mb", "--maxmemory-policy", "volatile-ttl"]);
    let store = store(server.topology(), plenty(), 0);
    make_inbox(&store, 1, NOON).await;
    let mut kept = 0;
    while let Ok(room) = store.reserve(1_000_000) {
        store.put(sealed(1, kept, NOON, 999_000), room, NOON).await.unwrap();
        kept += 1;
        watch::look(&store.inner).await;
    }
    assert!((2..8).contains(&kept), "{kept}");
    assert_eq!(store.status().evicted, 0, "refused before anything is dropped");
    for message in 0..kept {
        assert!(store.entry(inbox_id(1), message_id(message), NOON).await.is_ok());
    }
}

#[tokio::test]
async fn what_one_node_does_the_others_hear() {
    let (one, budget) = (store(Server::shared().topology(), plenty(), 0), plenty());
    let other = store_in(&one.inner.space.name(), Server::shared().topology(), budget, 0);
    make_inbox(&one, 1, NOON).await;
    let heard = async { tokio::join!(other.changed(inbox_id(1), Seq(0)), other.owing()).0 };
    let spoken = async {
        // Until the other has subscribed, what is published is heard by nobody: then it looks for itself.
        for message in 0.. {
            put(&one, 1, message, at(1)).await.unwrap();
            conformance::settle_all(&one, at(1)).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        heard = tokio::time::timeout(BOUND, heard) => assert_eq!(heard, Ok(Ok(()))),
        () = spoken => {}
    }
}

#[tokio::test]
async fn all_nodes_hash_under_one_key() {
    let one = store(Server::shared().topology(), plenty(), 0);
    let other = store_in(&one.inner.space.name(), Server::shared().topology(), plenty(), 0);
    let drawn = |octet| Zeroizing::new([octet; 32]);
    assert_eq!(*one.shared_key(drawn(1)).await.unwrap(), [1; 32]);
    assert_eq!(*other.shared_key(drawn(2)).await.unwrap(), [1; 32]);
}

#[tokio::test]
async fn every_key_but_the_list_of_debts_has_an_end_and_scripts_may_be_forgotten() {
    let server = Server::with(&[]);
    let store = store(server.topology(), plenty(), 0);
    make_inbox(&store, 1, NOON).await;
    servers::cli(server.port, &["script", "flush"]);
    put(&store, 1, 1, NOON).await.unwrap();
    put(&store, 1, 2, NOON).await.unwrap();
    store.delete_message(inbox_id(1), message_id(2), NOON).await.unwrap();
    store.extend(inbox_id(1), at(100_000), NOON).await.unwrap();
    make_inbox(&store, 2, NOON).await;
    store.delete_inbox(inbox_id(2), NOON).await.unwrap();
    let keys = servers::cli(
        server.port,
        &[
            "eval",
            "local r = {} for _, k in ipairs(redis.call('KEYS', '*')) do \
        if redis.call('PTTL', k) < 0 and not k:find(':debts$') then r[#r + 1] = k end end return {#redis.call('KEYS', '*'), #r}",
            "0",
        ],
    );
    let counts = keys.lines().map(|line| line.parse::<u32>().unwrap()).collect::<Vec<_>>();
    assert!(counts[0] > 10 && counts[1] == 0, "{counts:?}");
}

#[tokio::test]
async fn the_shipped_rights_and_settings_suffice_and_go_no_further() {
    let infra = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/redis/");
    let (acl, conf) =
        (std::fs::read_to_string(format!("{infra}users.acl")), std::fs::read_to_string(format!("{infra}redis.conf")));
    let folder = tempfile::tempdir().unwrap();
    // SHA-256 of "abc" (FIPS 180-4's example).
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let acl = acl.unwrap().replace("REPLACE_WITH_THE_SHA-256_OF_A_PASSWORD_IN_HEX", hash);
    let acl = acl.replace("REPLACE_WITH_THE_SHA-256_OF_ANOTHER_PASSWORD_IN_HEX", hash);
    let acl = acl.replace("REPLACE_WITH_THE_SHA-256_OF_A_THIRD_PASSWORD_IN_HEX", hash);
    let path = folder.path().join("users.acl");
    std::fs::write(&path, acl).unwrap();
    let conf = conf.unwrap().replace("/etc/redis/users.acl", &path.display().to_string());
    let server = Server::of(&conf, &["--min-replicas-to-write", "0"]);
    let url = format!("redis://mayfly:abc@127.0.0.1:{}", server.port);
    let store = store_in("mayfly-test", Topology::one(&url).unwrap(), plenty(), 0);
    store.shared_key(Zeroizing::new([1; 32])).await.unwrap();
    for n in 1..=2 {
        make_inbox(&store, n, NOON).await;
        put(&store, n, 1, NOON).await.unwrap();
        put(&store, n, 2, NOON).await.unwrap();
    }
    store.delete_message(inbox_id(1), message_id(1), NOON).await.unwrap();
    store.extend(inbox_id(1), at(100_000), NOON).await.unwrap();
    store.delete_inbox(inbox_id(2), NOON).await.unwrap();
    conformance::settle_all(&store, at(1)).await;
    assert!(store.entry(inbox_id(1), message_id(2), at(1)).await.is_ok());
    store.purge(at(400_000)).await.unwrap();
    assert_eq!((store.status().messages, store.status().used), (0, 0));
    watch::look(&store.inner).await;
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    for denied in ["CONFIG GET *", "MONITOR", "SLOWLOG GET", "DEBUG SLEEP 0", "KEYS *", "FLUSHALL", "SAVE", "GET other"]
    {
        let mut words = denied.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        for word in words {
            command.arg(word);
        }
        let refused = command.query_async::<Value>(&mut connection).await.unwrap_err();
        // DEBUG is shut before rights are looked at.
        let expected = if denied.starts_with("DEBUG") { "ERR" } else { "NOPERM" };
        assert_eq!(refused.code(), Some(expected), "{denied}");
    }
}

#[tokio::test]
async fn what_comes_between_two_looks_at_memory_is_counted() {
    let server = Server::with(&["--maxmemory", "8mb", "--maxmemory-policy", "volatile-ttl"]);
    let store = store(server.topology(), plenty(), 0);
    make_inbox(&store, 1, NOON).await;
    watch::look(&store.inner).await;
    // As though the next look were late: this node's own count goes on from the last one.
    let mark = 8 * 1024 * 1024 / 100 * 90;
    store.inner.view.remember(mark - 2_500_000, 8 * 1024 * 1024, store.inner.view.kept());
    let mut kept = 0;
    while let Ok(room) = store.inner.view.reserve(1_000_000) {
        store.put(sealed(1, kept, NOON, 999_000), room, NOON).await.unwrap();
        kept += 1;
    }
    assert_eq!(kept, 2, "two fit below the mark, and what is kept of them is not free again");
}

#[tokio::test]
async fn a_server_that_lost_the_key_is_given_it_again() {
    let server = Server::with(&[]);
    let one = store(server.topology(), plenty(), 0);
    assert_eq!(*one.shared_key(Zeroizing::new([1; 32])).await.unwrap(), [1; 32]);
    servers::cli(server.port, &["flushall"]);
    watch::look(&one.inner).await;
    let late = store_in(&one.inner.space.name(), server.topology(), plenty(), 0);
    assert_eq!(*late.shared_key(Zeroizing::new([2; 32])).await.unwrap(), [1; 32], "as if nothing had happened");
}

#[tokio::test]
async fn each_eviction_by_any_server_is_counted_once() {
    let view = View::new(plenty(), 90).unwrap();
    for (run, evicted) in [("a", 2), ("b", 5), ("a", 2), ("a", 3), ("c", 0)] {
        view.evicted(run, evicted);
    }
    assert_eq!(view.status().evicted, 8);
}

#[tokio::test]
async fn a_master_without_its_replicas_takes_no_mail_and_is_read() {
    let server = Server::with(&[]);
    let store = store(server.topology(), plenty(), 0);
    make_inbox(&store, 1, NOON).await;
    put(&store, 1, 1, NOON).await.unwrap();
    servers::cli(server.port, &["config", "set", "min-replicas-to-write", "1"]);
    assert_eq!(put(&store, 1, 2, at(1)).await, Err(PutError::Unavailable));
    assert_eq!(store.list(inbox_id(1), None, 10, at(1)).await.unwrap().messages.len(), 1);
    assert!(store.destination(&conformance::address_key(1), at(1)).await.is_ok());
    assert!(store.part(inbox_id(1), message_id(1), Part::Raw, at(1)).await.is_ok());
    assert!(store.inbox(inbox_id(1), at(1)).await.is_ok());
    // What has ended is not shown, though nobody can drop it now.
    let day = INBOX_LIFE.as_millis() / 1_000;
    let (last, over) = (at(day - 1), at(day));
    assert_eq!(store.list(inbox_id(1), None, 10, last).await.unwrap().messages.len(), 1);
    assert_eq!(store.list(inbox_id(1), None, 10, over).await.err(), Some(ReadError::Gone));
    assert_eq!(store.part(inbox_id(1), message_id(1), Part::Raw, over).await.err(), Some(ReadError::Gone));
    assert_eq!(store.destination(&conformance::address_key(1), over).await.err(), Some(Unreachable::Expired));
    // And nodes start.
    servers::cli(server.port, &["config", "set", "min-replicas-to-write", "0"]);
    store.shared_key(Zeroizing::new([1; 32])).await.unwrap();
    servers::cli(server.port, &["config", "set", "min-replicas-to-write", "1"]);
    let late = store_in(&store.inner.space.name(), server.topology(), plenty(), 0);
    assert_eq!(*late.shared_key(Zeroizing::new([2; 32])).await.unwrap(), [1; 32]);
}
