//! Everything that touches the Workers runtime: requests, KV, Durable Objects, regions, assets, clock, chance.
//!
//! Decisions are made in the pure modules beside this one; here they are carried out.

mod assets;
mod batch;
mod chance;
mod clock;
mod create;
mod deliveries;
mod gate;
mod home;
mod inbox;
mod keys;
mod kv;
mod live;
mod message;
mod reply;

#[expect(missing_docs, reason = "the attribute's expansion has undocumented methods")]
mod admission_do;
#[expect(missing_docs, reason = "the attribute's expansion has undocumented methods")]
mod keyring_do;
#[expect(missing_docs, reason = "the attribute's expansion has undocumented methods")]
mod mail_keys_do;
#[expect(missing_docs, reason = "the attribute's expansion has undocumented methods")]
mod replay_do;

use std::{cell::RefCell, rc::Rc};

use futures_util::StreamExt;
use protocol::{
    problem::Kind,
    region::{Place, RegionTable},
    time::Timestamp,
};
use serde::Serialize;
use worker::{Context, Env, Request, Response, ResponseBuilder, Result, event, js_sys, wasm_bindgen::JsValue};

pub use self::{admission_do::Admission, keyring_do::Keyring, mail_keys_do::MailKeys, replay_do::ReplayGuard};
use self::{
    home::{Ask, Homes},
    kv::Mail,
    reply::{Outcome, Source},
};
use crate::{
    admission, headers,
    refusal::Refusal,
    region,
    routes::{self, Misrouted, Route},
};

/// Keys that one call of a Durable Object's storage deletes at most.
const DELETE_AT_ONCE: usize = 128;

thread_local! {
    /// The region table and the text that it was read from: read once an isolate.
    static REGIONS: RefCell<Option<(String, Rc<RegionTable>)>> = const { RefCell::new(None) };
}

/// What one request works with.
struct Edge {
    env: Env,
    table: Rc<RegionTable>,
    place: Option<Place>,
    now: Timestamp,
    mail: Mail,
}

impl Edge {
    /// The regions, as this request asks them.
    fn homes(&self) -> Homes<'_> {
        Homes { table: &self.table, place: self.place, now: self.now }
    }
}

/// The worker's entry.
#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let path = request.path();
    let is_head = request.method() == worker::Method::Head;
    let response = if routes::is_machine(&path) {
        let response = machine(request, env, &path).await?;
        reply::dress(response, &headers::of_the_api())?
    } else {
        page(request, &env, &path).await?
    };
    if !is_head {
        return Ok(response);
    }
    let (head, _) = response.into_parts();
    Ok(head.empty())
}

/// The page's files; a request that is none gets a problem.
async fn page(request: Request, env: &Env, path: &str) -> Result<Response> {
    match routes::route(request.method().as_ref(), path) {
        Ok(_) => assets::serve(request, env, path).await,
        Err(misrouted) => reply::dress(reply::refusal(&refuse(misrouted))?, &headers::of_a_file(path, "")),
    }
}

/// The API, the regions' batches and the health check.
async fn machine(request: Request, env: Env, path: &str) -> Result<Response> {
    let now = clock::now();
    keys::sweep(now);
    let route = routes::route(request.method().as_ref(), path);
    if route == Ok(Route::Preflight) {
        return reply::dress(ResponseBuilder::new().with_status(204).empty(), &headers::of_a_preflight());
    }
    let mut limits = Vec::new();
    if routes::is_api(path) {
        match gate::admit(&request, &env, now).await {
            Ok(admitted) => limits = admission::headers(admitted),
            Err(refusal) => return refused_by_the_gate(&refusal),
        }
    }
    let answer = match route {
        Ok(route) => answer(request, env, route, now).await,
        Err(misrouted) => Err(refuse(misrouted)),
    };
    reply::dress(answer.or_else(|refusal| reply::refusal(&refusal))?, &limits)
}

/// A refusal of the gate says, like every answer, how the client stands.
fn refused_by_the_gate(refusal: &Refusal) -> Result<Response> {
    let retry = refusal.headers.iter().find(|(name, _)| *name == "retry-after");
    let secs = retry.and_then(|(_, secs)| secs.parse().ok()).unwrap_or(1);
    let limited = protocol::limiter::Admission::Limited { retry_after: protocol::time::Millis::from_secs(secs) };
    reply::dress(reply::refusal(refusal)?, &admission::headers(limited))
}

