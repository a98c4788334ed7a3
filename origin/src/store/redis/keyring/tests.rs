use protocol::{message::Part, sealing::primitives::Portable};

use super::*;
use crate::{
    budget::Budget,
    chance::SystemChance,
    ports::{ReadError, Store as _},
    store::{
        conformance::{PLENTY, at, inbox_id, make_inbox, message_id, put, sealed},
        memory::Edge,
        redis::{RedisStore, Settings, tests::servers::Server},
        wrapped::Wrapped,
    },
};

fn keyring(space: &str) -> RedisKeyring {
    RedisKeyring::start(&Server::shared().topology(), space, 0, Arc::new(SystemChance))
}

#[tokio::test]
async fn nodes_share_an_hours_key() {
    let (one, other) = (keyring("keyring1"), keyring("keyring1"));
    let [first, second] = [7, 8].map(Epoch::from_number);
    let key = one.key(first).await.unwrap();
    assert_eq!(other.find(&[first, second]).await.unwrap(), [(first, key.clone())], "to look for a key draws none");
    assert_eq!(other.key(first).await.unwrap(), key);
    let later = other.key(second).await.unwrap();
    assert_ne!(later, key);
    assert_eq!(one.living().await.unwrap().len(), 2);
    assert_ne!(keyring("keyring2").key(first).await.unwrap(), key, "another region's");
}

#[tokio::test]
async fn a_key_ends_on_time_for_all_nodes() {
    let (one, other) = (keyring("keyring3"), keyring("keyring3"));
    let [first, second] = [7, 8].map(Epoch::from_number);
    let key = one.key(first).await.unwrap();
    other.key(first).await.unwrap();
    one.key(second).await.unwrap();
    let before = Timestamp::from_millis(first.end().as_millis() - 1);
    assert_eq!(one.forget(before).await, Ok(Some(first.end())));
    assert_eq!(other.key(first).await.unwrap(), key);
    assert_eq!(one.forget(first.end()).await, Ok(Some(second.end())));
    assert_eq!(other.forget(first.end()).await, Ok(Some(second.end())));
    assert_eq!(other.find(&[first]).await, Ok(vec![]));
    assert_eq!(one.forget(second.end()).await, Ok(None));
}

#[tokio::test]
async fn what_lies_in_redis_is_wrapped_and_any_node_reads_it() {
    let settings = |space: &str| Settings {
        topology: Server::shared().topology(),
        space: space.to_owned(),
        replicas: 0,
        budget: Budget::new(PLENTY, PLENTY),
        high_water_percent: 90,
        edge: Edge::Pushed,
    };
    let node = || {
        let beneath = Arc::new(RedisStore::start(settings("keyring4"), &SystemChance).unwrap());
        (beneath.clone(), Wrapped::new(beneath, Arc::new(keyring("keyring4")), Arc::new(Portable)))
    };
    let ((beneath, one), (_, other)) = (node(), node());
    let made = make_inbox(&one, 1, at(0)).await;
    put(&one, 1, 1, at(1)).await.unwrap();
    let (id, message) = (inbox_id(1), message_id(1));
    let bare = sealed(1, 1, at(1), 100);
    assert_eq!(other.part(id, message, Part::Raw, at(2)).await.unwrap(), bare.raw());
    assert_eq!(other.inbox(id, at(2)).await.unwrap().sealed_address, made.sealed_address);
    assert_eq!(other.entry(id, message, at(2)).await.unwrap().size, bare.raw().len() as u64);
    assert_ne!(beneath.part(id, message, Part::Raw, at(2)).await.unwrap(), bare.raw());
    other.delete_inbox(id, at(3)).await.unwrap();
    assert_eq!(one.part(id, message, Part::Raw, at(3)).await, Err(ReadError::Gone));
}
