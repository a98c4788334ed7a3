//! `/v1/inboxes/{id}/messages`: list, wait, show, delete.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::Response,
};
use protocol::{
    api::{OpenList, SealedList},
    cursor::{Cursor, Since},
    id::{InboxId, MessageId},
    limits::{LIST_LIMIT, WAIT_SECONDS_MAX},
    message::{OpenEntry, Part, SealedEntry},
    problem::Kind,
};
use serde::Deserialize;

use super::{
    Shared,
    access::Reader,
    answer::JSON,
    extract::{Bearer, Form, Path, Query},
    openapi::{InboxProblems, QueryProblem},
    opening::{self, Opener},
    refused::Refused,
};
use crate::ports::Listing;

/// The query of a listing.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// A cursor as an earlier answer gave it, or an RFC 3339 time; only what came after it is listed.
    #[serde(default)]
    since: Option<String>,
    /// Seconds to wait for a message if there is none yet: 0 to 55.
    #[serde(default)]
    #[param(maximum = 55)]
    wait: Option<u32>,
    /// Messages in the answer: 1 to 200.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

impl Form for ListQuery {
    const FORM: &'static str = "Parameters, all optional: since (a cursor or an RFC 3339 time; write + as %2B), \
        wait (0 to 55 seconds), limit (1 to 200).";
}

/// A checked [`ListQuery`].
#[derive(Clone, Copy)]
struct Wish {
    since: Option<Since>,
    wait: Duration,
    limit: usize,
}

impl ListQuery {
    fn check(&self) -> Result<Wish, Refused> {
        let misfit = || Refused::because(Kind::Unprocessable, format!("The query cannot be used. {}", Self::FORM));
        let since = self.since.as_deref().map(str::parse).transpose().map_err(|_| misfit())?;
        let wait = Some(self.wait.unwrap_or(0)).filter(|seconds| *seconds <= WAIT_SECONDS_MAX).ok_or_else(misfit)?;
        let limit = Some(self.limit.unwrap_or(LIST_LIMIT)).filter(|n| (1..=LIST_LIMIT).contains(n));
        Ok(Wish { since, wait: Duration::from_secs(wait.into()), limit: limit.ok_or_else(misfit)? })
    }
}

/// Lists messages, oldest first; with `wait`, as soon as there is one.
///
/// When the time is over, or the service is about to restart: 200, an empty list, and a cursor to go on from.
/// Deletions move the cursor and do not end a wait.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}/messages", tag = "messages",
    params(("id" = String, Path, description = "The inbox."), ListQuery),
    responses(
        (status = 200, description = "To a read token, sealed; to a capability, opened.",
            content((SealedList = "application/json"), (OpenList = "application/json"))),
        InboxProblems, QueryProblem
    )
)]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refused> {
    let wish = query.check()?;
    let reader = shared.admit(id, &credential).await?.reader;
    let listing = shared.listing(id, wish).await?;
    let cursor = Cursor(listing.cursor);
    let entries: Vec<_> = listing.messages.into_iter().map(|message| message.entry).collect();
    let octets = entries.iter().map(|entry| entry.sealed.summary.0.len()).sum();
    match reader {
        Reader::Sealed => shared.openings.sealed(octets, SealedList { messages: entries, cursor }).await,
        Reader::Assisted(opener) => {
            let open = move || opening::json(&OpenList { messages: open_all(&opener, &entries)?, cursor });
            Ok(json(shared.openings.answer(octets, open).await?))
        }
    }
}

/// Opens listed entries, in their order.
pub(super) fn open_all(opener: &Opener, entries: &[SealedEntry]) -> Result<Vec<OpenEntry>, Refused> {
    entries.iter().map(|entry| opener.entry(entry)).collect()
}

impl Shared {
    async fn look(&self, id: InboxId, wish: Wish) -> Result<Listing, Refused> {
        Ok(self.api.store.list(id, wish.since, wish.limit, self.api.clock.now()).await?)
    }

    /// Lists; waits for a message where there is none and the client asked to wait.
    async fn listing(&self, id: InboxId, wish: Wish) -> Result<Listing, Refused> {
        let mut listing = self.look(id, wish).await?;
        if wish.wait.is_zero() || !listing.messages.is_empty() || self.waiters.is_draining() {
            return Ok(listing);
        }
        let mut place = self.waiters.sit()?;
        let deadline = tokio::time::sleep(wish.wait);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                changed = self.api.store.changed(id, listing.cursor) => changed?,
                () = &mut deadline => return Ok(listing),
                () = place.drained() => return Ok(listing),
            }
            listing = self.look(id, wish).await?;
            if !listing.messages.is_empty() {
                return Ok(listing);
            }
        }
    }
}

/// Shows one message: what a list shows of it and what is read.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}/messages/{mid}", tag = "messages",
    params(("id" = String, Path, description = "The inbox."), ("mid" = String, Path, description = "The message.")),
    responses(
        (status = 200, description = "To a read token, sealed; to a capability, opened.",
            content((SealedEntry = "application/json"), (OpenEntry = "application/json"))),
        InboxProblems
    )
)]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path((id, mid)): Path<(InboxId, MessageId)>,
    Bearer(credential): Bearer,
) -> Result<Response, Refused> {
    let reader = shared.admit(id, &credential).await?.reader;
    let now = shared.api.clock.now();
    let mut entry = shared.api.store.entry(id, mid, now).await?;
    let content = shared.api.store.part(id, mid, Part::Content, now).await?;
    let octets = entry.sealed.summary.0.len() + content.len();
    match reader {
        Reader::Sealed => {
            entry.sealed.content = Some(content.to_vec().into());
            shared.openings.sealed(octets, entry).await
        }
        Reader::Assisted(opener) => {
            let open = move || {
                let mut open = opener.entry(&entry)?;
                open.content = Some(opener.content(mid, &content)?);
                opening::json(&open)
            };
            Ok(json(shared.openings.answer(octets, open).await?))
        }
    }
}

/// Deletes one message, here and at the edge.
#[utoipa::path(
    delete, path = "/v1/inboxes/{id}/messages/{mid}", tag = "messages",
    params(("id" = String, Path, description = "The inbox."), ("mid" = String, Path, description = "The message.")),
    responses((status = 204, description = "It is deleted."), InboxProblems)
)]
pub(super) async fn delete(
    State(shared): State<Arc<Shared>>,
    Path((id, mid)): Path<(InboxId, MessageId)>,
    Bearer(credential): Bearer,
) -> Result<StatusCode, Refused> {
    shared.admit(id, &credential).await?;
    shared.api.store.delete_message(id, mid, shared.api.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn json(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}
