use std::sync::atomic::{AtomicU8, Ordering};

use protocol::time::Millis;

use super::*;

/// Chance that counts how often it was asked.
#[derive(Default)]
struct Counting(AtomicU8);

impl Chance for Counting {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0.fetch_add(1, Ordering::Relaxed) + 1);
    }
}

fn keyring() -> MemoryKeyring {
    MemoryKeyring::new(Arc::new(Counting::default()))
}

fn epochs(keys: &[(Epoch, EpochKey)]) -> Vec<u32> {
    keys.iter().map(|(epoch, _)| epoch.number()).collect()
}

#[tokio::test]
async fn an_hours_key_is_drawn_once() {
    let (keyring, epoch) = (keyring(), Epoch::from_number(7));
    let key = keyring.key(epoch).await.unwrap();
    assert_eq!(key.as_bytes(), &[1; 32]);
    assert_eq!(keyring.key(epoch).await.unwrap(), key);
    assert_ne!(keyring.key(Epoch::from_number(8)).await.unwrap(), key);
    let found = keyring.find(&[Epoch::from_number(6), epoch]).await.unwrap();
    assert_eq!(found, [(epoch, key)], "to look for a key draws none");
    assert_eq!(epochs(&keyring.living().await.unwrap()), [7, 8]);
}

#[tokio::test]
async fn a_key_ends_on_time() {
    let keyring = keyring();
    let [one, two] = [7, 8].map(Epoch::from_number);
    for epoch in [two, one] {
        keyring.key(epoch).await.unwrap();
    }
    let before = Timestamp::from_millis(one.end().as_millis() - 1);
    assert_eq!(keyring.forget(before).await, Ok(Some(one.end())));
    assert_eq!(keyring.forget(one.end()).await, Ok(Some(two.end())));
    assert_eq!(epochs(&keyring.living().await.unwrap()), [8]);
    assert_eq!(keyring.forget(two.end().plus(Millis::from_secs(1))).await, Ok(None));
}

#[tokio::test]
async fn a_successor_goes_on_with_the_same_keys() {
    let (old, new) = (keyring(), keyring());
    let key = old.key(Epoch::from_number(7)).await.unwrap();
    old.key(Epoch::from_number(8)).await.unwrap();
    new.take(old.keys());
    assert_eq!(new.key(Epoch::from_number(7)).await.unwrap(), key);
    assert_eq!(new.keys(), old.keys());
}
