//! The page's files, from the binding `ASSETS`, under the page's security headers.

use worker::{Env, Headers, Request, Response, ResponseBuilder, Result};

use crate::headers;

/// What the assets say of a file and the client is told too.
const KEPT: [&str; 4] = ["content-type", "etag", "content-language", "location"];

/// Serves the file at `path`.
pub(super) async fn serve(request: Request, env: &Env, path: &str) -> Result<Response> {
    let answer = env.assets("ASSETS")?.fetch_request(request).await?;
    let fresh = Headers::new();
    for name in KEPT {
        if let Some(value) = answer.headers().get(name)? {
            fresh.set(name, &value)?;
        }
    }
    let media_type = fresh.get("content-type")?.unwrap_or_default();
    let status = answer.status_code();
    for (name, value) in headers::of_a_file(path, &media_type) {
        let is_missing = status >= 400;
        fresh.set(name, if is_missing && name == "cache-control" { "no-store" } else { &value })?;
    }
    let (_, body) = answer.into_parts();
    Ok(ResponseBuilder::new().with_status(status).with_headers(fresh).body(body))
}
