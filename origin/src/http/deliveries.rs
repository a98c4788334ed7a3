//! `/v1/inboxes/{id}/deliveries`: the mail that did not come, and why.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use protocol::{
    cursor::{Cursor, Since},
    delivery::{OpenDeliveries, OpenDelivery, SealedDeliveries, SealedDelivery},
    id::InboxId,
    problem::Kind,
};
use serde::Deserialize;

use super::{
    Shared,
    access::Reader,
    answer::JSON,
    extract::{Bearer, Form, Path, Query},
    openapi::{InboxProblems, QueryProblem},
    opening,
    refused::Refused,
};

/// The query of the records.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesQuery {
    /// A cursor as an earlier answer gave it, or an RFC 3339 time; only what failed after it is listed.
    #[serde(default)]
    since: Option<String>,
}

impl Form for DeliveriesQuery {
    const FORM: &'static str = "The one parameter is since: a cursor or an RFC 3339 time (write + as %2B).";
}

impl DeliveriesQuery {
    fn check(&self) -> Result<Option<Since>, Refused> {
        let since = self.since.as_deref().map(str::parse).transpose();
        since.map_err(|_| Refused::new(Kind::Unprocessable, Self::FORM))
    }
}

/// Lists the attempts at delivery that failed in the last 24 hours, oldest first: when, from which domain, how much,
/// why, and what the sender was told.
///
/// The 50 latest are kept, and at most ten a minute. An attempt that was refused before the recipient was known, or
/// at the door, is not here.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}/deliveries", tag = "messages",
    params(("id" = String, Path, description = "The inbox."), DeliveriesQuery),
    responses(
        (status = 200, description = "To a read token, sealed; to a capability, opened.",
            content((SealedDeliveries = "application/json"), (OpenDeliveries = "application/json"))),
        InboxProblems, QueryProblem
    )
)]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Response, Refused> {
    let since = query.check()?;
    let reader = shared.admit(id, &credential).await?.reader;
    let noted = shared.api.store.deliveries(id, since, shared.api.clock.now()).await?;
    let cursor = Cursor(noted.cursor);
    let sealed: Vec<SealedDelivery> = noted.entries.into_iter().map(|record| record.entry).collect();
    let octets = sealed.iter().map(|record| record.sealed.0.len()).sum();
    match reader {
        Reader::Sealed => shared.openings.sealed(octets, SealedDeliveries { deliveries: sealed, cursor }).await,
        Reader::Assisted(opener) => {
            let open = move || {
                let deliveries = sealed.iter().map(|record| opener.delivery(record));
                let deliveries = deliveries.collect::<Result<Vec<OpenDelivery>, _>>()?;
                opening::json(&OpenDeliveries { deliveries, cursor })
            };
            let mut answer = shared.openings.answer(octets, open).await?;
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::clone(&JSON));
            Ok(answer)
        }
    }
}
