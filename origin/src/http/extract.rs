//! What a request says, read and checked: path, query, credential, JSON body.
//!
//! One rule for all of them: a body that is no JSON or not of the documented form is `400`, a value out
//! of its bounds is `422`, an id that is none is `404`. A body is refused before it is buffered past its limit.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header, request::Parts},
};
use protocol::{
    api::{CreateInboxBody, PatchInboxBody},
    capability::Credential,
    limits::REQUEST_OCTETS,
    problem::Kind,
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::refused::Refused;
use crate::limits::REQUEST_TIMEOUT;

/// A value whose documented form can be told to a client that missed it.
pub(super) trait Form {
    /// A sentence: the fields and their types.
    const FORM: &'static str;
}

impl Form for CreateInboxBody {
    const FORM: &'static str = "Fields, all optional: public_key and read_token_hash (base64url without padding), \
        assisted (true or false), name, domain and for (strings), ttl (whole seconds), webhook ({\"url\", \"secret\"}, the latter optional).";
}

impl Form for PatchInboxBody {
    const FORM: &'static str =
        "One field: extend (true), or webhook ({\"url\", \"secret\"}, the latter optional, or null).";
}

/// The ids in the path; a text that is no id names nothing.
pub(super) struct Path<T>(pub(super) T);

/// The query. Parameters that are not ours are left alone, as the edge leaves them.
pub(super) struct Query<T>(pub(super) T);

/// The body, in JSON.
pub(super) struct Json<T>(pub(super) T);

/// The credential of `Authorization: Bearer …` (RFC 6750 §2.1).
pub(super) struct Bearer(pub(super) Credential);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(ids)| Self(ids))
            .map_err(|_| Refused::new(Kind::NotFound, "There is nothing by this id: ids are 26 characters of base32."))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Form> FromRequestParts<S> for Query<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|_| Refused::because(Kind::Unprocessable, format!("The query cannot be used. {}", T::FORM)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        bearer(&parts.headers).map(Self)
    }
}

fn bearer(headers: &HeaderMap) -> Result<Credential, Refused> {
    let refuse = |detail| Refused::new(Kind::Unauthorized, detail);
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (sent.next(), sent.next()) else {
        return Err(refuse("Send one Authorization header: Bearer and the inbox's read token or capability."));
    };
    let malformed = "Authorization must be Bearer and a read token (r…) or a capability (1…) of 44 characters.";
    let value = value.to_str().map_err(|_| refuse(malformed))?;
    let (scheme, token) = value.split_once(' ').ok_or_else(|| refuse(malformed))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refuse(malformed));
    }
    token.trim_matches(' ').parse().map_err(|_| refuse(malformed))
}

impl<S: Send + Sync, T: DeserializeOwned + Form> FromRequest<S> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        if !is_json(request.headers()) {
            return Err(Refused::new(Kind::UnsupportedMediaType, "Send the body with Content-Type: application/json."));
        }
        let body = body(request).await?;
        let text = std::str::from_utf8(&body).map_err(|_| Refused::new(Kind::BadRequest, "The body is no UTF-8."))?;
        // serde would take an array for a struct, field by field.
        if text.trim_start().starts_with('[') {
            return Err(Refused::because(Kind::BadRequest, format!("The body must be an object. {}", T::FORM)));
        }
        serde_json::from_str(text).map(Self).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let what = match error.classify() {
                Category::Data => "has an unknown field or a value of the wrong type",
                Category::Syntax | Category::Eof | Category::Io => "is no JSON",
            };
            let detail = format!("The body {what} at line {line}, column {column}. {}", T::FORM);
            Refused::because(Kind::BadRequest, detail)
        })
    }
}

/// `application/json`, with or without parameters (RFC 8259 §11).
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

async fn body(request: Request) -> Result<axum::body::Bytes, Refused> {
    let too_large =
        || Refused::because(Kind::TooLarge, format!("The body may be {REQUEST_OCTETS} octets long at most."));
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|octets: u64| octets > REQUEST_OCTETS as u64) {
        return Err(too_large());
    }
    let reading = axum::body::to_bytes(request.into_body(), REQUEST_OCTETS);
    match tokio::time::timeout(REQUEST_TIMEOUT.as_duration(), reading).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(Refused::new(Kind::BadRequest, "The body broke off.")),
        Err(_) => Err(Refused::new(Kind::BadRequest, "The body did not come in time.")),
    }
}

fn is_limit(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = inner.source();
    }
    false
}
