//! What the operator's door tells of the queues, and what may be done about them: pause, resume, redrive.
//!
//! Ids and counts alone: what a job is about is never told. Asked by address as [`operator`](super::operator) is; and
//! a command is refused where a web page sent it, which its browser says (WHATWG Fetch §3.1).

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use protocol::{problem::Kind, time::Timestamp};
use serde_json::{Value, json};

use super::{answer, operator::is_address, refused::Refused};
use crate::{
    limits::JOB_DEAD_PAGE,
    metrics::Metrics,
    ports::{Clock, DeadJob, Flow, Jobs, JobsError, Priority, Queue, QueueStatus},
};

/// How all queues stand.
pub(super) const ALL: &str = "/jobs";
/// A queue's dead jobs.
pub(super) const DEAD: &str = "/jobs/{queue}/dead";
/// What may be done.
pub(super) const COMMAND: &str = "/jobs/{queue}/{command}";

/// What the routes work with. `app.rs` fills it in.
#[derive(Clone)]
pub struct QueueDesk {
    /// The queues.
    pub jobs: Arc<dyn Jobs>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

/// For the operator's door: `GET /jobs`, `GET /jobs/{queue}/dead`, and `POST /jobs/{queue}/` `pause`, `resume`, `redrive`.
pub fn queue_router(desk: QueueDesk) -> Router {
    let metrics = Arc::clone(&desk.metrics);
    let routes = Router::new().route(ALL, get(all)).route(DEAD, get(dead)).route(COMMAND, post(command));
    answer::dress_all(answer::dress_operator(routes).with_state(desk), metrics)
}

impl From<JobsError> for Refused {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Unavailable => Self::new(Kind::Unavailable, "The job store does not answer just now."),
        }
    }
}

async fn all(State(desk): State<QueueDesk>, headers: HeaderMap) -> Result<Response, Refused> {
    by_address(&headers)?;
    let now = desk.clock.now();
    let mut queues = serde_json::Map::new();
    for queue in Queue::ALL {
        let status = desk.jobs.status(queue, now).await?;
        queues.insert(queue.name().to_owned(), view(&status, now));
    }
    Ok(json_of(&json!({ "queues": queues })))
}

async fn dead(
    State(desk): State<QueueDesk>,
    headers: HeaderMap,
    Path(queue): Path<String>,
) -> Result<Response, Refused> {
    by_address(&headers)?;
    let dead = desk.jobs.dead(queue_of(&queue)?, JOB_DEAD_PAGE).await?;
    Ok(json_of(&json!({ "dead": dead.iter().map(dead_view).collect::<Vec<_>>() })))
}

async fn command(
    State(desk): State<QueueDesk>,
    headers: HeaderMap,
    Path((queue, command)): Path<(String, String)>,
) -> Result<Response, Refused> {
    by_address(&headers)?;
    if headers.contains_key(header::ORIGIN) {
        return Err(Refused::new(Kind::Forbidden, "Commands are not taken from web pages."));
    }
    let queue = queue_of(&queue)?;
    match command.as_str() {
        "pause" => desk.jobs.set_flow(queue, Flow::Paused).await?,
        "resume" => desk.jobs.set_flow(queue, Flow::Running).await?,
        "redrive" => {
            let redriven = desk.jobs.redrive(queue, JOB_DEAD_PAGE, desk.clock.now()).await?;
            return Ok(json_of(&json!({ "redriven": redriven })));
        }
        _ => return Err(Refused::new(Kind::NotFound, "A queue can be told to pause, resume or redrive.")),
    }
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

fn by_address(headers: &HeaderMap) -> Result<(), Refused> {
    match headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
        Some(host) if is_address(host) => Ok(()),
        _ => Err(Refused::new(Kind::Forbidden, "Ask by address, such as http://127.0.0.1:9025/jobs.")),
    }
}

fn queue_of(name: &str) -> Result<Queue, Refused> {
    let found = Queue::ALL.into_iter().find(|queue| queue.name() == name);
    found.ok_or_else(|| Refused::new(Kind::NotFound, "There is no such queue. GET /jobs lists them."))
}

fn view(status: &QueueStatus, now: Timestamp) -> Value {
    let waiting: serde_json::Map<_, _> = Priority::ALL
        .map(|priority| (priority.name().to_owned(), status.waiting[priority.index()].into()))
        .into_iter()
        .collect();
    json!({
        "flow": match status.flow { Flow::Running => "running", Flow::Paused => "paused" },
        "waiting": waiting,
        "delayed": status.delayed,
        "running": status.running,
        "dead": status.dead,
        "oldest_seconds": status.oldest.map(|since| now.since(since).as_duration().as_secs_f64()),
        "stalled": status.stalled,
        "lapsed": status.lapsed,
        "refused": status.refused,
        "forgotten": status.forgotten,
    })
}

fn dead_view(job: &DeadJob) -> Value {
    json!({
        "id": job.id.as_str(),
        "priority": job.priority.name(),
        "attempts": job.attempts,
        "reason": job.reason.name(),
        "died_at": job.died_at.to_string(),
    })
}

fn json_of(value: &Value) -> Response {
    ([(header::CONTENT_TYPE, answer::JSON)], value.to_string()).into_response()
}

#[cfg(test)]
mod tests;