/// What a request that leads nowhere is told.
fn refuse(misrouted: Misrouted) -> Refusal {
    match misrouted {
        Misrouted::NotFound => Refusal::no_such_path(),
        Misrouted::Method { allow } => {
            Refusal::new(Kind::MethodNotAllowed, "The Allow header names the methods of this path.")
                .with("allow", allow)
        }
    }
}

/// Answers an admitted request.
async fn answer(request: Request, env: Env, route: Route, now: Timestamp) -> Outcome<Response> {
    if route == Route::Health {
        return health(&env);
    }
    let table = table(&env).map_err(|_| {
        Refusal::new(Kind::Internal, "This edge's region table cannot be used. GET /healthz tells its operator why.")
    })?;
    let mail = Mail::open(&env, now);
    let edge = Edge { table, place: place(&request), now, mail, env };
    match route {
        Route::Any(public) => reply::forward(edge.homes().nearest(&Ask::get(public.path())).await?),
        Route::Create => create::create(&edge, request).await,
        Route::Inbox(id, call) => inbox::answer(&edge, request, id, call).await,
        Route::Message(id, message, call) => message::answer(&edge, &request, id, message, call).await,
        Route::Batch => batch::accept(&edge, request).await,
        Route::Clock => move_clock(request).await,
        Route::Page | Route::Health | Route::Preflight => Err(Refusal::no_such_path()),
    }
}

/// What `GET /healthz` says.
#[derive(Serialize)]
struct HealthView {
    status: &'static str,
    regions: usize,
}

/// Whether this worker can serve: it answers itself, and its region table can be used.
fn health(env: &Env) -> Outcome<Response> {
    let table = table(env).map_err(|reason| Refusal::new(Kind::Unavailable, &reason))?;
    let view = HealthView { status: "ok", regions: table.regions().len() };
    reply::json(&view, Source::Edge, reply::Mail::Closed)
}

/// The region table, or what its operator must correct.
fn table(env: &Env) -> std::result::Result<Rc<RegionTable>, String> {
    let text = env.var("REGIONS").map_err(|_| "the variable REGIONS is not set".to_owned())?.to_string();
    let known =
        REGIONS.with_borrow(|known| known.as_ref().filter(|(of, _)| *of == text).map(|(_, table)| table.clone()));
    if let Some(table) = known {
        return Ok(table);
    }
    let table = Rc::new(RegionTable::parse(&text).map_err(|error| format!("REGIONS: {error}"))?);
    REGIONS.set(Some((text, table.clone())));
    Ok(table)
}

/// Where the client is, as far as the platform knows.
fn place(request: &Request) -> Option<Place> {
    let cf = js_sys::Reflect::get(request.inner(), &JsValue::from_str("cf")).ok()?;
    let read = |name: &str| {
        let value = js_sys::Reflect::get(&cf, &JsValue::from_str(name)).ok()?;
        value.as_string().or_else(|| value.as_f64().map(|number| number.to_string()))
    };
    region::place(read("latitude").as_deref(), read("longitude").as_deref())
}

/// A request's body, at most `limit` octets of it: more are refused as soon as they are announced or come.
async fn body(request: &mut Request, limit: usize) -> Outcome<Vec<u8>> {
    let announced = request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Refusal::too_large(limit));
    }
    let Ok(mut stream) = request.stream() else { return Ok(Vec::new()) };
    let mut body = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(Refusal::too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// A parameter of a Durable Object's URL, which only this worker writes.
fn parameter<T: std::str::FromStr>(request: &Request, name: &str) -> Result<T> {
    let url = request.url()?;
    let value = url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok());
    value.ok_or_else(|| worker::Error::from("a parameter is missing"))
}

/// The body of `POST /test/clock`.
#[cfg(feature = "virtual-clock")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

/// Moves the clock, in builds for tests.
#[cfg(feature = "virtual-clock")]
async fn move_clock(mut request: Request) -> Outcome<Response> {
    let content_type = request.headers().get("content-type")?;
    let body = body(&mut request, protocol::limits::REQUEST_OCTETS).await?;
    let advance: Advance = crate::creation::json(content_type.as_deref(), &body)?;
    clock::advance(advance.advance_ms);
    Ok(ResponseBuilder::new().with_status(204).empty())
}

/// There is no clock to move in a build that is deployed.
#[cfg(not(feature = "virtual-clock"))]
async fn move_clock(_request: Request) -> Outcome<Response> {
    Err(Refusal::no_such_path())
}
