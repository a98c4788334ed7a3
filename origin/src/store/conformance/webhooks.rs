//! Webhooks: with their inbox from its beginning or since later, and gone with it.

use protocol::webhook::Webhook;

use super::*;
use crate::{
    mail::Notice,
    ports::{ReadError, WebhookChange},
};

fn webhook(path: &str) -> Arc<Webhook> {
    let text = format!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw https://hooks.example.com/{path}");
    Arc::new(Webhook::parse(&text).unwrap())
}

/// What `n`'s webhook is at `now`.
async fn of(store: &dyn Store, n: u8, now: Timestamp) -> Option<Arc<Webhook>> {
    store.webhook(inbox_id(n), now).await.unwrap()
}

async fn change(store: &dyn Store, n: u8, change: WebhookChange) -> Inbox {
    store.set_webhook(inbox_id(n), change, at(1)).await.unwrap()
}

pub(crate) async fn a_webhook_is_its_inboxes(make: Make<'_>) {
    let store = fresh(make);
    let mine = webhook("mine");
    store.create(NewInbox { webhook: Some(mine.clone()), ..new_inbox(1, NOON) }).await.unwrap();
    make_inbox(&*store, 2, NOON).await;
    assert!(of(&*store, 1, NOON).await == Some(mine));
    assert!(of(&*store, 2, NOON).await.is_none());
    assert_eq!(store.webhook(inbox_id(3), NOON).await.err(), Some(ReadError::NotFound));
}

pub(crate) async fn a_message_says_whether_its_owner_is_told(make: Make<'_>) {
    let store = fresh(make);
    store.create(NewInbox { webhook: Some(webhook("mine")), ..new_inbox(1, NOON) }).await.unwrap();
    assert_eq!(put(&*store, 1, 1, NOON).await.unwrap().notice, Notice::Webhook);
    assert_eq!(put(&*store, 1, 1, NOON).await.unwrap().notice, Notice::Webhook, "a replay says the same");
    change(&*store, 1, WebhookChange::Remove).await;
    assert_eq!(put(&*store, 1, 2, NOON).await.unwrap().notice, Notice::Unwanted);
    change(&*store, 1, WebhookChange::Set(webhook("again"))).await;
    assert_eq!(put(&*store, 1, 3, NOON).await.unwrap().notice, Notice::Webhook);
}

pub(crate) async fn a_webhook_is_set_and_removed(make: Make<'_>) {
    let store = fresh(make);
    let made = make_inbox(&*store, 1, NOON).await;
    settle_all(&*store, NOON).await;
    let (first, second) = (webhook("first"), webhook("second"));
    let inbox = change(&*store, 1, WebhookChange::Set(first.clone())).await;
    assert_eq!((inbox.seq, inbox.expires_at), (made.seq, made.expires_at), "no reader is told");
    assert!(of(&*store, 1, at(1)).await == Some(first.clone()));
    change(&*store, 1, WebhookChange::Set(second.clone())).await;
    assert!(of(&*store, 1, at(1)).await == Some(second.clone()));
    change(&*store, 1, WebhookChange::RemoveThis(first)).await;
    assert!(of(&*store, 1, at(1)).await == Some(second.clone()), "it is another by now");
    change(&*store, 1, WebhookChange::RemoveThis(second)).await;
    assert!(of(&*store, 1, at(1)).await.is_none());
    change(&*store, 1, WebhookChange::Remove).await;
    assert!(store.owed(&NONE, 1, at(1)).await.unwrap().is_empty(), "it is none of the edge's business");
}

pub(crate) async fn a_webhook_ends_with_its_inbox(make: Make<'_>) {
    let store = fresh(make);
    for n in [1, 2] {
        let new = NewInbox { webhook: Some(webhook("mine")), expires_at: at(60), ..new_inbox(n, NOON) };
        store.create(new).await.unwrap();
    }
    store.delete_inbox(inbox_id(2), at(1)).await.unwrap();
    assert_eq!(store.webhook(inbox_id(2), at(1)).await.err(), Some(ReadError::Gone));
    assert!(of(&*store, 1, before(at(60))).await.is_some());
    assert_eq!(store.webhook(inbox_id(1), at(60)).await.err(), Some(ReadError::Gone));
    let late = store.set_webhook(inbox_id(1), WebhookChange::Set(webhook("late")), at(60)).await;
    assert_eq!(late.err(), Some(ReadError::Gone));
}

pub(crate) async fn a_webhook_takes_no_room_of_its_own(make: Make<'_>) {
    let store = fresh(make);
    make_inbox(&*store, 1, NOON).await;
    let used = store.status().used;
    change(&*store, 1, WebhookChange::Set(webhook(&"x".repeat(400)))).await;
    assert_eq!(store.status().used, used);
}
