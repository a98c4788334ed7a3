//! The page's files, for a service that runs without an edge.
//!
//! Only what the folder holds is served, and nothing under the API's paths. Files whose name carries
//! a hash of their content are kept for good; all others are asked for again each time.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{problem::Kind, security::PAGE_CSP};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{answer, refused::Refused};

/// Octets of a name's hash, at least: eight of base32 are forty bits.
const HASH_CHARS: usize = 8;

/// Octets of a file's name, at most: what file systems have in common.
const NAME_OCTETS: usize = 255;

/// Serves the files of `folder` under every path.
pub(super) fn routes(folder: PathBuf) -> Router {
    let files = ServeDir::new(folder).precompressed_br().precompressed_gzip();
    Router::new().fallback(file).with_state(Arc::new(files))
}

async fn file(State(files): State<Arc<ServeDir>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let is_api = path.starts_with("/v1/") || path.starts_with("/operator/");
    if is_api || !is_nameable(&path) {
        return answer::nothing_here().await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let refused = Refused::new(Kind::MethodNotAllowed, "Files are only read.");
        return ([(header::ALLOW, "GET, HEAD")], refused).into_response();
    }
    let Ok(response) = (*files).clone().oneshot(request).await;
    let status = response.status();
    if status == StatusCode::NOT_FOUND {
        return answer::nothing_here().await;
    }
    if status.is_server_error() {
        return Refused::new(Kind::Unavailable, "The file could not be read just now.").into_response();
    }
    dress(&path, response.map(Body::new))
}

/// Whether a file system could have such a name: to one that it cannot have it answers with an error.
fn is_nameable(path: &str) -> bool {
    !path.contains("%00") && path.split('/').all(|segment| segment.len() <= NAME_OCTETS)
}

fn dress(path: &str, mut response: Response) -> Response {
    let is_html =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    if is_html {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_CSP));
    }
    let caching = if is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Whether the file's name ends, before its extensions, in `-` or `.` and a hash: base32 in capitals or hex.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['.', '-']).skip(1).any(|piece| {
        let base32 = piece.bytes().all(|octet| matches!(octet, b'A'..=b'Z' | b'2'..=b'7'));
        let hex = piece.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
        piece.len() >= HASH_CHARS && (base32 || hex)
    })
}

#[cfg(test)]
mod tests;
