//! The message as it came, whole or one attachment of it: octets, never a document to show.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use protocol::{
    disposition,
    id::{InboxId, MessageId},
    message::Part,
    problem::Kind,
    transfer,
};
use tokio::sync::oneshot;

use super::{
    Shared,
    access::Reader,
    extract::{Bearer, Path},
    openapi::InboxProblems,
    refused::Refused,
};

/// What a sealed part calls itself.
const SEALED: HeaderValue = HeaderValue::from_static("application/vnd.mayfly.sealed");

/// RFC 5322, as it came.
const RFC822: HeaderValue = HeaderValue::from_static("message/rfc822");

/// Whatever an attachment calls itself: a browser must not show it under our name.
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// What is said of a file that was not taken in.
const WITHHELD: &str = "This file is dangerous to open, and this service keeps such files out: its octets were never \
    stored. Ask the sender for it in another form.";

/// The whole message: MIME to a capability, the sealed part to a read token.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}/messages/{mid}/raw", tag = "messages",
    params(("id" = String, Path, description = "The inbox."), ("mid" = String, Path, description = "The message.")),
    responses(
        (status = 200, description = "To a read token, sealed; to a capability, as it came.",
            content((Vec<u8> = "application/vnd.mayfly.sealed"), (Vec<u8> = "message/rfc822"))),
        InboxProblems
    )
)]
pub(super) async fn whole(
    State(shared): State<Arc<Shared>>,
    Path((id, mid)): Path<(InboxId, MessageId)>,
    Bearer(credential): Bearer,
) -> Result<Response, Refused> {
    let reader = shared.admit(id, &credential).await?.reader;
    let sealed = shared.api.store.part(id, mid, Part::Raw, shared.api.clock.now()).await?;
    match reader {
        Reader::Sealed => Ok(([(header::CONTENT_TYPE, SEALED)], Body::from(sealed)).into_response()),
        Reader::Assisted(opener) => {
            let octets = sealed.len();
            let answer = shared.openings.answer(octets, move || opener.raw(mid, &sealed)).await?;
            download(answer, RFC822, "message.eml")
        }
    }
}

/// One attachment, decoded, as a download. Needs the capability: with a read token, fetch the raw
/// message, open it, and cut the range that the content names.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}/messages/{mid}/attachments/{n}", tag = "messages",
    params(
        ("id" = String, Path, description = "The inbox."), ("mid" = String, Path, description = "The message."),
        ("n" = u32, Path, description = "The attachment's number, from 0.")
    ),
    responses(
        (status = 200, description = "Its octets.", body = Vec<u8>, content_type = "application/octet-stream"),
        InboxProblems
    )
)]
pub(super) async fn attachment(
    State(shared): State<Arc<Shared>>,
    Path((id, mid, n)): Path<(InboxId, MessageId, u32)>,
    Bearer(credential): Bearer,
) -> Result<Response, Refused> {
    let Reader::Assisted(opener) = shared.admit(id, &credential).await?.reader else {
        return Err(Refused::new(
            Kind::Forbidden,
            "A read token opens nothing. Fetch the message's /raw, open it with the capability, and cut the range \
             that the content's table of attachments names.",
        ));
    };
    let now = shared.api.clock.now();
    let content = shared.api.store.part(id, mid, Part::Content, now).await?;
    let raw = shared.api.store.part(id, mid, Part::Raw, now).await?;
    let octets = content.len() + raw.len();
    let (tell, told) = oneshot::channel();
    let open = move || {
        let attachments = opener.content(mid, &content)?.attachments;
        let found = attachments.iter().find(|attachment| attachment.summary.n == n);
        let found =
            found.ok_or_else(|| Refused::new(Kind::NotFound, "The message has no attachment of this number."))?;
        if found.summary.withheld.is_some() {
            return Err(Refused::new(Kind::NotFound, WITHHELD));
        }
        let whole = opener.raw(mid, &raw)?;
        let octets = transfer::attachment(&whole, found)
            .ok_or_else(|| Refused::new(Kind::Internal, "The attachment lies outside of its message."))?;
        // The receiver waits below; were it gone, so would be the one who asked.
        let _ = tell.send(disposition::attachment(&found.summary.filename));
        Ok(octets)
    };
    let answer = shared.openings.answer(octets, open).await?;
    let named = told.await.unwrap_or_else(|_| disposition::attachment(""));
    with_disposition(answer, OCTETS, &named)
}

fn download(answer: Response, content_type: HeaderValue, filename: &str) -> Result<Response, Refused> {
    with_disposition(answer, content_type, &disposition::attachment(filename))
}

fn with_disposition(mut answer: Response, content_type: HeaderValue, named: &str) -> Result<Response, Refused> {
    let named = HeaderValue::from_str(named)
        .map_err(|_| Refused::new(Kind::Internal, "The file's name could not be written."))?;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CONTENT_DISPOSITION, named);
    Ok(answer)
}
