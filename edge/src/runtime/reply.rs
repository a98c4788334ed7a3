//! Answers and refusals as the runtime's responses.

use protocol::{
    problem,
    security::{ASSISTED_HEADER, SOURCE_HEADER},
};
use serde::Serialize;
use worker::{Headers, KvError, Response, ResponseBody, ResponseBuilder};

use crate::{headers::PASSED_ON, refusal::Refusal};

/// A response, or why there is none.
pub(super) type Outcome<T> = Result<T, Refusal>;

/// Where an answer came from: the value of [`SOURCE_HEADER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// KV.
    Kv,
    /// A region, or KV and a region together.
    Origin,
    /// This worker alone.
    Edge,
}

/// Whether mail in it was opened here: see [`ASSISTED_HEADER`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mail {
    /// It is closed, or there is none.
    Closed,
    /// It was opened by this worker.
    Opened,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Kv => "kv",
            Self::Origin => "origin",
            Self::Edge => "edge",
        }
    }
}

impl From<worker::Error> for Refusal {
    /// What went wrong inside is nobody's business outside.
    fn from(_: worker::Error) -> Self {
        Self::internal()
    }
}

impl From<KvError> for Refusal {
    /// KV did not take a write.
    fn from(_: KvError) -> Self {
        Self::unreachable()
    }
}

/// An answer with a body of `media_type`.
pub(super) fn of(media_type: &str, body: ResponseBody, source: Source, mail: Mail) -> Outcome<Response> {
    let headers = Headers::new();
    headers.set("content-type", media_type)?;
    headers.set(SOURCE_HEADER, source.as_str())?;
    if mail == Mail::Opened {
        headers.set(ASSISTED_HEADER, "edge")?;
    }
    Ok(ResponseBuilder::new().with_headers(headers).body(body))
}

/// An answer in JSON.
pub(super) fn json<T: Serialize>(value: &T, source: Source, mail: Mail) -> Outcome<Response> {
    let body = serde_json::to_vec(value).map_err(|_| Refusal::internal())?;
    of("application/json", ResponseBody::Body(body), source, mail)
}

/// A refusal.
pub(super) fn refusal(refusal: &Refusal) -> worker::Result<Response> {
    let headers = Headers::new();
    headers.set("content-type", problem::MEDIA_TYPE)?;
    headers.set(SOURCE_HEADER, Source::Edge.as_str())?;
    for (name, value) in &refusal.headers {
        headers.set(name, value)?;
    }
    let body = serde_json::to_vec(&refusal.problem)?;
    Ok(ResponseBuilder::new().with_status(refusal.problem.status).with_headers(headers).fixed(body))
}

/// A region's answer, passed on as it streams in.
pub(super) fn forward(answer: Response) -> Outcome<Response> {
    let headers = Headers::new();
    for name in PASSED_ON {
        if let Some(value) = answer.headers().get(name)? {
            headers.set(name, &value)?;
        }
    }
    headers.set(SOURCE_HEADER, Source::Origin.as_str())?;
    let status = answer.status_code();
    let (_, body) = answer.into_parts();
    Ok(ResponseBuilder::new().with_status(status).with_headers(headers).body(body))
}

/// Sets `more` on a response.
pub(super) fn dress(mut response: Response, more: &[(&'static str, String)]) -> worker::Result<Response> {
    for (name, value) in more {
        response.headers_mut().set(name, value)?;
    }
    Ok(response)
}
