//! `/openapi.json`, generated from the handlers and the types that they answer with.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use protocol::{
    api::{
        CreateInboxBody, DeletedEvent, DomainsView, ExpiringEvent, InboxView, OpenList, PatchInboxBody, SealedList,
        StatusView,
    },
    delivery::{DeliveryEvent, OpenDeliveries, SealedDeliveries},
    message::{OpenEntry, SealedEntry},
    problem::{Kind, MEDIA_TYPE, Problem},
    webhook::{WebhookBody, WebhookEvent, WebhookView},
};
use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::{
        self, ContentBuilder, Ref, RefOr, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{answer::JSON, deliveries, events, inboxes, messages, raw, refused::Refused, service};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Mayfly",
        description = "Disposable e-mail. An inbox is made in one call and erased after 24 hours. Mail is sealed to a \
            key that the service does not have: show the read token to get sealed parts, or the capability to have \
            them opened for one answer (assisted mode). Every refusal is a problem (RFC 9457). A body that \
            is no JSON or not of the documented form (unknown fields, wrong types) is 400; values out of their bounds, in \
            bodies and queries alike, are 422.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        inboxes::create, inboxes::show, inboxes::change, inboxes::erase,
        messages::list, messages::show, messages::delete, raw::whole, raw::attachment, deliveries::list, events::stream,
        service::domains, service::status, service::lives, service::is_ready, document
    ),
    components(schemas(
        CreateInboxBody, PatchInboxBody, InboxView, SealedList, OpenList, SealedEntry, OpenEntry,
        SealedDeliveries, OpenDeliveries, DeletedEvent, DeliveryEvent, ExpiringEvent, DomainsView, StatusView, Problem,
        WebhookBody, WebhookView, WebhookEvent
    )),
    security(("bearer" = [])),
    modifiers(&Everywhere)
)]
struct Document;

/// What holds for every operation: how credentials are sent, and the answers that any of them may give.
struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("read token or capability")
            .description(Some("`r` and 43 characters: the read token. `1` and 43 characters: the capability."));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        for item in document.paths.paths.values_mut() {
            let operations = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
            for operation in operations.into_iter().flatten() {
                for kind in [Kind::TooManyRequests, Kind::Internal] {
                    operation.responses.responses.insert(kind.status().to_string(), problem(kind));
                }
            }
        }
    }
}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "service", security(()),
    responses((status = 200, description = "This document.", content_type = "application/json"))
)]
pub(super) async fn document() -> Result<Response, Refused> {
    static TEXT: LazyLock<Option<String>> = LazyLock::new(|| Document::openapi().to_json().ok());
    match &*TEXT {
        Some(text) => Ok(([(header::CONTENT_TYPE, JSON)], text.as_str()).into_response()),
        None => Err(Refused::new(Kind::Internal, "The document could not be written.")),
    }
}

/// A group of problems that several operations answer with.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($kind:ident)+;)+) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
                [$(Kind::$kind),+].into_iter().map(|kind| (kind.status().to_string(), problem(kind))).collect()
            }
        }
    )+};
}

problems! {
    /// Of every path that names an inbox.
    InboxProblems: Unauthorized Forbidden NotFound Gone Unavailable;
    /// Of every operation that takes a body.
    BodyProblems: BadRequest TooLarge UnsupportedMediaType Unprocessable;
    /// Of every operation that takes a query.
    QueryProblem: Unprocessable;
    /// Of making an inbox.
    CreateProblems: Conflict Unavailable;
    /// Of readiness.
    ReadyProblems: Unavailable;
}

fn problem(kind: Kind) -> RefOr<openapi::Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(kind.title()).content(MEDIA_TYPE, content).build().into()
}
