//! Which request asks for what: method and path to a [`Route`], or why there is none.
//!
//! Never looks at a header, a query or a body.

use protocol::{
    batch,
    id::{InboxId, MessageId},
};

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// A file of the page.
    Page,
    /// Whether this worker answers.
    Health,
    /// A browser asks whether another site may call the API (Fetch §4.8).
    Preflight,
    /// Something that every region says alike: the nearest one is asked.
    Any(Public),
    /// `POST /v1/inboxes`.
    Create,
    /// Something of one inbox.
    Inbox(InboxId, InboxCall),
    /// Something of one message.
    Message(InboxId, MessageId, MessageCall),
    /// A region pushes a batch.
    Batch,
    /// A test moves the clock.
    Clock,
}

/// What every region says alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Public {
    /// `GET /v1/domains`.
    Domains,
    /// `GET /v1/status`.
    Status,
    /// `GET /openapi.json`.
    OpenApi,
}

/// What can be asked of an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxCall {
    /// `GET`.
    Show,
    /// `PATCH`.
    Extend,
    /// `DELETE`.
    Erase,
    /// `GET …/messages`.
    List,
    /// `GET …/events`.
    Events,
    /// `GET …/deliveries`.
    Deliveries,
}

/// What can be asked of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageCall {
    /// `GET`.
    Show,
    /// `DELETE`.
    Erase,
    /// `GET …/raw`.
    Raw,
    /// `GET …/attachments/{n}`.
    Attachment(u32),
}

/// Why a request leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misrouted {
    /// No such path.
    NotFound,
    /// The path exists, the method does not.
    Method {
        /// What `Allow` says (RFC 9110 §10.2.1).
        allow: &'static str,
    },
}

impl Public {
    /// Its path at the origin, the same as here.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Domains => "/v1/domains",
            Self::Status => "/v1/status",
            Self::OpenApi => "/openapi.json",
        }
    }
}

/// Whether `path` belongs to the API: its answers carry the API's headers, and it is admitted by client.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path == "/v1" || path.starts_with("/v1/") || path == Public::OpenApi.path()
}

/// Whether `path` is for machines, so that its refusals are problems and never the page.
#[must_use]
pub fn is_machine(path: &str) -> bool {
    is_api(path) || path == "/healthz" || path.starts_with("/sync/") || is_clock(path)
}

/// Whether `path` is the test clock's: nowhere in a build that is deployed.
fn is_clock(path: &str) -> bool {
    cfg!(feature = "virtual-clock") && path == "/test/clock"
}

/// Finds what `method` and `path` ask for. `HEAD` is routed as `GET` (RFC 9110 §9.3.2).
///
/// # Errors
/// [`Misrouted`].
pub fn route(method: &str, path: &str) -> Result<Route, Misrouted> {
    let method = if method == "HEAD" { "GET" } else { method };
    if method == "OPTIONS" && is_api(path) {
        return Ok(Route::Preflight);
    }
    if !is_machine(path) {
        return only(method, "GET", "GET, HEAD", Route::Page);
    }
    match path {
        "/healthz" => only(method, "GET", "GET, HEAD", Route::Health),
        "/openapi.json" => only(method, "GET", "GET, HEAD, OPTIONS", Route::Any(Public::OpenApi)),
        "/v1/domains" => only(method, "GET", "GET, HEAD, OPTIONS", Route::Any(Public::Domains)),
        "/v1/status" => only(method, "GET", "GET, HEAD, OPTIONS", Route::Any(Public::Status)),
        "/v1/inboxes" => only(method, "POST", "POST, OPTIONS", Route::Create),
        batch::PATH => only(method, "POST", "POST", Route::Batch),
        _ if is_clock(path) => only(method, "POST", "POST", Route::Clock),
        _ => of_an_inbox(method, path),
    }
}

/// `/v1/inboxes/{id}` and below.
fn of_an_inbox(method: &str, path: &str) -> Result<Route, Misrouted> {
    let rest = path.strip_prefix("/v1/inboxes/").ok_or(Misrouted::NotFound)?;
    // One more than the longest path has, so that what follows it is seen.
    let segments: Vec<&str> = rest.splitn(6, '/').collect();
    let (id, rest) = segments.split_first().ok_or(Misrouted::NotFound)?;
    let id: InboxId = id.parse().map_err(|_| Misrouted::NotFound)?;
    let call = |call| Route::Inbox(id, call);
    match rest {
        [] => match method {
            "GET" => Ok(call(InboxCall::Show)),
            "PATCH" => Ok(call(InboxCall::Extend)),
            "DELETE" => Ok(call(InboxCall::Erase)),
            _ => Err(Misrouted::Method { allow: "GET, HEAD, PATCH, DELETE, OPTIONS" }),
        },
        ["messages"] => only(method, "GET", "GET, HEAD, OPTIONS", call(InboxCall::List)),
        ["events"] => only(method, "GET", "GET, HEAD, OPTIONS", call(InboxCall::Events)),
        ["deliveries"] => only(method, "GET", "GET, HEAD, OPTIONS", call(InboxCall::Deliveries)),
        ["messages", message, rest @ ..] => of_a_message(method, id, message, rest),
        _ => Err(Misrouted::NotFound),
    }
}

/// `/v1/inboxes/{id}/messages/{mid}` and below.
fn of_a_message(method: &str, id: InboxId, message: &str, rest: &[&str]) -> Result<Route, Misrouted> {
    let message: MessageId = message.parse().map_err(|_| Misrouted::NotFound)?;
    let call = |call| Route::Message(id, message, call);
    match rest {
        [] => match method {
            "GET" => Ok(call(MessageCall::Show)),
            "DELETE" => Ok(call(MessageCall::Erase)),
            _ => Err(Misrouted::Method { allow: "GET, HEAD, DELETE, OPTIONS" }),
        },
        ["raw"] => only(method, "GET", "GET, HEAD, OPTIONS", call(MessageCall::Raw)),
        ["attachments", n] => {
            let number = n.parse().ok().filter(|number: &u32| number.to_string() == **n).ok_or(Misrouted::NotFound)?;
            only(method, "GET", "GET, HEAD, OPTIONS", call(MessageCall::Attachment(number)))
        }
        _ => Err(Misrouted::NotFound),
    }
}

/// `route`, where the method is the one that the path knows.
fn only(method: &str, known: &str, allow: &'static str, route: Route) -> Result<Route, Misrouted> {
    if method == known { Ok(route) } else { Err(Misrouted::Method { allow }) }
}

#[cfg(test)]
mod tests;
