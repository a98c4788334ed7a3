//! The keys of one inbox's wrapping, for an edge whose memory is cold.
//!
//! The edge asks on behalf of a reader, with their read token. Whoever reads their mail here anyway learns nothing by
//! it: keys are of this one inbox, and what they are of use for ends with them.

use std::sync::Arc;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use protocol::id::InboxId;

use super::{
    Shared,
    extract::{Bearer, Path},
    refused::Refused,
};

/// The keys, packed.
pub(super) async fn of_inbox(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
) -> Result<Response, Refused> {
    shared.admit(id, &credential).await?;
    let keys = shared.api.reading.keys(id, shared.api.clock.now()).await?;
    let packed = Bytes::from_owner(keys.pack());
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], packed).into_response())
}
