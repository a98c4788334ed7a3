//! Lets so many requests of a client through, and says how it stands.
//!
//! Counts what asks the API, not the page's files nor whether the service lives. Nothing is let through that cannot be
//! counted.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use protocol::{
    limiter::{Admission, UNCOUNTABLE, refusal},
    problem::Kind,
};

use super::{refused::Refused, serve::Peer};
use crate::{
    networks::Networks,
    ports::{Admissions, Clock},
};

/// Whose requests are counted.
#[derive(Clone)]
pub enum Admit {
    /// Nobody's.
    Everybody,
    /// Those of all clients but some.
    Counted {
        /// Who counts.
        admissions: Arc<dyn Admissions>,
        /// Whose requests are not: proxies and the operator's own.
        uncounted: Networks,
        /// The field in which these networks name the client that they stand for.
        header: Option<HeaderName>,
    },
}

/// What the layer works with.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) admit: Admit,
    pub(super) clock: Arc<dyn Clock>,
}

pub(super) async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let Admit::Counted { admissions, uncounted, header } = &gate.admit else { return next.run(request).await };
    if !request.uri().path().starts_with("/v1/") || request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    let Some(Peer(peer)) = request.extensions().get().copied() else { return unavailable() };
    let client = if uncounted.contains(peer) {
        match header.as_ref().and_then(|header| named(request.headers(), header)) {
            Some(client) => client,
            None => return next.run(request).await,
        }
    } else {
        peer
    };
    match admissions.admit(client, gate.clock.now()).await {
        Ok(admission @ Admission::Admitted { .. }) => wear(next.run(request).await, admission),
        Ok(admission @ Admission::Limited { retry_after }) => {
            let mut response = Refused::because(Kind::TooManyRequests, refusal(retry_after)).into_response();
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs_ceil()));
            wear(response, admission)
        }
        Err(_) => unavailable(),
    }
}

/// The client that a proxy names. It adds its own word behind what the client claimed, so the last one counts.
fn named(headers: &HeaderMap, header: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(header).into_iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

fn wear(mut response: Response, admission: Admission) -> Response {
    for (name, value) in admission.headers() {
        // Numbers and our own words.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn unavailable() -> Response {
    Refused::new(Kind::Unavailable, UNCOUNTABLE).into_response()
}
