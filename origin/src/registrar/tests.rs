use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};

use protocol::{
    address::{Domain, Local},
    api::{CreateInbox, Owner},
    capability::Capability,
    limits::INBOX_LIFE,
    message::Part,
    sealing::Binding,
    webhook::{WebhookUrl, WebhookWish},
};

use super::{
    CreateRefusal, Created, Registrar, Webhooks,
    fake::{Counting, FakeStore, Hand},
};
use crate::{
    limits::NAME_DRAWS,
    mail::AddressHasher,
    ports::{Chance, Store},
};

fn registrar(store: &Arc<FakeStore>, domains: &[&str]) -> Registrar {
    Registrar {
        store: Arc::clone(store) as Arc<dyn Store>,
        hasher: AddressHasher::new(&[7; 32]),
        domains: domains.iter().map(|domain| Domain::parse(domain).unwrap()).collect(),
        chance: Arc::new(Counting::default()) as Arc<dyn Chance>,
        clock: Arc::new(Hand::at(1_700_000_000_000)),
        webhooks: Webhooks::Served,
    }
}

fn wish(owner: Owner) -> CreateInbox {
    CreateInbox { owner, name: None, domain: None, life: INBOX_LIFE, purpose: None, webhook: None }
}

fn sealed(capability: &Capability) -> Owner {
    Owner::Sealed {
        public_key: Box::new(capability.key_pair().public_key()),
        read_token_hash: capability.read_token().hash(),
    }
}

#[tokio::test]
async fn an_assisted_inbox_is_its_capability() {
    let registrar = registrar(&Arc::default(), &["mayfly.example"]);
    let Ok(Created::Assisted { inbox, address, capability, .. }) = registrar.create(wish(Owner::Assisted)).await else {
        panic!("not assisted")
    };
    assert_eq!(inbox.id, capability.inbox_id());
    assert!(inbox.read_token_hash.admits(&capability.read_token()));
    assert_eq!(inbox.expires_at, inbox.created_at.plus(INBOX_LIFE));
    let binding = Binding::address(inbox.id);
    let opened = capability.key_pair().open(&binding, Part::Address, &inbox.sealed_address).unwrap();
    assert_eq!(&opened.inflate(320).unwrap()[..], address.as_bytes());
    let closed = String::from_utf8_lossy(&inbox.sealed_address);
    assert!(!closed.contains(address.split('@').next().unwrap()));
}

#[tokio::test]
async fn a_sealed_inbox_tells_no_capability() {
    let registrar = registrar(&Arc::default(), &["mayfly.example"]);
    let capability = Capability::from_bytes([5; 32]);
    let created = registrar.create(wish(sealed(&capability))).await.unwrap_or_else(|refusal| panic!("{refusal}"));
    let view = created.view();
    assert_eq!((view.id, view.capability), (capability.inbox_id(), None));
    let again = registrar.create(wish(sealed(&capability))).await.err();
    assert_eq!(again, Some(CreateRefusal::InboxExists));
}

#[tokio::test]
async fn names_are_drawn_again_a_bounded_number_of_times() {
    let store = Arc::<FakeStore>::default();
    store.crowded.store(true, Ordering::SeqCst);
    let refusal = registrar(&store, &["mayfly.example"]).create(wish(Owner::Assisted)).await.err();
    assert_eq!(refusal, Some(CreateRefusal::NamesExhausted { draws: NAME_DRAWS }));
    assert_eq!(store.creations.load(Ordering::SeqCst), NAME_DRAWS);
}

#[tokio::test]
async fn an_asked_name_is_tried_once() {
    let store = Arc::<FakeStore>::default();
    store.crowded.store(true, Ordering::SeqCst);
    let registrar = registrar(&store, &["mayfly.example"]);
    let named = |name| CreateInbox { name: Some(Local::parse(name).unwrap()), ..wish(Owner::Assisted) };
    assert_eq!(registrar.create(named("quiet.heron")).await.err(), Some(CreateRefusal::NameTaken));
    assert_eq!(registrar.create(named("hostmaster")).await.err(), Some(CreateRefusal::NameReserved));
    assert_eq!(store.creations.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_pool_of_domains_wears_evenly_and_an_unknown_one_is_refused() {
    let store = Arc::default();
    let registrar_of_two = registrar(&store, &["one.example", "two.example"]);
    let mut used = BTreeSet::new();
    for _ in 0..16 {
        let created = registrar_of_two.create(wish(Owner::Assisted)).await.unwrap_or_else(|why| panic!("{why}"));
        used.insert(created.view().domain);
    }
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["one.example", "two.example"]);
    let elsewhere = Some(Domain::parse("elsewhere.example").unwrap());
    let asked = CreateInbox { domain: elsewhere, ..wish(Owner::Assisted) };
    assert_eq!(registrar_of_two.create(asked).await.err(), Some(CreateRefusal::DomainUnknown));
    let none = registrar(&store, &[]).create(wish(Owner::Assisted)).await.err();
    assert_eq!(none, Some(CreateRefusal::NoDomain));
}

#[tokio::test]
async fn a_silent_store_makes_nothing() {
    let store = Arc::<FakeStore>::default();
    store.silent.store(true, Ordering::SeqCst);
    let refusal = registrar(&store, &["mayfly.example"]).create(wish(Owner::Assisted)).await.err();
    assert_eq!(refusal, Some(CreateRefusal::Unavailable));
}

#[tokio::test]
async fn where_nobody_would_tell_nobody_is_promised_to_be_told() {
    let store = Arc::new(FakeStore::default());
    let off = Registrar { webhooks: Webhooks::Off, ..registrar(&store, &["mail.example"]) };
    let url = WebhookUrl::parse("https://hooks.example.com/").unwrap();
    let webhook = Some(WebhookWish { url, secret: None });
    let refused = off.create(CreateInbox { webhook, ..wish(Owner::Assisted) }).await;
    assert_eq!(refused.err(), Some(CreateRefusal::NoWebhooks));
    assert!(off.create(wish(Owner::Assisted)).await.is_ok());
    assert_eq!(store.creations.load(std::sync::atomic::Ordering::SeqCst), 1);
}
