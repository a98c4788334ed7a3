//! One inbox: shown, listed, extended, erased. KV first, its home region for what KV lacks.

use protocol::{
    api::{InboxView, SealedList},
    batch::InboxRecord,
    capability::Credential,
    id::InboxId,
    limits::{INBOX_LIFE, REQUEST_OCTETS},
    time::Millis,
};
use serde::{Serialize, de::DeserializeOwned};
use worker::{Method, Request, Response};

use super::{
    Edge, body, deliveries,
    home::{self, Ask, FRESHNESS_TIMEOUT, Heard},
    kv::Write,
    live,
    reply::{self, Mail, Outcome, Source},
};
use crate::{
    credential, listing,
    opening::{Closed, Opener},
    query::ListQuery,
    record::{self, Standing},
    refusal::Refusal,
    routes::InboxCall,
};

/// What is added to a client's `wait` before its home region counts as silent.
const WAIT_GRACE: Millis = Millis::from_secs(5);

/// Answers what is asked of an inbox.
pub(super) async fn answer(edge: &Edge, mut request: Request, id: InboxId, call: InboxCall) -> Outcome<Response> {
    let credential = credential::read(request.headers().get("authorization")?.as_deref())?;
    let known = admit(edge, &credential, id).await?;
    let home = known.as_ref().map(|record| record.region.as_str());
    let token = credential.read_token();
    match call {
        InboxCall::Show => match edge.opened(&credential, known.as_deref()).await {
            Some(open) => show(&credential, id, &open.record),
            None => {
                let heard = edge.homes().of_inbox(home, &Ask::get(path(id)).with_token(token)).await;
                relay(heard, &credential, id, Opener::inbox).await
            }
        },
        InboxCall::List => {
            let url = request.url()?;
            let pairs: Vec<_> = url.query_pairs().collect();
            let query = ListQuery::read(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())))?;
            let open = edge.opened(&credential, known.as_deref()).await;
            list(edge, &credential, id, home, open.map(|open| open.record), query).await
        }
        InboxCall::Extend => {
            let content_type = request.headers().get("content-type")?;
            let body = body(&mut request, REQUEST_OCTETS).await?;
            let _: protocol::api::PatchInboxBody = crate::creation::json(content_type.as_deref(), &body)?;
            let ask = Ask { method: Method::Patch, body: Some(body), ..Ask::get(path(id)) }.with_token(token);
            relay(edge.homes().of_inbox(home, &ask).await, &credential, id, Opener::inbox).await
        }
        InboxCall::Erase => {
            let ask = Ask { method: Method::Delete, ..Ask::get(path(id)) }.with_token(token);
            let answer = heard(edge.homes().of_inbox(home, &ask).await)?;
            if answer.status_code() < 300 {
                forget(edge, id, known.as_deref()).await;
            }
            reply::forward(answer)
        }
        InboxCall::Events => live::events(edge, &request, &credential, id, home).await,
        InboxCall::Deliveries => {
            let url = request.url()?;
            let pairs: Vec<_> = url.query_pairs().collect();
            let pairs = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
            let query = ListQuery::read(pairs.filter(|(name, _)| *name == "since"))?;
            let open = edge.opened(&credential, known.as_deref()).await;
            deliveries::answer(edge, &credential, id, home, open.map(|open| open.record), query.since).await
        }
    }
}

/// The record, where KV has it and the credential is its own; none where only a region can tell.
pub(super) async fn admit(edge: &Edge, credential: &Credential, id: InboxId) -> Outcome<Option<Box<InboxRecord>>> {
    match edge.mail.standing(id).await {
        Standing::Gone => Err(Refusal::gone()),
        // Another inbox's credential learns no more here than while it lived.
        Standing::Expired(record) if credential::admits(&record, credential) => {
            extended(edge, credential, &record).await
        }
        Standing::Living(record) if credential::admits(&record, credential) => Ok(Some(record)),
        Standing::Expired(_) | Standing::Living(_) => Err(Refusal::wrong_credential()),
        Standing::Unknown | Standing::Unreadable => Ok(None),
    }
}

/// An inbox whose time is over as far as KV knows: KV may not have heard yet that it was extended, so its home has the
/// last word where it can be asked.
async fn extended(edge: &Edge, credential: &Credential, record: &InboxRecord) -> Outcome<Option<Box<InboxRecord>>> {
    let ask = Ask::get(path(record.id)).with_token(credential.read_token()).within(FRESHNESS_TIMEOUT);
    match edge.homes().of_inbox(Some(&record.region), &ask).await {
        Heard::Answer(answer) if answer.status_code() == 200 => Ok(None),
        Heard::Answer(_) | Heard::Unknown | Heard::Unreachable => Err(Refusal::gone()),
    }
}

/// Where an inbox is at its home, the same as here.
pub(super) fn path(id: InboxId) -> String {
    format!("/v1/inboxes/{id}")
}

/// The regions' answer, where there is one.
pub(super) fn heard(heard: Heard) -> Outcome<Response> {
    match heard {
        Heard::Answer(answer) => Ok(answer),
        Heard::Unknown => Err(Refusal::no_such_inbox()),
        Heard::Unreachable => Err(Refusal::unreachable()),
    }
}

