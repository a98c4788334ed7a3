//! The headers of every answer: the page's, the API's, and how long each file may be kept.

use protocol::security::{API_CSP, ASSISTED_HEADER, EVERY_ANSWER, PAGE_CSP, SOURCE_HEADER};

/// Headers that scripts of other sites may read (Fetch §3.3.5).
const EXPOSED: [&str; 8] = [
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Location",
    "Content-Disposition",
    "WWW-Authenticate",
    SOURCE_HEADER,
    ASSISTED_HEADER,
];

/// What the home region says of its answer and the edge passes on. Everything else is the edge's to say.
pub const PASSED_ON: [&str; 8] = [
    "content-type",
    "content-disposition",
    "retry-after",
    "www-authenticate",
    "location",
    "allow",
    "accept-ranges",
    ASSISTED_HEADER,
];

/// Headers of every answer of the API: never cached, never framed, open to scripts of other sites. Credentials
/// travel in `Authorization`, which a script must name, so that `*` gives no site what it does not have.
#[must_use]
pub fn of_the_api() -> Vec<(&'static str, String)> {
    let mut headers = of_every_answer();
    headers.extend([
        ("content-security-policy", API_CSP.to_owned()),
        ("cache-control", "no-store".to_owned()),
        ("access-control-allow-origin", "*".to_owned()),
        ("access-control-expose-headers", EXPOSED.join(", ")),
    ]);
    headers
}

/// What a preflight is told besides.
#[must_use]
pub fn of_a_preflight() -> Vec<(&'static str, String)> {
    vec![
        ("access-control-allow-methods", "GET, HEAD, POST, PATCH, DELETE".to_owned()),
        ("access-control-allow-headers", "authorization, content-type, last-event-id".to_owned()),
        ("access-control-max-age", "86400".to_owned()),
    ]
}

/// Headers of the page's file at `path`; `media_type` is what the assets say that it is.
#[must_use]
pub fn of_a_file(path: &str, media_type: &str) -> Vec<(&'static str, String)> {
    let mut headers = of_every_answer();
    let is_html = media_type.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/html"));
    let policy = if is_html { PAGE_CSP } else { API_CSP };
    headers.push(("content-security-policy", policy.to_owned()));
    headers.push(("cache-control", freshness(path).to_owned()));
    headers
}

/// How long a file may be kept: for ever where its name changes with its content, else it is asked for anew.
#[must_use]
pub fn freshness(path: &str) -> &'static str {
    if is_hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" }
}

/// Whether a file's name holds a hash of its content: the last `-` or `.` before the extension is followed by eight
/// or more characters of base32 in capitals, as esbuild writes them, or of lower-case hexadecimal.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some((_, hash)) = stem.rsplit_once(['-', '.']) else { return false };
    let base32 = hash.bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b));
    let hex = hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    hash.len() >= 8 && (base32 || hex)
}

/// The security headers that page and API share.
fn of_every_answer() -> Vec<(&'static str, String)> {
    EVERY_ANSWER.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests;
