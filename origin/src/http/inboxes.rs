//! `/v1/inboxes`: make, show, extend, erase.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{
    api::{CreateInbox, CreateInboxBody, InboxChange, InboxView, PatchInboxBody, Privacy, Provider, SealedInbox},
    bytes::Base64,
    id::InboxId,
    limits::INBOX_LIFE,
    problem::Kind,
    webhook::WebhookView,
};
use zeroize::Zeroize;

use super::{
    Shared,
    access::Reader,
    extract::{Bearer, Json, Path},
    openapi::{BodyProblems, CreateProblems, InboxProblems},
    opening,
    refused::Refused,
};
use crate::{
    metrics::Drawn,
    ports::{Inbox, WebhookChange},
    registrar::Created,
};

/// Makes an inbox.
///
/// Sealed: the client draws a capability and sends `public_key` and `read_token_hash`. Assisted:
/// `{"assisted": true}`, and the answer carries the capability, once.
#[utoipa::path(
    post, path = "/v1/inboxes", tag = "inboxes", security(()), request_body = CreateInboxBody,
    responses(
        (status = 201, description = "The inbox, with its address; with the capability if the service drew it.",
            body = InboxView, headers(("Location" = String, description = "Where the inbox is."))),
        CreateProblems, BodyProblems
    )
)]
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Json(body): Json<CreateInboxBody>,
) -> Result<Response, Refused> {
    let created = shared.api.registrar.create(CreateInbox::check(&body)?).await?;
    shared.api.metrics.inbox_created(match created {
        Created::Sealed { .. } => Drawn::ByClient,
        Created::Assisted { .. } => Drawn::ByService,
    });
    let mut view = created.view();
    drop(created);
    let json = opening::json(&view);
    view.capability.zeroize();
    if let Some(webhook) = &mut view.webhook {
        webhook.secret.zeroize();
    }
    view.address.zeroize();
    let location = format!("/v1/inboxes/{}", view.id);
    let headers = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Body::from(Bytes::from_owner(json?))).into_response())
}

/// Shows an inbox.
///
/// The service keeps no address: whoever shows the read token gets it sealed, whoever shows the
/// capability gets it opened.
#[utoipa::path(
    get, path = "/v1/inboxes/{id}", tag = "inboxes",
    params(("id" = String, Path, description = "The inbox.")),
    responses((status = 200, description = "The inbox.", body = InboxView), InboxProblems)
)]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
) -> Result<Response, Refused> {
    let admitted = shared.admit(id, &credential).await?;
    view(&shared, admitted.inbox, None, admitted.reader).await
}

/// Changes an inbox: it lives another 24 hours from now, or its owner is told of mail elsewhere or nowhere.
#[utoipa::path(
    patch, path = "/v1/inboxes/{id}", tag = "inboxes", request_body = PatchInboxBody,
    params(("id" = String, Path, description = "The inbox.")),
    responses(
        (status = 200, description = "The inbox with its new end, or with its new webhook and the secret that was drawn for it.", body = InboxView), InboxProblems, BodyProblems
    )
)]
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
    Json(body): Json<PatchInboxBody>,
) -> Result<Response, Refused> {
    let admitted = shared.admit(id, &credential).await?;
    let (store, now) = (&shared.api.store, shared.api.clock.now());
    let (inbox, webhook) = match InboxChange::check(&body)? {
        InboxChange::Extend => (store.extend(id, now.plus(INBOX_LIFE), now).await?, None),
        InboxChange::NoWebhook => (store.set_webhook(id, WebhookChange::Remove, now).await?, None),
        InboxChange::Webhook(wish) => {
            let hook = shared.api.registrar.hook(*wish)?;
            (store.set_webhook(id, WebhookChange::Set(hook.webhook), now).await?, Some(hook.view))
        }
    };
    view(&shared, inbox, webhook, admitted.reader).await
}

/// Erases an inbox and all its mail, here and at the edge.
#[utoipa::path(
    delete, path = "/v1/inboxes/{id}", tag = "inboxes",
    params(("id" = String, Path, description = "The inbox.")),
    responses((status = 204, description = "It is erased."), InboxProblems)
)]
pub(super) async fn erase(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<InboxId>,
    Bearer(credential): Bearer,
) -> Result<StatusCode, Refused> {
    shared.admit(id, &credential).await?;
    if id == shared.api.operator.id() {
        return Err(Refused::new(Kind::Forbidden, "The operator's inbox does not end; delete its messages instead."));
    }
    shared.api.store.delete_inbox(id, shared.api.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An inbox as its reader may see it.
async fn view(
    shared: &Shared,
    inbox: Inbox,
    webhook: Option<WebhookView>,
    reader: Reader,
) -> Result<Response, Refused> {
    let mut view = InboxView {
        id: inbox.id,
        address: None,
        sealed: None,
        domain: inbox.domain.to_string(),
        created_at: inbox.created_at,
        expires_at: inbox.expires_at,
        provider: Provider::Mayfly,
        privacy: Privacy::Sealed,
        capability: None,
        webhook,
    };
    let mut response = match reader {
        Reader::Sealed => {
            view.sealed = Some(SealedInbox { address: Base64(inbox.sealed_address.to_vec()) });
            return Ok(axum::Json(view).into_response());
        }
        Reader::Assisted(opener) => {
            let open = move || {
                view.address = Some(opener.address(&inbox.sealed_address)?);
                opening::json(&view)
            };
            shared.openings.answer(1, open).await?
        }
    };
    response.headers_mut().insert(header::CONTENT_TYPE, super::answer::JSON);
    Ok(response)
}
