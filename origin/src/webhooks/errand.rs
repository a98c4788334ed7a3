//! What a job of this queue is about: which inbox's owner is to be told of which message. Ids, and nothing else.

use protocol::{
    id::{ID_OCTETS, InboxId, MessageId},
    limits::INBOX_LIFE,
    time::Timestamp,
};

use crate::ports::{JobId, Lapse, NewJob, Payload, Priority, Queue};

/// Whom to tell of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Whose owner.
    pub inbox: InboxId,
    /// Of what.
    pub message: MessageId,
}

impl Errand {
    /// The job, for a message that was stored at `now`: it lapses when no message of that age lives any more.
    #[must_use]
    pub fn job(self, now: Timestamp) -> Option<NewJob> {
        let octets = [*self.inbox.as_bytes(), *self.message.as_bytes()].concat();
        Some(NewJob {
            id: JobId::new(&format!("{}/{}", self.inbox, self.message)).ok()?,
            queue: Queue::Webhooks,
            priority: Priority::Normal,
            payload: Payload::new(octets).ok()?,
            not_before: now,
            lapse: Lapse::At(now.plus(INBOX_LIFE)),
        })
    }

    /// What a payload says.
    #[must_use]
    pub fn read(payload: &Payload) -> Option<Self> {
        let (inbox, message) = payload.as_bytes().split_at_checked(ID_OCTETS)?;
        let (inbox, message) = (inbox.try_into().ok()?, message.try_into().ok()?);
        Some(Self { inbox: InboxId::from_bytes(inbox), message: MessageId::from_bytes(message) })
    }
}

#[cfg(test)]
mod tests;
