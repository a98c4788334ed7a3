//! The port: what the stages ask, as steps in Redis.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use bytes::{BufMut as _, Bytes, BytesMut};
use protocol::{
    cursor::{Seq, Since},
    id::{InboxId, MessageId},
    limits::INBOX_MESSAGES,
    message::{Part, SealedEntry},
    sealing::{PublicKey, Suite},
    time::Timestamp,
    webhook::Webhook,
    wrap::WrapKey,
};
use redis::Value;

use super::{
    Inner, RedisStore, Unavailable,
    answer::{What, exactly, number, octets, owned, size},
    decimal,
    heads::{self, Head},
    keys::shard_of_address,
    living, of,
    scripts::{Call, Script},
    view::Done,
};
use crate::{
    budget::{NoRoom, Reservation},
    limits::{GONE_MEMORY, MESSAGE_OVERHEAD, RECORD_OVERHEAD, REDIS_CLAIM, REDIS_MARGIN},
    mail::{AddressKey, Destination, Notice, Sealed, SealedRecord, Stored},
    ports::{
        CreateError, Deliveries, Inbox, Listing, NewInbox, Owed, PutError, ReadError, Receipt, Store, StoreStatus,
        Unreachable, WebhookChange,
    },
    store::memory::lock,
};

/// Whether an inbox that holds as many messages as it can is told as full.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fullness {
    Told,
    Ignored,
}

/// How an address came to be an inbox's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// Just now.
    Fresh,
    /// It was before.
    Mine,
}

/// What claiming an address came to.
enum Claimed {
    Won(Claim),
    /// It is written to another.
    Held(Vec<u8>),
}

/// A seat among those who wait for an inbox; dropping it gives it up.
struct Seat<'a> {
    inner: &'a Inner,
    id: InboxId,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        lock(&self.inner.view.waiters).leave(self.id);
    }
}

/// A webhook as it is kept.
fn line(webhook: Option<&Webhook>) -> Bytes {
    webhook.map(|webhook| of(webhook.to_text().as_bytes())).unwrap_or_default()
}

fn message(id: MessageId) -> Bytes {
    of(id.as_bytes())
}

impl Inner {
    async fn claim(&self, new: &NewInbox, forgotten: &[u8]) -> Result<Claimed, Unavailable> {
        let life = new.expires_at.plus(GONE_MEMORY).plus(REDIS_MARGIN).since(new.created_at);
        let args =
            vec![of(new.id.as_bytes()), decimal(new.created_at.as_millis()), decimal(life.as_millis()), of(forgotten)];
        let call = Call::new(Script::Claim, shard_of_address(&new.key), self.space.address(&new.key), args);
        match self.commit(call).await? {
            Done::Key(Value::BulkString(text)) if text == b"fresh" => Ok(Claimed::Won(Claim::Fresh)),
            Done::Key(Value::BulkString(text)) if text == b"mine" => Ok(Claimed::Won(Claim::Mine)),
            Done::Key(Value::BulkString(held)) => Ok(Claimed::Held(held)),
            Done::Key(_) | Done::Shard(_) => Err(Unavailable),
        }
    }

    /// Takes the address, also from an inbox that is forgotten by now.
    async fn take_address(&self, new: &NewInbox) -> Result<Claim, CreateError> {
        let held = match self.claim(new, b"").await? {
            Claimed::Won(claim) => return Ok(claim),
            Claimed::Held(held) => held,
        };
        let place = |id| self.ask(self.inbox_call(Script::Inbox, id, new.created_at, vec![]));
        if place(new.id).await?.what != What::Absent {
            return Err(CreateError::InboxExists);
        }
        let Some((holder, since)) = held.split_first_chunk::<16>() else { return Err(CreateError::Unavailable) };
        let since = number(&Value::BulkString(since.to_vec())).map_err(Unavailable::from)?;
        let is_settled = Timestamp::from_millis(since).plus(REDIS_CLAIM) <= new.created_at;
        if !is_settled || place(InboxId::from_bytes(*holder)).await?.what != What::Absent {
            return Err(CreateError::AddressTaken);
        }
        match self.claim(new, &held).await? {
            Claimed::Won(claim) => Ok(claim),
            Claimed::Held(_) => Err(CreateError::AddressTaken),
        }
    }