/// What the service says of mail that does not open: the capability was right, the seal is not.
pub(super) fn closed(reason: Closed) -> Refusal {
    match reason {
        Closed::Withheld => Refusal::new(
            protocol::problem::Kind::NotFound,
            "This file is dangerous to open, and this service keeps such files out: its octets were never stored. \
             Ask the sender for it in another form.",
        ),
        Closed::NoAttachment => Refusal::new(
            protocol::problem::Kind::NotFound,
            "The message has no attachment of this number; its summary lists those that it has.",
        ),
        // The inbox was made with another public key than this capability's.
        Closed::Seal => Refusal::new(
            protocol::problem::Kind::Forbidden,
            "This capability proves the right to list and delete, yet the mail is sealed to another key.",
        ),
        Closed::Form => Refusal::internal(),
    }
}

/// Passes on what a region said; to whoever showed the capability, opened.
pub(super) async fn relay<T: DeserializeOwned, U: Serialize>(
    said: Heard,
    credential: &Credential,
    id: InboxId,
    open: impl FnOnce(&Opener, T) -> Result<U, Closed>,
) -> Outcome<Response> {
    let mut answer = heard(said)?;
    match credential {
        Credential::Capability(capability) if answer.status_code() == 200 => {
            let sealed = home::json(&mut answer).await.ok_or_else(Refusal::unreachable)?;
            let opened = open(&Opener::new(capability, id), sealed).map_err(closed)?;
            reply::json(&opened, Source::Origin, Mail::Opened)
        }
        Credential::Capability(_) | Credential::ReadToken(_) => reply::forward(answer),
    }
}

/// The inbox as KV knows it.
fn show(credential: &Credential, id: InboxId, record: &InboxRecord) -> Outcome<Response> {
    let view: InboxView = record::view(record);
    match credential {
        Credential::ReadToken(_) => reply::json(&view, Source::Kv, Mail::Closed),
        Credential::Capability(capability) => {
            let view = Opener::new(capability, id).inbox(view).map_err(closed)?;
            reply::json(&view, Source::Kv, Mail::Opened)
        }
    }
}

/// The inbox's messages.
async fn list(
    edge: &Edge,
    credential: &Credential,
    id: InboxId,
    home: Option<&str>,
    known: Option<InboxRecord>,
    query: ListQuery,
) -> Outcome<Response> {
    let ask = |query: ListQuery, timeout: Millis| {
        let waited = Millis::from_secs(query.wait.into()).as_millis().saturating_add(WAIT_GRACE.as_millis());
        let timeout = if query.wait == 0 { timeout } else { Millis::from_millis(waited) };
        let path = format!("{}/messages?{}", path(id), query.to_text());
        Ask::get(path).with_token(credential.read_token()).within(timeout)
    };
    let Some(record) = known else {
        let heard = edge.homes().of_inbox(home, &ask(query, home::ANSWER_TIMEOUT)).await;
        return relay(heard, credential, id, |opener, list: SealedList| opener.list(&list)).await;
    };
    let (known, rest) = match listing::plan(&record, query, edge.now) {
        listing::Plan::Kv(list) => return listed(credential, id, &list, Source::Kv),
        listing::Plan::AskHome { known, ask } => (known, ask),
    };
    let unheard = |known: SealedList| {
        let known = listing::alone(known).ok_or_else(Refusal::unreachable)?;
        listed(credential, id, &known, Source::Kv)
    };
    match edge.homes().of_inbox(Some(&record.region), &ask(rest, FRESHNESS_TIMEOUT)).await {
        Heard::Answer(mut answer) if answer.status_code() == 200 => match home::json(&mut answer).await {
            Some(added) => listed(credential, id, &listing::merge(known, added, query.since), Source::Origin),
            None => unheard(known),
        },
        Heard::Answer(answer) if answer.status_code() == 410 => Err(Refusal::gone()),
        // What has arrived is shown, though the region has lost it.
        Heard::Answer(_) | Heard::Unknown => listed(credential, id, &known, Source::Kv),
        Heard::Unreachable => unheard(known),
    }
}

/// A listing as its reader gets it.
fn listed(credential: &Credential, id: InboxId, list: &SealedList, source: Source) -> Outcome<Response> {
    match credential {
        Credential::ReadToken(_) => reply::json(list, source, Mail::Closed),
        Credential::Capability(capability) => {
            let list = Opener::new(capability, id).list(list).map_err(closed)?;
            reply::json(&list, source, Mail::Opened)
        }
    }
}

/// Destroys the keys of an erased inbox and drops what KV has of it, at once. Its region's next batch does the same, so that a failure here is made good.
async fn forget(edge: &Edge, id: InboxId, known: Option<&InboxRecord>) {
    if let Some(record) = known {
        let _made_good_later = edge.erase_keys(record).await;
    }
    let messages = known.iter().flat_map(|record| &record.entries).map(|entry| entry.entry.id);
    let drops = messages.map(|message| Write::DropParts { inbox: id, message });
    let _made_good_later = edge.mail.put_gone(id, edge.now.plus(INBOX_LIFE)).await;
    let _made_good_later = edge.mail.write(drops).await;
}
