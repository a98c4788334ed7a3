//! The security headers of the page and of the API, said once for edge and origin.

/// The page's content security policy. Nothing is loaded but what the page's own origin serves; mail
/// is shown in a frame without scripts whose own policy is stricter still. `https:` among images is for that frame alone, which
/// inherits this policy: its own lets images in only once the reader asks, and the page itself shows none from elsewhere.
pub const PAGE_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob: https:; connect-src 'self'; frame-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types dompurify";

/// The API answers no document: nothing in it may run or be framed.
pub const API_CSP: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Headers of every answer, page and API alike.
pub const EVERY_ANSWER: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"),
    ("x-dns-prefetch-control", "off"),
];

/// The answer's source: `kv`, `origin` or `edge`.
pub const SOURCE_HEADER: &str = "mayfly-source";

/// Set on answers whose mail was opened by the service on the client's behalf (assisted mode).
pub const ASSISTED_HEADER: &str = "mayfly-assisted";
