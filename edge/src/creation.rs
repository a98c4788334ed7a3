//! What `POST /v1/inboxes` may send, and what of it goes to a region.
//!
//! In assisted mode the capability is drawn here and never leaves but in the answer to its owner: the region is
//! sent what a client that keeps its keys would send.

use protocol::{
    api::{CreateInbox, CreateInboxBody, Owner},
    bytes::Base64,
    capability::Capability,
    problem::Kind,
};

use crate::refusal::Refusal;

/// A checked wish.
pub enum Wish {
    /// The client keeps the capability: the body goes to the region as it is.
    Sealed(CreateInboxBody),
    /// The service draws the capability.
    Assisted(CreateInboxBody),
}

/// Whether `content_type` says JSON (RFC 8259 §11), with or without parameters.
#[must_use]
pub fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Reads a JSON body of type `T`.
///
/// # Errors
/// 415 where it is not declared as JSON, 400 where it is none or not of the documented form. The detail says where,
/// never what: it holds nothing that the client sent.
pub fn json<T: serde::de::DeserializeOwned>(content_type: Option<&str>, body: &[u8]) -> Result<T, Refusal> {
    if !is_json(content_type) {
        return Err(Refusal::new(Kind::UnsupportedMediaType, "Send the body with Content-Type: application/json."));
    }
    // A list of the values in order would be read as well: only an object is of the documented form.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(Refusal::new(Kind::BadRequest, "The body must be a JSON object; see /openapi.json."));
    }
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "has an unknown field or a value of the wrong type",
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => "is no JSON",
        };
        let (line, column) = (error.line(), error.column());
        Refusal::new(Kind::BadRequest, &format!("The body {what} at line {line}, column {column}; see /openapi.json."))
    })
}

/// Reads and checks the body.
///
/// # Errors
/// 400, 415 or 422.
pub fn read(content_type: Option<&str>, body: &[u8]) -> Result<Wish, Refusal> {
    let body: CreateInboxBody = json(content_type, body)?;
    Ok(match CreateInbox::check(&body)?.owner {
        Owner::Sealed { .. } => Wish::Sealed(body),
        Owner::Assisted => Wish::Assisted(body),
    })
}

/// The wish as the region is told it, for an inbox of `capability`.
#[must_use]
pub fn on_behalf(body: CreateInboxBody, capability: &Capability) -> CreateInboxBody {
    CreateInboxBody {
        public_key: Some(Base64(capability.key_pair().public_key().as_bytes().to_vec())),
        read_token_hash: Some(Base64(capability.read_token().hash().as_bytes().to_vec())),
        assisted: None,
        ..body
    }
}

#[cfg(test)]
mod tests;