    async fn find(&self, key: &AddressKey, fullness: Fullness, now: Timestamp) -> Result<Destination, Unreachable> {
        let Some((inbox, _)) = self.holder(key).await? else { return Err(Unreachable::Unknown) };
        let answer = self.ask(self.inbox_call(Script::Inbox, inbox, now, vec![])).await?;
        if answer.what == What::Gone {
            return match answer.payload.first() {
                Some(Value::BulkString(own)) if own == key.as_bytes() => Err(Unreachable::Expired),
                _ => Err(Unreachable::Unknown),
            };
        }
        let Ok(payload) = living(answer) else { return Err(Unreachable::Unknown) };
        let [.., wrap_key, public_key, own, messages] = &payload[..] else { return Err(Unreachable::Unavailable) };
        if octets(own).map_err(Unavailable::from)? != key.as_bytes() {
            return Err(Unreachable::Unknown); // Its maker failed half-way.
        }
        if fullness == Fullness::Told && size(messages).map_err(Unavailable::from)? >= INBOX_MESSAGES {
            return Err(Unreachable::Full);
        }
        let wrap_key = octets(wrap_key).map_err(Unavailable::from)?;
        let wrap_key = WrapKey::from_octets(wrap_key).ok_or(Unavailable)?;
        let (suite, octets) = octets(public_key).map_err(Unavailable::from)?.split_first().ok_or(Unavailable)?;
        let suite = Suite::from_octet(*suite).ok_or(Unavailable)?;
        let public_key = PublicKey::from_bytes(suite, octets).map_err(|_| Unavailable)?;
        Ok(Destination { inbox, public_key: Arc::new(public_key), wrap_key, tag: None })
    }

    async fn list(
        &self,
        id: InboxId,
        since: Option<Since>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Listing, ReadError> {
        let (kind, point) = match since {
            None => (&b"a"[..], 0),
            Some(Since::Cursor(cursor)) => (&b"n"[..], cursor.0.0),
            Some(Since::Time(time)) => (&b"t"[..], time.as_millis()),
        };
        let args = vec![of(kind), decimal(point), decimal(limit.min(INBOX_MESSAGES))];
        let payload = living(self.ask(self.inbox_call(Script::List, id, now, args)).await?)?;
        Ok(heads::listing(payload).map_err(Unavailable::from)?)
    }

    async fn part(
        &self,
        id: InboxId,
        of_message: MessageId,
        part: &'static [u8],
        now: Timestamp,
    ) -> Result<(Head, Vec<u8>), ReadError> {
        let call = self.inbox_call(Script::Part, id, now, vec![message(of_message), Bytes::from_static(part)]);
        let [head, found] = exactly(living(self.ask(call).await?)?).map_err(Unavailable::from)?;
        let head = octets(&head).and_then(Head::parse).map_err(Unavailable::from)?;
        Ok((head, owned(found).map_err(Unavailable::from)?))
    }

    async fn put(&self, sealed: &Sealed, mut room: Reservation, now: Timestamp) -> Result<Stored, PutError> {
        let (inbox, id) = (sealed.inbox(), sealed.id());
        let needed = sealed.octets().saturating_add(MESSAGE_OVERHEAD);
        let mut args = vec![message(id), decimal(sealed.received_at().as_millis())];
        args.extend([sealed.summary(), sealed.content(), sealed.raw()].map(|part| decimal(part.len())));
        if room.octets() < needed {
            // Nothing is pushed out for a message that would not be kept.
            let asked = self.keep(self.inbox_call(Script::Put, inbox, now, args.clone())).await?;
            if asked.what != What::New {
                return stored(inbox, id, asked.what, &asked.payload);
            }
        }
        self.fit(&mut room, needed, now).await?;
        let parts = [sealed.summary(), sealed.content(), sealed.raw()];
        let mut octets = BytesMut::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            octets.put_slice(part);
        }
        args.push(octets.freeze());
        let answer = self.keep(self.inbox_call(Script::Put, inbox, now, args)).await?;
        stored(inbox, id, answer.what, &answer.payload)
    }
}

fn stored(inbox: InboxId, id: MessageId, what: What, payload: &[Value]) -> Result<Stored, PutError> {
    match (what, payload) {
        (What::Ok, [seq, hook @ ..]) => {
            let notice = if matches!(hook, [Value::Int(1)]) { Notice::Webhook } else { Notice::Unwanted };
            Ok(Stored { inbox, id, seq: Seq(number(seq).map_err(Unavailable::from)?), notice })
        }
        (What::Gone, _) => Err(PutError::Gone),
        (What::Full, _) => Err(PutError::InboxFull),
        _ => Err(PutError::Unavailable),
    }
}

