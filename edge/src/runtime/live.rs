//! The event stream: passed through from the home region; to whoever showed the capability, each message opened as
//! it passes.

use std::collections::VecDeque;

use futures_util::{Stream, StreamExt, stream};
use protocol::{capability::Credential, id::InboxId, message::SealedEntry};
use worker::{ByteStream, Request, Response, ResponseBuilder};

use super::{
    Edge,
    home::Ask,
    inbox::{heard, path},
    reply::{self, Outcome},
};
use crate::{
    events::{self, Cutter},
    opening::Opener,
};

/// Streams an inbox's events.
pub(super) async fn events(
    edge: &Edge,
    request: &Request,
    credential: &Credential,
    id: InboxId,
    home: Option<&str>,
) -> Outcome<Response> {
    let url = request.url()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let ask = Ask {
        last_event_id: request.headers().get("last-event-id")?,
        ..Ask::get(format!("{}/events{query}", path(id))).with_token(credential.read_token())
    };
    let mut answer = heard(edge.homes().of_inbox(home, &ask).await)?;
    match credential {
        Credential::Capability(capability) if answer.status_code() == 200 => {
            let opener = Opener::new(capability, id);
            let source = answer.stream()?;
            let passed = reply::forward(answer)?;
            passed.headers().set(protocol::security::ASSISTED_HEADER, "edge")?;
            let opened = ResponseBuilder::new().with_headers(passed.headers().clone());
            Ok(opened.from_stream(opened_stream(source, opener))?)
        }
        Credential::Capability(_) | Credential::ReadToken(_) => reply::forward(answer),
    }
}

/// The stream with its messages opened. It ends where something does not open or is past its bound: the client
/// connects again from its last cursor.
fn opened_stream(source: ByteStream, opener: Opener) -> impl Stream<Item = Result<Vec<u8>, worker::Error>> {
    let state = (source, Cutter::default(), opener, VecDeque::new());
    stream::try_unfold(state, |(mut source, mut cutter, opener, mut ready)| async move {
        loop {
            if let Some(event) = ready.pop_front() {
                return Ok(Some((event, (source, cutter, opener, ready))));
            }
            let Some(chunk) = source.next().await else { return Ok(None) };
            let cut = cutter.push(&chunk?).map_err(|error| worker::Error::from(error.to_string()))?;
            for event in cut {
                ready.push_back(open(&opener, &event)?.into_bytes());
            }
        }
    })
}

/// One event as the client gets it.
fn open(opener: &Opener, event: &str) -> Result<String, worker::Error> {
    let Some(data) = events::message_data(event) else { return Ok(events::unchanged(event)) };
    let entry: SealedEntry = serde_json::from_str(&data)?;
    let opened = opener.entry(&entry).map_err(|error| worker::Error::from(error.to_string()))?;
    Ok(events::with_data(event, &serde_json::to_string(&opened)?))
}
