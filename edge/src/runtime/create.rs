//! `POST /v1/inboxes`: checked here, made by the nearest healthy region.

use protocol::{api::InboxView, capability::Capability, limits::REQUEST_OCTETS};
use worker::{Method, Request, Response, ResponseBody};

use super::{
    Edge, body, chance,
    home::{self, Ask},
    reply::{self, Mail, Outcome, Source},
};
use crate::{
    creation::{self, Wish},
    refusal::Refusal,
};

/// Makes an inbox.
pub(super) async fn create(edge: &Edge, mut request: Request) -> Outcome<Response> {
    let content_type = request.headers().get("content-type")?;
    let body = body(&mut request, REQUEST_OCTETS).await?;
    match creation::read(content_type.as_deref(), &body)? {
        Wish::Sealed(_) => reply::forward(edge.homes().nearest(&ask(body)).await?),
        Wish::Assisted(wish) => {
            let capability = Capability::from_bytes(chance::secret()?);
            let body = serde_json::to_vec(&creation::on_behalf(wish, &capability)).map_err(|_| Refusal::internal())?;
            let mut answer = edge.homes().nearest(&ask(body)).await?;
            if answer.status_code() != 201 {
                return reply::forward(answer);
            }
            let view: InboxView = home::json(&mut answer).await.ok_or_else(Refusal::unreachable)?;
            let view = InboxView { capability: Some(capability.to_text()), ..view };
            let view = serde_json::to_vec(&view).map_err(|_| Refusal::internal())?;
            let made = reply::of("application/json", ResponseBody::Body(view), Source::Origin, Mail::Opened)?;
            Ok(made.with_status(201))
        }
    }
}

fn ask(body: Vec<u8>) -> Ask {
    Ask { method: Method::Post, body: Some(body), ..Ask::get("/v1/inboxes") }
}
