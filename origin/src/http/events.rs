//! `/v1/inboxes/{id}/events`: what happens in an inbox, as it happens (WHATWG HTML §9.2, server-sent events).
//!
//! The backlog comes first: all after the cursor, or every living message where none is given. Each
//! `message`, `deleted` and `delivery` event's id is the cursor behind it, so that a broken stream goes on where it
//! broke. The stream ends when the inbox does; the next request is then answered `410`.

use std::{collections::VecDeque, convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use protocol::{
    api::{DeletedEvent, ExpiringEvent},
    batch::DeliveryEntry,
    cursor::{Cursor, Seq, Since},
    delivery::DeliveryEvent,
    id::InboxId,
    limits::EXPIRY_WARNING,
    message::{OpenEntry, SealedEntry},
    problem::Kind,
    security::ASSISTED_HEADER,
    time::{Millis, Timestamp},
};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    access::Reader,
    extract::{Bearer, Form, Path, Query},
    messages::open_all,
    openapi::{InboxProblems, QueryProblem},
    opening::blocking,
    refused::Refused,
    waiting::Place,
};
use crate::{
    limits::{EVENT_HEARTBEAT, EVENT_PAGE, EVENT_RETRY},
    ports::{Inbox, Listing},
};

/// How long a stream sleeps at most before it looks at the clock again; a clock that tests move is looked at often.
const LOOK: Millis = if cfg!(feature = "virtual-clock") { Millis::from_millis(250) } else { EVENT_HEARTBEAT };

/// The query of an event stream.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// A cursor as an earlier answer gave it, or an RFC 3339 time. `Last-Event-ID` goes before it.
    #[serde(default)]
    since: Option<String>,
}

impl Form for EventsQuery {
    const FORM: &'static str = "The one parameter is since: a cursor or an RFC 3339 time (write + as %2B). \
        Last-Event-ID is a cursor.";
}

/// Streams what happens in an inbox: `message`, `deleted`, `delivery` and `expiring` events.
///
/// Without `Last-Event-ID` and `since` it begins with every living message. `message` carries an entry
/// as a listing does, `deleted` a message's id, `delivery` the id of a record of mail that did not come, `expiring` comes ten minutes before the end.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}/events", tag = "messages",
    params(
        ("id" = String, Path, description = "The inbox."), EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was seen: a cursor.")
    ),
    responses(
        (status = 200, description = "Server-sent events. The data of `message` is a SealedEntry to a read token and an \
            OpenEntry to a capability; of `deleted` a DeletedEvent; of `delivery` a DeliveryEvent; of `expiring` an ExpiringEvent.",
            body = String, content_type = "text/event-stream"),
        InboxProblems, QueryProblem
    )
)]
pub(super) async fn stream(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let since = since(&headers, &query)?;
    let admitted = shared.admit(id, &credential).await?;
    let assisted = matches!(admitted.reader, Reader::Assisted(_));
    let place = shared.waiters.sit()?;
    let mut watch = Watch {
        shared,
        id,
        reader: admitted.reader,
        seen: match since {
            Some(since) => Seen::Since(since),
            None => Seen::Nothing,
        },
        warned: Warned::Never,
        ready: VecDeque::from([Event::default().retry(EVENT_RETRY.as_duration())]),
        place,
    };
    // The first look is made before the answer begins: a store that fails is a 503, never an empty stream.
    watch.look(admitted.inbox).await?;
    let alive = KeepAlive::new().interval(EVENT_HEARTBEAT.as_duration()).text("alive");
    let mut response = Sse::new(watch.into_stream()).keep_alive(alive).into_response();
    // Proxies that gather answers before they pass them on would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    if assisted {
        response.headers_mut().insert(ASSISTED_HEADER, HeaderValue::from_static("origin"));
    }
    Ok(response)
}

fn since(headers: &HeaderMap, query: &EventsQuery) -> Result<Option<Since>, Refused> {
    let misfit = || Refused::new(Kind::Unprocessable, EventsQuery::FORM);
    if let Some(last) = headers.get("last-event-id").filter(|last| !last.is_empty()) {
        let cursor: Cursor = last.to_str().map_err(|_| misfit())?.parse().map_err(|_| misfit())?;
        return Ok(Some(Since::Cursor(cursor)));
    }
    query.since.as_deref().map(str::parse).transpose().map_err(|_| misfit())
}

/// What the reader has seen.
#[derive(Clone, Copy)]
enum Seen {
    /// Nothing: living messages come, and deletions of what it never saw do not.
    Nothing,
    /// All up to here.
    Since(Since),
}

/// Whether the reader knows of the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Warned {
    Never,
    /// Of an end at this time; an extension sets another.
    Of(Timestamp),
}

/// One open stream.
struct Watch {
    shared: Arc<Shared>,
    id: InboxId,
    reader: Reader,
    seen: Seen,
    warned: Warned,
    ready: VecDeque<Event>,
    place: Place,
}

