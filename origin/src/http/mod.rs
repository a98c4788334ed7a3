//! The HTTP side of the origin: `/v1` for clients and the edge, health, metrics, and the page.
//!
//! [`router`] is what the world may reach, [`operator_router`] what only the operator should;
//! `app.rs` binds or merges them. Nothing here logs a request: a path names an inbox, a header holds
//! its credential. Mail is opened here in assisted mode alone, for one answer, and never kept.
//!
//! A request's way: [`admit`] lets so many of a client through, [`answer`] counts it and dresses the answer, [`extract`] turns what cannot be
//! read into a [`refused`] problem, [`access`] finds the inbox and checks the credential, and then
//! [`inboxes`], [`messages`], [`raw`], [`deliveries`], [`events`] or [`service`] do what was asked. [`keys`] is for the
//! edge alone, on a reader's behalf.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router, middleware,
    routing::{get, post},
};
use tokio::sync::watch;

use crate::{
    metrics::Metrics,
    operator::StandingInbox,
    ports::{Clock, ReadingKeys, Store},
    registrar::Registrar,
};

mod access;
mod admit;
mod answer;
mod challenges;
mod deliveries;
mod events;
mod extract;
mod inboxes;
mod keys;
mod messages;
mod openapi;
mod opening;
mod operator;
mod page;
mod queues;
mod raw;
mod refused;
mod serve;
mod service;
mod waiting;

pub use self::{
    admit::Admit,
    challenges::challenge_router,
    queues::{QueueDesk, queue_router},
    serve::{Bounds, serve},
};

/// What the routes work with. `app.rs` fills it in.
#[derive(Clone)]
pub struct ApiState {
    /// Where mail is kept.
    pub store: Arc<dyn Store>,
    /// The keys of what the edge has.
    pub reading: Arc<dyn ReadingKeys>,
    /// Makes inboxes.
    pub registrar: Arc<Registrar>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The operator's inbox.
    pub operator: StandingInbox,
    /// Whose requests are counted.
    pub admit: Admit,
    /// This region's name.
    pub region: String,
    /// The folder of the built page; without one, only the API is served.
    pub page: Option<PathBuf>,
    /// Turns true when the service is about to end: who waits is answered at once, and it is no longer ready.
    pub draining: watch::Receiver<bool>,
    /// Moves the virtual clock, and all that follows from it.
    #[cfg(feature = "virtual-clock")]
    pub advance: Arc<dyn Fn(protocol::time::Millis) + Send + Sync>,
}

/// What all requests share.
struct Shared {
    api: ApiState,
    waiters: waiting::Waiters,
    openings: opening::Openings,
}

/// Everything that the world may reach: `/v1`, `/healthz`, `/readyz`, `/openapi.json`, and the page
/// under every other path if there is one.
pub fn router(state: ApiState) -> Router {
    let page = state.page.clone();
    let metrics = Arc::clone(&state.metrics);
    let admission = admit::Gate { admit: state.admit.clone(), clock: Arc::clone(&state.clock) };
    let shared = Arc::new(Shared {
        waiters: waiting::Waiters::new(state.draining.clone()),
        openings: opening::Openings::new(),
        api: state,
    });
    let routes = client_routes().layer(middleware::from_fn_with_state(admission, admit::admit));
    let routes = answer::dress_api(routes).with_state(shared);
    let routes = match page {
        Some(folder) => routes.fallback_service(page::routes(folder)),
        None => routes.fallback(answer::nothing_here),
    };
    answer::dress_all(routes, metrics)
}

/// What only the operator should reach: `/metrics`, `/inbox`, and with a virtual clock `/operator/clock`.
pub fn operator_router(state: ApiState) -> Router {
    let metrics = Arc::clone(&state.metrics);
    let routes = Router::new().route("/metrics", get(service::metrics)).route("/inbox", get(operator::inbox));
    #[cfg(feature = "virtual-clock")]
    let routes = routes.route("/operator/clock", post(service::advance));
    answer::dress_all(answer::dress_operator(routes).with_state(state), metrics)
}

fn client_routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/inboxes", post(inboxes::create))
        .route("/v1/inboxes/{id}", get(inboxes::show).patch(inboxes::change).delete(inboxes::erase))
        .route("/v1/inboxes/{id}/messages", get(messages::list))
        .route("/v1/inboxes/{id}/messages/{mid}", get(messages::show).delete(messages::delete))
        .route("/v1/inboxes/{id}/messages/{mid}/raw", get(raw::whole))
        .route("/v1/inboxes/{id}/messages/{mid}/attachments/{n}", get(raw::attachment))
        .route("/v1/inboxes/{id}/deliveries", get(deliveries::list))
        .route("/v1/inboxes/{id}/events", get(events::stream))
        .route("/sync/v1/keys/{id}", get(keys::of_inbox))
        .route("/v1/domains", get(service::domains))
        .route("/v1/status", get(service::status))
        .route("/healthz", get(service::lives))
        .route("/readyz", get(service::is_ready))
        .route("/openapi.json", get(openapi::document))
}

/// The templates above, as labels: a path that was asked for never becomes one.
const TEMPLATES: [&str; 21] = [
    "/v1/inboxes",
    "/v1/inboxes/{id}",
    "/v1/inboxes/{id}/messages",
    "/v1/inboxes/{id}/messages/{mid}",
    "/v1/inboxes/{id}/messages/{mid}/raw",
    "/v1/inboxes/{id}/messages/{mid}/attachments/{n}",
    "/v1/inboxes/{id}/deliveries",
    "/v1/inboxes/{id}/events",
    "/sync/v1/keys/{id}",
    "/v1/domains",
    "/v1/status",
    "/healthz",
    "/readyz",
    "/openapi.json",
    "/metrics",
    "/inbox",
    "/operator/clock",
    queues::ALL,
    queues::DEAD,
    queues::COMMAND,
    challenges::ROUTE,
];

#[cfg(test)]
mod tests;
