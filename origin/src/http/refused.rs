//! A refusal as an answer: RFC 9457 problem details, with the headers that their status asks for.
//!
//! A problem's detail is a sentence of ours. It never repeats what the client sent.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::problem::{Kind, MEDIA_TYPE, Problem};

use crate::{limits::UNAVAILABLE_RETRY, ports::ReadError, registrar::CreateRefusal};

/// A request that is refused.
#[derive(Debug)]
pub(super) struct Refused(Problem);

impl Refused {
    pub(super) fn new(kind: Kind, detail: &'static str) -> Self {
        Self(Problem::new(kind, detail))
    }

    /// As [`Self::new`], for a detail that is put together from our own words and numbers.
    pub(super) fn because(kind: Kind, detail: String) -> Self {
        Self(Problem::new(kind, detail))
    }

    pub(super) fn unavailable() -> Self {
        Self::new(Kind::Unavailable, "The store does not answer just now. Nothing is lost; please try again.")
    }

    pub(super) fn not_found() -> Self {
        Self::new(Kind::NotFound, "No such path. GET /openapi.json lists what there is.")
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<ReadError> for Refused {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotFound => Self::new(Kind::NotFound, "There is no such inbox or message."),
            ReadError::Gone => {
                Self::new(Kind::Gone, "This inbox has ended and its mail is erased. POST /v1/inboxes makes another.")
            }
            ReadError::Unavailable => Self::unavailable(),
        }
    }
}

impl From<CreateRefusal> for Refused {
    fn from(refusal: CreateRefusal) -> Self {
        let (kind, detail) = match refusal {
            CreateRefusal::NameReserved => {
                (Kind::Unprocessable, "This name is reserved. Ask for another, or for none.")
            }
            CreateRefusal::DomainUnknown => {
                (Kind::Unprocessable, "domain must be one of those that GET /v1/domains lists.")
            }
            CreateRefusal::NameTaken => (Kind::Conflict, "This name is taken. Ask for another, or for none."),
            CreateRefusal::InboxExists => {
                (Kind::Conflict, "An inbox with these keys exists or existed. Draw a new capability.")
            }
            CreateRefusal::NamesExhausted { .. } => {
                (Kind::Unavailable, "No free name was found. Try again, or ask for a name.")
            }
            CreateRefusal::NoWebhooks => {
                (Kind::Unprocessable, "There are no webhooks here: leave webhook out, and wait for mail by listing.")
            }
            CreateRefusal::NoDomain => (Kind::Unavailable, "No domain is open for new addresses just now."),
            CreateRefusal::NoRoom => (Kind::Unavailable, "There is no room for another inbox just now."),
            CreateRefusal::Unavailable => return Self::unavailable(),
        };
        Self::new(kind, detail)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A problem is four short texts: it always writes itself; an empty body would still carry the status.
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            // RFC 6750 §3.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"mayfly\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(UNAVAILABLE_RETRY.as_secs_ceil()));
        }
        response
    }
}