#[async_trait]
impl Store for RedisStore {
    fn reserve(&self, octets: usize) -> Result<Reservation, NoRoom> {
        self.inner.view.reserve(octets)
    }

    async fn create(&self, new: NewInbox) -> Result<Inbox, CreateError> {
        let inner = &self.inner;
        let _room = inner.view.admit_inbox()?;
        let claim = inner.take_address(&new).await?;
        let mut public_key = vec![new.public_key.suite().octet()];
        public_key.extend_from_slice(new.public_key.as_bytes());
        let args = vec![
            of(new.key.as_bytes()),
            public_key.into(),
            of(new.read_token_hash.as_bytes()),
            new.sealed_address.clone(),
            of(new.domain.as_str().as_bytes()),
            decimal(new.created_at.as_millis()),
            decimal(new.expires_at.as_millis()),
            line(new.webhook.as_deref()),
            of(new.wrap_key.as_bytes()),
        ];
        let answer = inner.keep(inner.inbox_call(Script::Create, new.id, new.created_at, args)).await?;
        if answer.what == What::Ok {
            let NewInbox { id, read_token_hash, wrap_key, sealed_address, domain, created_at, expires_at, .. } = new;
            return Ok(Inbox {
                id,
                read_token_hash,
                wrap_key,
                sealed_address,
                domain,
                created_at,
                expires_at,
                seq: Seq::START,
            });
        }
        if answer.what != What::Exists {
            return Err(CreateError::Unavailable);
        }
        let is_its_own = matches!(answer.payload.first(), Some(Value::BulkString(own)) if own == new.key.as_bytes());
        if claim == Claim::Fresh && !is_its_own {
            let args = vec![of(new.id.as_bytes()), decimal(new.created_at.as_millis())];
            let key = inner.space.address(&new.key);
            inner.commit(Call::new(Script::Release, shard_of_address(&new.key), key, args)).await?;
        }
        Err(CreateError::InboxExists)
    }

