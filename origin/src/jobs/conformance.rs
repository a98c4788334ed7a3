//! What every back end must do, as checks over any [`Jobs`] in virtual time.
//!
//! A back end's tests call `suite!` with a function that makes empty queues under given rules; each check becomes a
//! test of its own, named for what it shows.

use std::sync::Arc;

use protocol::time::{Millis, Timestamp};

use super::rules::{Rate, Rules};
use crate::ports::{
    DeadReason, EnqueueError, Enqueued, Flow, Job, JobId, Jobs, Lapse, NewJob, Payload, Priority, Queue, QueueStatus,
    RetryPolicy, Settled,
};

pub(crate) mod dead;
pub(crate) mod line;
pub(crate) mod model;
pub(crate) mod time;

/// Makes empty queues, all with the same rules.
pub(crate) type Make<'a> = &'a (dyn Fn(Rules) -> Arc<dyn Jobs> + Sync);

/// Midday of some day.
const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// The queue of most checks.
const QUEUE: Queue = Queue::Webhooks;

/// The rules of most checks.
pub(crate) const RULES: Rules = Rules {
    depth: 8,
    dead: 3,
    visibility: Millis::from_secs(10),
    rate: Rate::Unlimited,
    retry: RetryPolicy { attempts: 3, first: Millis::from_secs(1), longest: Millis::from_secs(4) },
    remember: Millis::from_secs(60),
    remembered: 100,
};

/// That many milliseconds after [`NOON`].
fn at(millis: u64) -> Timestamp {
    NOON.plus(Millis::from_millis(millis))
}

/// A job to be done at once.
fn job(name: &str, priority: Priority) -> NewJob {
    NewJob {
        id: JobId::new(name).unwrap(),
        queue: QUEUE,
        priority,
        payload: Payload::new(format!("of \0{name}").into_bytes()).unwrap(),
        not_before: Timestamp::from_millis(0),
        lapse: Lapse::Never,
    }
}

fn normal(name: &str) -> NewJob {
    job(name, Priority::Normal)
}

/// Enqueues what is new.
async fn put(jobs: &dyn Jobs, new: NewJob, now: Timestamp) {
    assert_eq!(jobs.enqueue(new, now).await, Ok(Enqueued::New));
}

/// Claims, and tells the jobs.
async fn take(jobs: &dyn Jobs, limit: usize, now: Timestamp) -> Vec<Job> {
    jobs.claim(QUEUE, limit, now).await.unwrap().jobs
}

/// The ids of jobs.
fn names(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

async fn status(jobs: &dyn Jobs, now: Timestamp) -> QueueStatus {
    jobs.status(QUEUE, now).await.unwrap()
}

/// Turns each check into a test over the back end that `$make` makes, and plays so many histories to it.
macro_rules! suite {
    ($make:expr, $histories:expr) => {
        $crate::jobs::conformance::suite! { $make, $histories =>
            line: a_job_is_handed_out_as_it_was_enqueued, what_came_first_goes_first, a_known_id_changes_nothing,
                a_full_line_takes_no_more, a_flood_locks_out_no_other_priority, no_priority_starves,
                a_queue_knows_nothing_of_another, a_paused_queue_hands_out_none, a_claim_hands_out_no_more_than_asked,
                a_claim_is_settled_once, what_is_enqueued_is_heard;
            time: a_delay_ends_at_the_very_millisecond, a_stalled_job_is_anothers, a_beat_keeps_a_claim,
                the_rate_is_kept, a_lapsed_job_is_dropped, what_is_done_is_forgotten_in_time,
                a_failed_job_waits_for_its_time, the_oldest_is_told;
            dead: the_dead_are_told_the_latest_first, the_oldest_dead_give_way, the_dead_come_back_as_new,
                redrive_stops_where_the_line_is_full, what_kills_its_workers_dies;
        }
    };
    ($make:expr, $histories:expr => $($file:ident: $($check:ident),+;)+) => {
        $($(
            #[tokio::test]
            async fn $check() {
                $crate::jobs::conformance::$file::$check(&$make).await;
            }
        )+)+

        #[test]
        fn any_history_ends_as_the_model_says() {
            $crate::jobs::conformance::model::any_history_ends_as_the_model_says(&$make, $histories);
        }
    };
}
pub(crate) use suite;
