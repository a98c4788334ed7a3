//! The routes, asked through `oneshot`: no socket, a store in this file's folder, a clock that stands still.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use protocol::{
    address::Domain,
    capability::Capability,
    id::{InboxId, MessageId},
    message::{Attachment, AttachmentSummary, Content, Danger, Mailbox, Summary, TransferEncoding},
    sealing::{Binding, MessageParts, Payload, Sealer},
    time::{Millis, Timestamp},
};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;

use super::{Admit, ApiState, operator_router, router};
use crate::{
    mail::{AddressHasher, Sealed},
    metrics::Metrics,
    operator::{Holder, PublicKeys, StandingInbox},
    ports::{Chance, Draw, ReadingKeys, Store},
    registrar::{
        Registrar, Webhooks,
        fake::{Counting, FakeStore, Hand},
    },
};

mod admission;
mod deliveries;
mod events;
mod inboxes;
mod keys;
mod messages;
mod raw;
mod refusals;
mod service;

/// What every message of these tests says; the canary must never be seen where it is sealed.
const RAW: &[u8] = b"From: Ada <ada@sender.example>\r\nSubject: canary\r\n\r\naGVs\r\nbG8=\r\n";

/// A router and all that it stands on.
struct Bench {
    router: Router,
    operator: Router,
    store: Arc<FakeStore>,
    clock: Arc<Hand>,
    chance: Arc<Counting>,
    draining: watch::Sender<bool>,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// An inbox and its owner's capability.
struct Owned {
    id: InboxId,
    capability: Capability,
}

impl Bench {
    fn new() -> Self {
        Self::with_page(None)
    }

    fn with_page(page: Option<PathBuf>) -> Self {
        Self::with(page, Admit::Everybody)
    }

    fn with(page: Option<PathBuf>, admit: Admit) -> Self {
        let store = Arc::new(FakeStore::default());
        let clock = Arc::new(Hand::at(1_700_000_000_000));
        let chance = Arc::new(Counting::default());
        let (draining, drained) = watch::channel(false);
        let registrar = Registrar {
            store: Arc::clone(&store) as Arc<dyn Store>,
            hasher: AddressHasher::new(&[7; 32]),
            domains: vec![Domain::parse("mayfly.example").unwrap()],
            chance: Arc::clone(&chance) as Arc<dyn Chance>,
            clock: Arc::clone(&clock) as _,
            webhooks: Webhooks::Served,
        };
        let state = ApiState {
            store: Arc::clone(&store) as Arc<dyn Store>,
            reading: Arc::clone(&store) as Arc<dyn ReadingKeys>,
            registrar: Arc::new(registrar),
            clock: Arc::clone(&clock) as _,
            metrics: Arc::new(Metrics::new()),
            operator: operator(),
            admit,
            region: "local".into(),
            page,
            draining: drained,
            #[cfg(feature = "virtual-clock")]
            advance: {
                let clock = Arc::clone(&clock);
                Arc::new(move |by| clock.advance(by))
            },
        };
        Self { router: router(state.clone()), operator: operator_router(state), store, clock, chance, draining }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    async fn ask(&self, method: &str, path: &str, token: &str) -> Answer {
        self.send(request(method, path, token, Body::empty())).await
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask("GET", path, token).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// An assisted inbox.
    async fn inbox(&self) -> Owned {
        let answer = self.post("/v1/inboxes", &json!({"assisted": true})).await;
        assert_eq!(answer.status, 201);
        let view = answer.json();
        Owned {
            id: view["id"].as_str().unwrap().parse().unwrap(),
            capability: view["capability"].as_str().unwrap().parse().unwrap(),
        }
    }

    /// Delivers a message with one attachment to `inbox`.
    async fn deliver(&self, inbox: &Owned, subject: &str) -> MessageId {
        self.deliver_named(inbox, subject, "report.pdf").await
    }

    async fn deliver_named(&self, inbox: &Owned, subject: &str, filename: &str) -> MessageId {
        self.deliver_file(inbox, subject, filename, None).await
    }

    async fn deliver_file(&self, inbox: &Owned, subject: &str, filename: &str, withheld: Option<Danger>) -> MessageId {
        let mut id = [0; 16];
        self.chance.fill(&mut id);
        let message = MessageId::from_bytes(id);
        let binding = Binding { inbox: inbox.id, message };
        let key = inbox.capability.key_pair().public_key();
        let sealer = Sealer::new(&key, binding, &mut Draw(&*self.chance));
        let attachment = AttachmentSummary {
            n: 0,
            filename: filename.into(),
            content_type: "application/pdf".into(),
            size: 5,
            danger: None,
            withheld,
        };
        let summary = Summary {
            from: Mailbox { name: "Ada".into(), address: "ada@sender.example".into() },
            subject: subject.into(),
            codes: vec!["482913".into()],
            attachments: vec![attachment.clone()],
            ..Summary::default()
        };
        let offset = RAW.len() - 12;
        let place =
            Attachment { summary: attachment, offset: offset as u64, length: 12, encoding: TransferEncoding::Base64 };
        let content = Content { text: Some("canary text".into()), attachments: vec![place], ..Content::default() };
        let sealed = sealer.seal_message(MessageParts {
            summary: Payload::Identity(&serde_json::to_vec(&summary).unwrap()),
            content: Payload::Identity(&serde_json::to_vec(&content).unwrap()),
            raw: Payload::Identity(RAW),
        });
        let parts = [sealed.summary, sealed.content, sealed.raw].map(Bytes::from);
        let now = self.clock.time();
        let room = self.store.reserve(1).unwrap();
        self.store.put(Sealed::of_parts(inbox.id, message, now, parts), room, now).await.unwrap();
        message
    }

    /// The operator's inbox, as it is made at start.
    async fn make_operators_inbox(&self) {
        let made = operator().made(&AddressHasher::new(&[7; 32]), self.clock.time(), &mut Draw(&*self.chance));
        self.store.create(made).await.unwrap();
    }

    /// The store falls silent, or answers again.
    fn silence(&self, silent: bool) {
        self.store.silent.store(silent, Ordering::SeqCst);
    }
}

fn operator() -> StandingInbox {
    let capability = Capability::from_bytes([42; 32]);
    let host = Domain::parse("mx.mayfly.example").unwrap();
    StandingInbox::new(PublicKeys::of(&capability), Holder::Process(capability), host)
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: status {} is not JSON", self.status))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// That it is a whole and truthful problem of this status.
    #[track_caller]
    fn is_problem(&self, status: u16) {
        assert_eq!(self.status, status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["type"].as_str().unwrap().starts_with("urn:mayfly:problem:"));
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
        assert_eq!(self.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(self.headers.contains_key("retry-after"), status == 503);
    }
}

impl Owned {
    fn path(&self, rest: &str) -> String {
        format!("/v1/inboxes/{}{rest}", self.id)
    }

    fn capability(&self) -> String {
        self.capability.to_text()
    }

    fn read_token(&self) -> String {
        self.capability.read_token().to_text()
    }
}

fn request(method: &str, path: &str, token: &str, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
    request.body(body).unwrap()
}

/// A moment of these tests' clock.
fn later(start: Timestamp, by: Millis) -> String {
    start.plus(by).to_string()
}
