//! Refusals as clients get them: problem details (RFC 9457), `application/problem+json`.

use serde::{Deserialize, Serialize};

/// The media type of a problem (RFC 9457 §6.1).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Every way in which a request is refused. The variant decides type, status and title; the detail is
/// a sentence that tells the client what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The body is no JSON, or not of the documented form.
    BadRequest,
    /// No credential, or one that is no read token and no capability.
    Unauthorized,
    /// The credential is well formed and not this inbox's, or may not do this.
    Forbidden,
    /// No such resource.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The name is taken, or the inbox exists already.
    Conflict,
    /// The inbox was there and has expired or was erased.
    Gone,
    /// The body is longer than the limit.
    TooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// Well-formed JSON whose values cannot be used.
    Unprocessable,
    /// Over the rate limit.
    TooManyRequests,
    /// A fault of ours.
    Internal,
    /// The home region did not answer.
    BadGateway,
    /// The service cannot do this just now: no room, or no region in reach.
    Unavailable,
}

impl Kind {
    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::Unprocessable => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::BadGateway => 502,
            Self::Unavailable => 503,
        }
    }

    /// The last segment of the problem's type.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::Unprocessable => "unprocessable",
            Self::TooManyRequests => "too-many-requests",
            Self::Internal => "internal",
            Self::BadGateway => "bad-gateway",
            Self::Unavailable => "unavailable",
        }
    }

    /// A short title that does not change from one occurrence to the next.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "The request cannot be read",
            Self::Unauthorized => "A credential is needed",
            Self::Forbidden => "This credential does not open this",
            Self::NotFound => "There is nothing here",
            Self::MethodNotAllowed => "This method does nothing here",
            Self::Conflict => "It exists already",
            Self::Gone => "This inbox has ended",
            Self::TooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::Unprocessable => "A value cannot be used",
            Self::TooManyRequests => "Too many requests",
            Self::Internal => "Something broke on our side",
            Self::BadGateway => "The home region did not answer",
            Self::Unavailable => "Not possible just now",
        }
    }
}

/// A problem as it is sent (RFC 9457 §3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:mayfly:problem:` and the kind's slug.
    #[serde(rename = "type")]
    pub kind: String,
    /// See [`Kind::title`].
    pub title: String,
    /// See [`Kind::status`].
    pub status: u16,
    /// What went wrong this time and what to do next. Never holds what the client sent.
    pub detail: String,
}

impl Problem {
    /// A problem of `kind`; `detail` is a sentence for the client.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:mayfly:problem:{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
        }
    }
}