    async fn destination(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable> {
        self.inner.find(key, Fullness::Told, now).await
    }

    async fn owner(&self, key: &AddressKey, now: Timestamp) -> Result<Destination, Unreachable> {
        self.inner.find(key, Fullness::Ignored, now).await
    }

    async fn inbox(&self, id: InboxId, now: Timestamp) -> Result<Inbox, ReadError> {
        let payload = living(self.inner.ask(self.inner.inbox_call(Script::Inbox, id, now, vec![])).await?)?;
        Ok(heads::inbox(id, &payload).map_err(Unavailable::from)?)
    }

    async fn put(&self, message: Sealed, room: Reservation, now: Timestamp) -> Result<Stored, PutError> {
        self.inner.put(&message, room, now).await
    }

    async fn list(
        &self,
        id: InboxId,
        since: Option<Since>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Listing, ReadError> {
        self.inner.list(id, since, limit, now).await
    }

    async fn entry(&self, id: InboxId, of_message: MessageId, now: Timestamp) -> Result<SealedEntry, ReadError> {
        let (head, summary) = self.inner.part(id, of_message, b"s", now).await?;
        Ok(head.entry(of_message, summary))
    }

    async fn part(&self, id: InboxId, of_message: MessageId, part: Part, now: Timestamp) -> Result<Bytes, ReadError> {
        let name: &'static [u8] = match part {
            Part::Summary => b"s",
            Part::Content => b"c",
            Part::Raw => b"r",
            // No part of a message; the inbox must live all the same to be told so.
            Part::Address | Part::Delivery => {
                self.inbox(id, now).await?;
                return Err(ReadError::NotFound);
            }
        };
        Ok(self.inner.part(id, of_message, name, now).await?.1.into())
    }

    async fn note(&self, record: SealedRecord, now: Timestamp) -> Result<Seq, PutError> {
        let octets = record.sealed().len().saturating_add(RECORD_OVERHEAD);
        let _of_share = self.inner.view.records.reserve(octets)?;
        let _of_store = self.inner.view.reserve(octets)?;
        let args = vec![message(record.id()), decimal(record.at().as_millis()), record.sealed().clone()];
        let answer = self.inner.keep(self.inner.inbox_call(Script::Note, record.inbox(), now, args)).await?;
        stored(record.inbox(), record.id(), answer.what, &answer.payload).map(|stored| stored.seq)
    }

    async fn deliveries(&self, id: InboxId, since: Option<Since>, now: Timestamp) -> Result<Deliveries, ReadError> {
        let payload = living(self.inner.ask(self.inner.inbox_call(Script::Deliveries, id, now, vec![])).await?)?;
        Ok(heads::deliveries(payload, since).map_err(Unavailable::from)?)
    }

    async fn delete_message(&self, id: InboxId, gone: MessageId, now: Timestamp) -> Result<Seq, ReadError> {
        let call = self.inner.inbox_call(Script::DeleteMessage, id, now, vec![message(gone)]);
        let payload = living(self.inner.keep(call).await?)?;
        let seq = payload.first().ok_or(ReadError::Unavailable)?;
        Ok(Seq(number(seq).map_err(Unavailable::from)?))
    }

    async fn delete_inbox(&self, id: InboxId, now: Timestamp) -> Result<(), ReadError> {
        living(self.inner.keep(self.inner.inbox_call(Script::DeleteInbox, id, now, vec![])).await?).map(drop)
    }

    async fn extend(&self, id: InboxId, until: Timestamp, now: Timestamp) -> Result<Inbox, ReadError> {
        let inner = &self.inner;
        // The address first: it must be found as long as the inbox is there.
        let seen = living(inner.ask(inner.inbox_call(Script::Inbox, id, now, vec![])).await?)?;
        let own = seen.get(8).map(octets).ok_or(ReadError::Unavailable)?.map_err(Unavailable::from)?;
        inner.hold_address(own, id, until, now).await?;
        let call = inner.inbox_call(Script::Extend, id, now, vec![decimal(until.as_millis())]);
        let payload = living(inner.keep(call).await?)?;
        Ok(heads::inbox(id, &payload).map_err(Unavailable::from)?)
    }

    async fn webhook(&self, id: InboxId, now: Timestamp) -> Result<Option<Arc<Webhook>>, ReadError> {
        let payload = living(self.inner.ask(self.inner.inbox_call(Script::Webhook, id, now, vec![])).await?)?;
        let line = payload.first().map(octets).ok_or(ReadError::Unavailable)?.map_err(Unavailable::from)?;
        let webhook = std::str::from_utf8(line).ok().filter(|line| !line.is_empty()).and_then(Webhook::parse);
        Ok(webhook.map(Arc::new))
    }

    async fn set_webhook(&self, id: InboxId, change: WebhookChange, now: Timestamp) -> Result<Inbox, ReadError> {
        let args = match &change {
            WebhookChange::Set(webhook) => vec![line(Some(webhook)), Bytes::new()],
            WebhookChange::Remove => vec![Bytes::new(), Bytes::new()],
            WebhookChange::RemoveThis(seen) => vec![Bytes::new(), line(Some(seen))],
        };
        let payload = living(self.inner.keep(self.inner.inbox_call(Script::SetWebhook, id, now, args)).await?)?;
        Ok(heads::inbox(id, &payload).map_err(Unavailable::from)?)
    }

    async fn changed(&self, id: InboxId, beyond: Seq) -> Result<(), ReadError> {
        loop {
            // Seated before the look: a change that comes between the two is heard.
            let ring = lock(&self.inner.view.waiters).join(id).notified_owned();
            let _seat = Seat { inner: &self.inner, id };
            if self.inbox(id, Timestamp::default()).await?.seq > beyond {
                return Ok(());
            }
            ring.await;
        }
    }

    async fn purge(&self, now: Timestamp) -> Result<Option<Timestamp>, ReadError> {
        let mut next = None;
        for (_, answer) in self.inner.ask_all(Script::Purge, now, &[]).await? {
            let Some(Value::Int(at)) = answer.payload.first() else { return Err(ReadError::Unavailable) };
            let at = u64::try_from(*at).ok().map(Timestamp::from_millis);
            next = [next, at].into_iter().flatten().min();
        }
        Ok(next)
    }

    async fn owed(&self, but: &HashSet<InboxId>, limit: usize, now: Timestamp) -> Result<Vec<Owed>, ReadError> {
        self.inner.view.bell.hear();
        Ok(self.inner.owed(but, limit, now).await?)
    }

    async fn owing(&self) {
        self.inner.view.bell.listen().await;
    }

    async fn settle(&self, receipts: Vec<Receipt>) -> Result<(), ReadError> {
        Ok(self.inner.settle(&receipts).await?)
    }

    fn status(&self) -> StoreStatus {
        self.inner.view.status()
    }
}