/// What a pause ended with.
enum Pause {
    /// Look again.
    Over,
    /// The service is about to end, or the store says that there is nothing to wait for.
    Last,
}

impl Watch {
    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut watch| async move {
            loop {
                if let Some(event) = watch.ready.pop_front() {
                    return Some((Ok(event), watch));
                }
                // Any error ends the stream: the client comes again with its cursor and is told why.
                let inbox = watch.shared.api.store.inbox(watch.id, watch.now()).await.ok()?;
                let (seq, expires_at) = (inbox.seq, inbox.expires_at);
                watch.look(inbox).await.ok()?;
                if watch.ready.is_empty() {
                    match watch.pause(seq, expires_at).await {
                        Pause::Over => {}
                        Pause::Last => return None,
                    }
                }
            }
        })
    }

    fn now(&self) -> Timestamp {
        self.shared.api.clock.now()
    }

    /// Queues what happened since the last look, a page of it: who reads slowly must not hold a whole inbox.
    async fn look(&mut self, inbox: Inbox) -> Result<(), Refused> {
        let since = match self.seen {
            Seen::Nothing => None,
            Seen::Since(since) => Some(since),
        };
        let listing = self.shared.api.store.list(self.id, since, EVENT_PAGE, self.now()).await?;
        let cursor = listing.cursor;
        // As far as the listing reaches: the rest comes with the next.
        let mut noted = self.shared.api.store.deliveries(self.id, since, self.now()).await?.entries;
        noted.retain(|record| record.seq <= cursor);
        self.queue(listing, noted).await?;
        self.seen = Seen::Since(Since::Cursor(Cursor(cursor)));
        let end = inbox.expires_at;
        if end.since(self.now()) <= EXPIRY_WARNING && self.warned != Warned::Of(end) {
            self.warned = Warned::Of(end);
            self.ready.push_back(event("expiring", &ExpiringEvent { expires_at: end })?);
        }
        Ok(())
    }

    async fn queue(&mut self, listing: Listing, noted: Vec<DeliveryEntry>) -> Result<(), Refused> {
        let (seqs, entries): (Vec<Seq>, Vec<SealedEntry>) =
            listing.messages.into_iter().map(|message| (message.seq, message.entry)).unzip();
        let mut events: Vec<(Seq, Event)> = match &self.reader {
            Reader::Sealed => numbered("message", seqs, &entries)?,
            Reader::Assisted(_) if entries.is_empty() => Vec::new(),
            Reader::Assisted(opener) => {
                let opener = Arc::clone(opener);
                let opened: Vec<OpenEntry> = blocking(move || open_all(&opener, &entries)).await?;
                numbered("message", seqs, &opened)?
            }
        };
        if matches!(self.seen, Seen::Since(_)) {
            let (seqs, gone): (Vec<Seq>, Vec<DeletedEvent>) =
                listing.deleted.into_iter().map(|deletion| (deletion.seq, DeletedEvent { id: deletion.id })).unzip();
            events.extend(numbered("deleted", seqs, &gone)?);
        }
        let noted =
            noted.into_iter().map(|record| (record.seq, DeliveryEvent { id: record.entry.id, at: record.entry.at }));
        let (seqs, noted): (Vec<Seq>, Vec<DeliveryEvent>) = noted.unzip();
        events.extend(numbered("delivery", seqs, &noted)?);
        events.sort_by_key(|(seq, _)| *seq);
        self.ready.extend(events.into_iter().map(|(_, event)| event));
        Ok(())
    }

    /// Sleeps until something changes, the end draws near, or the service is about to end.
    async fn pause(&mut self, seq: Seq, expires_at: Timestamp) -> Pause {
        let left = expires_at.since(self.now()).as_millis();
        let until_warning = left.saturating_sub(EXPIRY_WARNING.as_millis());
        let next = if until_warning > 0 { until_warning } else { left };
        let look = Millis::from_millis(next.clamp(1, LOOK.as_millis()));
        let store = Arc::clone(&self.shared.api.store);
        tokio::select! {
            changed = store.changed(self.id, seq) => if changed.is_ok() { Pause::Over } else { Pause::Last },
            () = tokio::time::sleep(look.as_duration()) => Pause::Over,
            () = self.place.drained() => Pause::Last,
        }
    }
}

fn numbered<T: Serialize>(name: &str, seqs: Vec<Seq>, data: &[T]) -> Result<Vec<(Seq, Event)>, Refused> {
    let one = |(seq, data): (Seq, &T)| Ok((seq, event(name, data)?.id(Cursor(seq).to_string())));
    seqs.into_iter().zip(data).map(one).collect()
}

fn event(name: &str, data: &impl Serialize) -> Result<Event, Refused> {
    Event::default()
        .event(name)
        .json_data(data)
        .map_err(|_| Refused::new(Kind::Internal, "The event could not be written."))
}
