//! What the service says of itself: domains, status, health, metrics.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use protocol::{
    api::{DomainView, DomainsView, IntakeStatus, ReplicationStatus, StatusView},
    id::{ID_OCTETS, InboxId},
    problem::Kind,
    time::Millis,
};

use super::{ApiState, Shared, openapi::ReadyProblems, refused::Refused};
use crate::ports::ReadError;

/// The text form that OpenMetrics and Prometheus agree on.
const OPENMETRICS: HeaderValue = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Lists the domains that anyone may take an address at.
#[utoipa::path(
    get, path = "/v1/domains", tag = "service", security(()),
    responses((status = 200, description = "The public domains.", body = DomainsView))
)]
pub(super) async fn domains(State(shared): State<Arc<Shared>>) -> axum::Json<DomainsView> {
    let domains = shared.api.registrar.domains.iter().map(|domain| DomainView { name: domain.to_string() });
    axum::Json(DomainsView { domains: domains.collect() })
}

/// How this region stands.
#[utoipa::path(
    get, path = "/v1/status", tag = "service", security(()),
    responses((status = 200, description = "How this region stands.", body = StatusView))
)]
pub(super) async fn status(State(shared): State<Arc<Shared>>) -> axum::Json<StatusView> {
    let store = shared.api.store.status();
    let age = store.owed_since.map_or(Millis::default(), |since| shared.api.clock.now().since(since));
    axum::Json(StatusView {
        region: shared.api.region.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        intake: if store.past_high_water { IntakeStatus::Full } else { IntakeStatus::Open },
        replication: ReplicationStatus {
            owed_inboxes: u64::try_from(store.owed).unwrap_or(u64::MAX),
            oldest_ms: age.as_millis(),
        },
    })
}

/// Says that the process lives.
#[utoipa::path(
    get, path = "/healthz", tag = "service", security(()),
    responses((status = 200, description = "The process lives.", body = String, content_type = "text/plain"))
)]
pub(super) async fn lives() -> &'static str {
    "ok\n"
}

/// Says whether requests may be sent here: the store answers and the service is not about to end.
#[utoipa::path(
    get, path = "/readyz", tag = "service", security(()),
    responses((status = 200, description = "Ready.", body = String, content_type = "text/plain"), ReadyProblems)
)]
pub(super) async fn is_ready(State(shared): State<Arc<Shared>>) -> Result<&'static str, Refused> {
    if shared.waiters.is_draining() {
        return Err(Refused::new(Kind::Unavailable, "This node is about to end."));
    }
    // Nobody's inbox: any answer but silence shows that the store answers.
    let probe = InboxId::from_bytes([0; ID_OCTETS]);
    match shared.api.store.inbox(probe, shared.api.clock.now()).await {
        Err(ReadError::Unavailable) => Err(Refused::unavailable()),
        Ok(_) | Err(ReadError::NotFound | ReadError::Gone) => Ok("ready\n"),
    }
}

/// `GET /metrics`, for the operator's scraper.
pub(super) async fn metrics(State(api): State<ApiState>) -> Result<Response, Refused> {
    let text = api.metrics.render(&api.store.status(), api.clock.now());
    let text = text.map_err(|_| Refused::new(Kind::Internal, "The metrics could not be written."))?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], text).into_response())
}

/// The body of `POST /operator/clock`.
#[cfg(feature = "virtual-clock")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    advance_ms: u64,
}

#[cfg(feature = "virtual-clock")]
impl super::extract::Form for Advance {
    const FORM: &'static str = "The one field is advance_ms (whole milliseconds).";
}

/// Moves the virtual clock. Never part of a release build.
#[cfg(feature = "virtual-clock")]
pub(super) async fn advance(
    State(api): State<ApiState>,
    super::extract::Json(body): super::extract::Json<Advance>,
) -> axum::http::StatusCode {
    (api.advance)(Millis::from_millis(body.advance_ms));
    axum::http::StatusCode::NO_CONTENT
}
