use protocol::time::{Millis, Timestamp};

use super::*;
use crate::{
    budget::Budget,
    registrar::fake::{Counting, Hand},
    store::memory::MemoryStore,
};

fn keeper() -> (Keeper, Arc<Hand>) {
    let clock = Arc::new(Hand::at(1_000_000));
    let capability = Capability::from_bytes([7; 32]);
    let host = protocol::address::Domain::parse("mx.mayfly.test").unwrap();
    let keeper = Keeper {
        inbox: StandingInbox::new(PublicKeys::of(&capability), Holder::Operator, host),
        store: Arc::new(MemoryStore::new(Budget::new(1 << 20, 1 << 20))),
        hasher: AddressHasher::new(&[1; 32]),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        chance: Arc::new(Counting::default()),
    };
    (keeper, clock)
}

async fn ends(keeper: &Keeper) -> Result<Timestamp, ReadError> {
    keeper.store.inbox(keeper.inbox.id(), keeper.clock.now()).await.map(|inbox| inbox.expires_at)
}

#[tokio::test]
async fn it_never_ends() {
    let (keeper, clock) = keeper();
    keeper.make().await;
    let first = ends(&keeper).await.unwrap();
    for _ in 0..100 {
        clock.advance(Millis::from_secs(60 * 60));
        assert_eq!(keeper.see_to_it().await, Standing::There);
    }
    let now = clock.time();
    assert!(now > first, "longer than any inbox lives");
    assert_eq!(ends(&keeper).await.unwrap(), now.plus(INBOX_LIFE));
}

#[tokio::test]
async fn it_is_not_extended_all_the_time() {
    let (keeper, clock) = keeper();
    keeper.make().await;
    let first = ends(&keeper).await.unwrap();
    clock.advance(OPERATOR_CHECK);
    assert_eq!(keeper.see_to_it().await, Standing::There);
    assert_eq!(ends(&keeper).await.unwrap(), first);
}

#[tokio::test]
async fn one_that_ended_is_made_again_once_that_is_forgotten() {
    let (keeper, clock) = keeper();
    keeper.make().await;
    keeper.store.delete_inbox(keeper.inbox.id(), clock.time()).await.unwrap();
    assert_eq!(keeper.see_to_it().await, Standing::Ended);
    clock.advance(crate::limits::GONE_MEMORY);
    assert_eq!(keeper.see_to_it().await, Standing::There);
    assert!(ends(&keeper).await.is_ok());
}

#[tokio::test]
async fn where_there_is_no_room_it_is_made_later() {
    let (mut keeper, _) = keeper();
    keeper.store = Arc::new(MemoryStore::new(Budget::new(0, 0)));
    assert_eq!(keeper.see_to_it().await, Standing::Missing);
}
