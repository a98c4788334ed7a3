//! KV: sealed and wrapped bytes with an end. A key that cannot be read is never taken for one that is not there.

use futures_util::{TryStreamExt, stream};
use protocol::{
    batch::InboxRecord,
    id::{InboxId, MessageId},
    message::Part,
    time::Timestamp,
};
use worker::{Env, KvError, KvStore};

use crate::record::{Kept, Standing, inbox_key, kv_expiration, part_key};

/// KV operations at one time: a worker may hold six connections.
const AT_ONCE: usize = 6;

/// The namespace, opened for one request.
pub(super) struct Mail {
    store: worker::Result<KvStore>,
    now: Timestamp,
}

/// One write.
pub(super) enum Write<'a> {
    /// A sealed part, until `end`.
    Part { inbox: InboxId, message: MessageId, part: Part, octets: &'a [u8], end: Timestamp },
    /// A message's parts go.
    DropParts { inbox: InboxId, message: MessageId },
}

impl Mail {
    /// Opens the binding `MAIL`.
    pub(super) fn open(env: &Env, now: Timestamp) -> Self {
        Self { store: env.kv("MAIL"), now }
    }

    /// What is known of an inbox.
    pub(super) async fn standing(&self, id: InboxId) -> Standing {
        let Ok(store) = &self.store else { return Standing::Unreadable };
        match store.get(&inbox_key(id)).text().await {
            Ok(value) => Standing::read(value.as_deref(), self.now),
            Err(_) => Standing::Unreadable,
        }
    }

    /// A wrapped part's octets; none where KV lacks it or cannot be read: the home region is asked in both cases.
    pub(super) async fn part(&self, inbox: InboxId, message: MessageId, part: Part) -> Option<Vec<u8>> {
        let store = self.store.as_ref().ok()?;
        store.get(&part_key(inbox, message, part)?).bytes().await.ok().flatten()
    }

    /// Writes a record, until its end.
    pub(super) async fn put_record(&self, record: &InboxRecord) -> Result<(), KvError> {
        let kept = Kept::Living(Box::new(record.clone()));
        self.put(record.id, &kept, record.expires_at).await
    }

    /// Writes that an inbox has ended.
    pub(super) async fn put_gone(&self, id: InboxId, gone_until: Timestamp) -> Result<(), KvError> {
        self.put(id, &Kept::Gone { gone_until }, gone_until).await
    }

    /// Carries out writes that do not depend on each other.
    pub(super) async fn write(&self, writes: impl IntoIterator<Item = Write<'_>>) -> Result<(), KvError> {
        let writes = writes.into_iter().map(|write| Ok(self.write_one(write)));
        stream::iter(writes).try_buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.map(|_| ())
    }

    async fn write_one(&self, write: Write<'_>) -> Result<(), KvError> {
        let store = self.store()?;
        match write {
            Write::Part { inbox, message, part, octets, end } => {
                let Some(key) = part_key(inbox, message, part) else { return Ok(()) };
                store.put_bytes(&key, octets)?.expiration(kv_expiration(end, self.now)).execute().await
            }
            Write::DropParts { inbox, message } => {
                for key in [Part::Content, Part::Raw].into_iter().filter_map(|part| part_key(inbox, message, part)) {
                    store.delete(&key).await?;
                }
                Ok(())
            }
        }
    }

    async fn put(&self, id: InboxId, kept: &Kept, end: Timestamp) -> Result<(), KvError> {
        let text = serde_json::to_string(kept).map_err(KvError::Serialization)?;
        let expiration = kv_expiration(end, self.now);
        self.store()?.put(&inbox_key(id), text)?.expiration(expiration).execute().await
    }

    fn store(&self) -> Result<&KvStore, KvError> {
        self.store.as_ref().map_err(|_| KvError::InvalidKvStore("MAIL".to_owned()))
    }
}
