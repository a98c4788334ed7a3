//! Jobs and workers around it: an owner is told once for all, however often it fails before.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};

use super::{flow::*, *};
use crate::{
    chance::SystemChance,
    jobs::{
        memory::MemoryJobs,
        pool::Pool,
        rules::{AllRules, Rules},
        scale::Workers,
    },
    metrics,
    ports::{Clock as _, Jobs, Queue, QueueStatus},
    store::conformance::{NOON, inbox_id, message_id, put},
    webhooks::errand::Errand,
};

struct Line {
    world: World,
    jobs: Arc<MemoryJobs>,
    stop: watch::Sender<bool>,
    pool: tokio::task::JoinHandle<()>,
}

impl Line {
    fn start(world: World) -> Self {
        let jobs = Arc::new(MemoryJobs::new(&AllRules::default()));
        let (stop, stopped) = watch::channel(false);
        let pool = Pool {
            jobs: jobs.clone(),
            queue: Queue::Webhooks,
            handler: world.deliverer.clone(),
            rules: Rules::of(Queue::Webhooks),
            workers: Workers { floor: 8, ceiling: 8 },
            clock: world.clock.clone(),
            chance: Arc::new(SystemChance),
            metrics: metrics::Jobs::default(),
        };
        Self { pool: tokio::spawn(pool.run(stopped)), world, jobs, stop }
    }

    async fn enqueue(&self, m: u16) {
        let job = Errand { inbox: inbox_id(1), message: message_id(m) }.job(NOON).unwrap();
        self.jobs.enqueue(job, self.world.clock.now()).await.unwrap();
    }

    /// Waits until the queue stands so; whenever nothing is under way, time moves on by so many seconds.
    async fn until(&self, each: u64, holds: impl Fn(&QueueStatus) -> bool) {
        let waited = async {
            loop {
                let status = self.jobs.status(Queue::Webhooks, self.world.clock.now()).await.unwrap();
                if holds(&status) {
                    return;
                }
                if status.running == 0 && status.waiting.iter().sum::<u64>() == 0 {
                    self.world.advance(secs(each));
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(timeout(Duration::from_secs(60), waited).await.is_ok(), "it does not come to stand so");
    }

    async fn end(self) {
        self.stop.send_replace(true);
        self.pool.await.unwrap();
    }
}

#[tokio::test]
async fn an_owner_is_told_in_the_end_and_then_no_more() {
    let acts =
        vec![Act::Say(500, ""), Act::HangUp, Act::Say(429, "retry-after: 7\r\n"), Act::Say(302, "location: /\r\n")];
    let receiver = Receiver::open(acts).await;
    let line = Line::start(world(&receiver, Names::public()).await);
    line.enqueue(1).await;
    line.until(1, |status| status.depth() == 0).await;
    line.enqueue(1).await;
    line.until(1, |status| status.depth() == 0).await;
    let heard = receiver.heard();
    assert_eq!(heard.len(), 5, "four that failed and one that did not");
    assert!(heard.iter().all(|heard| heard.id == heard.body["data"]["id"].as_str().unwrap()));
    assert!(heard.windows(2).all(|two| two[1].timestamp >= two[0].timestamp + 5), "each has its own time");
    line.end().await;
}

#[tokio::test]
async fn an_owner_who_never_answers_is_given_up_before_the_message_ends() {
    let receiver = Receiver::open(vec![Act::Say(500, ""); 64]).await;
    let line = Line::start(world(&receiver, Names::public()).await);
    line.enqueue(1).await;
    line.until(600, |status| status.dead == 1).await;
    assert!((7..16).contains(&receiver.heard().len()), "{}", receiver.heard().len());
    let last = receiver.heard().last().unwrap().timestamp;
    assert!(last < NOON.as_secs() + 24 * 60 * 60);
    line.end().await;
}

#[tokio::test]
async fn many_messages_for_one_host_are_all_told_by_its_few_seats() {
    let receiver = Receiver::open(vec![]).await;
    let world = world(&receiver, Names::public()).await;
    for m in 2..=40 {
        put(&*world.store, 1, m, NOON).await.unwrap();
    }
    let line = Line::start(world);
    for m in 1..=40 {
        line.enqueue(m).await;
    }
    line.until(1, |status| status.depth() == 0).await;
    let mut ids: Vec<String> = receiver.heard().into_iter().map(|heard| heard.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), receiver.heard().len()), (40, 40), "each once");
    line.end().await;
}
