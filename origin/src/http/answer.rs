//! What every answer wears: security headers, CORS, caching, where it came from; and what every
//! request is counted as. Panics become a `500` here, wrong methods a `405`, unknown paths a `404`.

use std::{any::Any, sync::Arc};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use protocol::{
    problem::Kind,
    security::{API_CSP, EVERY_ANSWER, SOURCE_HEADER},
};
use tower_http::catch_panic::CatchPanicLayer;

use super::{TEMPLATES, refused::Refused};
use crate::metrics::{self, Metrics, Template};

/// The media type of most answers.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What a page of another origin may read of an answer, beside its body.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "location, retry-after, ratelimit, ratelimit-policy, www-authenticate, content-disposition, mayfly-source, \
     mayfly-assisted",
);

/// Dresses the routes that clients call.
pub(super) fn dress_api<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    dress_operator(routes).layer(middleware::from_fn(open_to_all))
}

/// Dresses the routes that only the operator calls: no page of another origin may read them.
pub(super) fn dress_operator<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::map_response(closed))
}

/// Counts every request and dresses every answer, the page's as well.
pub(super) fn dress_all(routes: Router, metrics: Arc<Metrics>) -> Router {
    routes.layer(middleware::from_fn_with_state(metrics, count)).layer(middleware::map_response(every))
}

/// The answer to a path that leads nowhere.
pub(super) async fn nothing_here() -> Response {
    closed(Refused::not_found().into_response()).await
}

/// Axum adds `Allow` (RFC 9110 §15.5.6).
async fn wrong_method() -> Refused {
    Refused::new(Kind::MethodNotAllowed, "The Allow header lists the methods of this path.")
}

/// A panic's message may hold anything: it is dropped.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Refused::new(Kind::Internal, "The request broke something. Please tell the operator.").into_response()
}

/// An answer of the API is no document, is never kept, and says where it came from.
async fn closed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(API_CSP));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static(SOURCE_HEADER), HeaderValue::from_static("origin"));
    response
}

/// The API is open to pages of every origin (WHATWG Fetch §3.2): there are no cookies, a credential is
/// sent by whoever has it.
async fn open_to_all(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if is_preflight { preflight().await } else { next.run(request).await };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}

async fn preflight() -> Response {
    let mut headers = HeaderMap::new();
    let allow = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, last-event-id"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    headers.extend(allow.map(|(name, value)| (name, HeaderValue::from_static(value))));
    closed((StatusCode::NO_CONTENT, headers).into_response()).await
}

async fn every(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in EVERY_ANSWER {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn count(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = template(request.extensions().get::<MatchedPath>());
    let method = match *request.method() {
        Method::GET => metrics::Method::Get,
        Method::HEAD => metrics::Method::Head,
        Method::POST => metrics::Method::Post,
        Method::PATCH => metrics::Method::Patch,
        Method::DELETE => metrics::Method::Delete,
        Method::OPTIONS => metrics::Method::Options,
        _ => metrics::Method::Other,
    };
    let response = next.run(request).await;
    metrics.request(route, method, response.status().as_u16());
    response
}

fn template(matched: Option<&MatchedPath>) -> Template {
    let known = matched.and_then(|path| TEMPLATES.into_iter().find(|template| *template == path.as_str()));
    Template::new(known.unwrap_or("other"))
}
