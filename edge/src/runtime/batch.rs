//! What a region pushes: verified, then written to KV. `200` is said only after everything is written.

use data_encoding::HEXLOWER;
use protocol::{
    batch::{Batch, Change, InboxRecord, Signature},
    limits::BATCH_OCTETS,
};
use serde::Serialize;
use worker::{Request, Response};
use zeroize::Zeroizing;

use super::{
    Edge, body,
    kv::Write,
    replay_do::Nonce,
    reply::{self, Mail, Outcome, Source},
};
use crate::{
    batches::{self, Effect},
    keys,
    record::{Standing, blob_end},
    refusal::Refusal,
};

/// What a region is told.
#[derive(Serialize)]
struct Applied {
    applied: usize,
}

/// Takes a batch.
pub(super) async fn accept(edge: &Edge, mut request: Request) -> Outcome<Response> {
    let header = |name: &str| request.headers().get(name).ok().flatten();
    let signature = Signature::from_headers(header).map_err(batches::refusal)?;
    // Whoever names no key of ours does not get to send forty megabytes.
    let key = batches::key(&edge.table, &signature).map_err(batches::refusal)?;
    // Wiped: it carries keys.
    let body = Zeroizing::new(body(&mut request, BATCH_OCTETS).await?);
    key.verify(&signature, &body, edge.now).map_err(batches::refusal)?;
    if nonce(edge, &signature).await.map_err(|_| Refusal::unreachable())? == Nonce::Used {
        return Err(batches::replayed());
    }
    let batch = Batch::parse(&body).map_err(batches::refusal)?;
    batches::authority(&batch, &signature.region)?;
    // Keys come before what they read and go before it is gone. Objects are one region's: it tells nobody else's keys.
    for (object, orders) in keys::orders(&batch, &signature.region) {
        edge.order(&object, &orders).await.map_err(|_| Refusal::unreachable())?;
    }
    for change in &batch.changes {
        apply(edge, change, &batch, &signature.region).await?;
    }
    reply::json(&Applied { applied: batch.changes.len() }, Source::Edge, Mail::Closed)
}

/// Asks the region's object whether the nonce is new, and has it remembered.
async fn nonce(edge: &Edge, signature: &Signature) -> worker::Result<Nonce> {
    let stub = edge.env.durable_object("REPLAY")?.get_by_name(&signature.region)?;
    let nonce = HEXLOWER.encode(&signature.nonce);
    let url = format!("https://replay/?nonce={nonce}&now={}", edge.now.as_millis());
    stub.fetch_with_str(&url).await?.json().await
}

/// Writes one change. Blobs come before the record that names them and go after it is gone, so that an index never
/// promises what is not there.
async fn apply(edge: &Edge, change: &Change, batch: &Batch<'_>, region: &str) -> Outcome<()> {
    let inbox = match change {
        Change::Update { record, .. } => record.id,
        Change::Erase { inbox, .. } => *inbox,
    };
    let standing = edge.mail.standing(inbox).await;
    if standing == Standing::Unreadable {
        return Err(Refusal::unreachable());
    }
    let effect = batches::effect(change, region, &standing);
    match (change, effect) {
        (_, Effect::Refuse) => Err(batches::not_its_own()),
        (_, Effect::Nothing) => Ok(()),
        (Change::Update { record, removed }, Effect::Apply) => {
            edge.mail.write(parts(batch, record)).await?;
            edge.mail.put_record(record).await?;
            let drops = removed.iter().map(|message| Write::DropParts { inbox: record.id, message: *message });
            Ok(edge.mail.write(drops).await?)
        }
        (Change::Update { .. }, Effect::BlobsOnly) => match &standing {
            Standing::Living(old) | Standing::Expired(old) => Ok(edge.mail.write(parts(batch, old)).await?),
            Standing::Unreadable | Standing::Unknown | Standing::Gone => Ok(()),
        },
        (Change::Erase { inbox, removed, gone_until }, Effect::Apply | Effect::BlobsOnly) => {
            edge.mail.put_gone(*inbox, *gone_until).await?;
            let drops = removed.iter().map(|message| Write::DropParts { inbox: *inbox, message: *message });
            Ok(edge.mail.write(drops).await?)
        }
    }
}

/// The batch's blobs of the messages that `record` lists.
fn parts<'a>(batch: &'a Batch<'_>, record: &'a InboxRecord) -> impl Iterator<Item = Write<'a>> {
    let listed = |head: &protocol::batch::BlobHead| {
        head.inbox == record.id && record.entries.iter().any(|entry| entry.entry.id == head.message)
    };
    batch.blobs.iter().filter(move |(head, _)| listed(head)).map(|(head, octets)| Write::Part {
        inbox: head.inbox,
        message: head.message,
        part: head.part,
        octets,
        end: blob_end(record, head),
    })
}
