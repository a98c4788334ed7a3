use prometheus_client::{encoding::text, registry::Registry};
use protocol::time::Timestamp;

use super::{Attempt, Jobs};
use crate::ports::{Flow, Queue, QueueStatus};

#[test]
fn a_queue_is_told_as_it_stands() {
    let (jobs, mut registry) = (Jobs::default(), Registry::default());
    jobs.register(&mut registry);
    jobs.begin(Queue::Webhooks);
    jobs.attempt(Queue::Webhooks, Attempt::Again);
    let status = QueueStatus {
        waiting: [1, 0, 5, 0],
        oldest: Some(Timestamp::from_millis(1_000)),
        dead: 2,
        refused: 4,
        flow: Flow::Paused,
        ..QueueStatus::default()
    };
    jobs.stands(Queue::Webhooks, &status, Timestamp::from_millis(3_500));
    jobs.workers(Queue::Webhooks, 3, 8, 250);
    let mut told = String::new();
    text::encode(&mut told, &registry).unwrap();
    for line in [
        r#"jobs_waiting{queue="webhooks",priority="normal"} 5"#,
        r#"jobs_oldest_seconds{queue="webhooks"} 2.5"#,
        r#"jobs_dead{queue="webhooks"} 2"#,
        r#"jobs_paused{queue="webhooks"} 1"#,
        r#"jobs_workers{queue="webhooks"} 3"#,
        r#"jobs_workers_ceiling{queue="webhooks"} 8"#,
        r#"jobs_workers_busy_ratio{queue="webhooks"} 0.25"#,
        r#"jobs_attempts_total{queue="webhooks",outcome="again"} 1"#,
        r#"jobs_attempts_total{queue="webhooks",outcome="done"} 0"#,
        r#"jobs_refused{queue="webhooks"} 4"#,
    ] {
        assert!(told.lines().any(|said| said == line), "no line {line:?} in:\n{told}");
    }
}
