//! What the operator's door tells of the operator's inbox.
//!
//! The capability leaves this process here alone, and only where it was drawn here. The door stands on the loopback
//! address; so that no web page that a browser on this machine shows can come in through a name of its own, the
//! request must be for an address (RFC 9110 §7.2), not for a name.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use protocol::{id::InboxId, problem::Kind};
use zeroize::Zeroize as _;

use super::{ApiState, opening, refused::Refused};
use crate::operator::Holder;

/// The answer.
#[derive(serde::Serialize)]
struct View {
    id: InboxId,
    #[serde(skip_serializing_if = "Option::is_none")]
    capability: Option<String>,
}

impl Drop for View {
    fn drop(&mut self) {
        self.capability.zeroize();
    }
}

/// `GET /inbox`: which inbox mail for postmaster and abuse goes to, and what opens it, if this process drew that.
pub(super) async fn inbox(State(api): State<ApiState>, headers: HeaderMap) -> Result<Response, Refused> {
    if !headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(is_address) {
        return Err(Refused::new(Kind::Forbidden, "Ask by address, such as http://127.0.0.1:9025/inbox."));
    }
    let capability = match &api.operator.holder {
        Holder::Operator => None,
        Holder::Process(capability) => Some(capability.to_text()),
    };
    let json = opening::json(&View { id: api.operator.id(), capability })?;
    Ok(([(header::CONTENT_TYPE, super::answer::JSON)], axum::body::Bytes::from_owner(json)).into_response())
}

pub(super) fn is_address(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.rsplit_once(':').is_some_and(|(name, port)| name == "localhost" && port.parse::<u16>().is_ok())
        || host.parse::<SocketAddr>().is_ok()
        || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests;
