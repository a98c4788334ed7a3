use protocol::webhook::Webhook;

use super::*;
use crate::{
    jobs::{
        memory::MemoryJobs,
        rules::{AllRules, Rules},
    },
    pipeline::tests::{World, world_with},
    ports::{Clock as _, Delivery, Flow, Job, Queue, WebhookChange},
};

/// A queue that takes so many jobs.
fn queue(depth: u64) -> Arc<MemoryJobs> {
    Arc::new(MemoryJobs::new(&AllRules::each(|queue| Rules { depth, ..Rules::of(queue) })))
}

/// A world whose owners are told by `jobs`; alice has a webhook and bob has none.
async fn world(jobs: &Arc<MemoryJobs>) -> World {
    let world = world_with(1 << 20, Notices::Queued(Arc::clone(jobs) as Arc<dyn Jobs>));
    let alice = world.inbox("alice@mayfly.test", 1).await.inbox_id();
    world.inbox("bob@mayfly.test", 2).await;
    let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw https://hooks.example.com/";
    let change = WebhookChange::Set(Arc::new(Webhook::parse(text).unwrap()));
    world.pipeline.parts.store.set_webhook(alice, change, world.clock.now()).await.unwrap();
    world
}

/// What stands in the queue once all that waited was enqueued.
async fn enqueued(world: &World, jobs: &MemoryJobs) -> Vec<Job> {
    let (_end, ended) = watch::channel(true);
    world.pipeline.tell_owners(ended).await;
    jobs.claim(Queue::Webhooks, 64, world.clock.now()).await.unwrap().jobs
}

fn untold(world: &World) -> u64 {
    let metrics = &world.pipeline.parts.metrics;
    let text = metrics.render(&world.pipeline.parts.store.status(), world.clock.now()).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("mayfly_webhook_untold_total ")).unwrap();
    line.parse().unwrap()
}

#[tokio::test]
async fn the_owner_who_asked_is_told_of_each_message() {
    let jobs = queue(8);
    let world = world(&jobs).await;
    let both = ["alice@mayfly.test", "bob@mayfly.test"];
    assert_eq!(world.send(&both, b"Subject: one\r\n\r\n1\r\n").await, Delivery::Stored);
    assert_eq!(world.send(&both[1..], b"Subject: two\r\n\r\n2\r\n").await, Delivery::Stored);
    assert_eq!(world.send(&both[..1], b"Subject: three\r\n\r\n3\r\n").await, Delivery::Stored);
    let jobs = enqueued(&world, &jobs).await;
    let alice = protocol::capability::Capability::from_bytes([1; 32]).inbox_id();
    let now = world.clock.now();
    let kept = world.pipeline.parts.store.list(alice, None, 9, now).await.unwrap().messages;
    let told: Vec<_> = jobs.iter().map(|job| Errand::read(&job.payload).unwrap()).collect();
    let expected: Vec<_> = kept.iter().map(|kept| Errand { inbox: alice, message: kept.entry.id }).collect();
    assert_eq!((told.len(), told), (2, expected));
    assert_eq!(untold(&world), 0);
}

#[tokio::test]
async fn a_full_queue_costs_no_mail() {
    let jobs = queue(1);
    let world = world(&jobs).await;
    for n in 0..3 {
        let message = format!("Subject: {n}\r\n\r\n{n}\r\n");
        assert_eq!(world.send(&["alice@mayfly.test"], message.as_bytes()).await, Delivery::Stored);
    }
    assert_eq!(enqueued(&world, &jobs).await.len(), 1);
    assert_eq!(untold(&world), 2);
}

#[tokio::test]
async fn mail_does_not_wait_for_a_queue_that_nobody_empties() {
    let jobs = queue(8);
    jobs.set_flow(Queue::Webhooks, Flow::Paused).await.unwrap();
    let world = world(&jobs).await;
    for n in 0..3 {
        let message = format!("Subject: {n}\r\n\r\n{n}\r\n");
        // Nobody takes notices here: they wait beside the mail, not before it.
        assert_eq!(world.send(&["alice@mayfly.test"], message.as_bytes()).await, Delivery::Stored);
    }
    assert!(enqueued(&world, &jobs).await.is_empty());
    assert_eq!((jobs.status(Queue::Webhooks, world.clock.now()).await.unwrap().depth(), untold(&world)), (3, 0));
}
