//! Who may: finds the inbox that a path names and checks the credential against it.
//!
//! The order of the answers: `404` and `410` say whether there is an inbox at all (ids are no
//! secrets), `403` that this credential is another's.

use std::sync::Arc;

use protocol::{capability::Credential, id::InboxId, problem::Kind};

use super::{Shared, opening::Opener, refused::Refused};
use crate::ports::Inbox;

/// How the one who asks reads mail.
pub(super) enum Reader {
    /// With a read token: gets sealed parts and opens them alone.
    Sealed,
    /// With the capability: the service opens what this answer holds (assisted mode).
    Assisted(Arc<Opener>),
}

/// An inbox, and how the one who asks may read it.
pub(super) struct Admitted {
    pub(super) inbox: Inbox,
    pub(super) reader: Reader,
}

impl Shared {
    /// Finds the inbox and checks that `credential` is its owner's.
    pub(super) async fn admit(&self, id: InboxId, credential: &Credential) -> Result<Admitted, Refused> {
        let inbox = self.api.store.inbox(id, self.api.clock.now()).await?;
        if !inbox.read_token_hash.admits(&credential.read_token()) {
            return Err(Refused::new(Kind::Forbidden, "This credential is not this inbox's."));
        }
        let reader = match credential {
            Credential::ReadToken(_) => Reader::Sealed,
            Credential::Capability(capability) => Reader::Assisted(Arc::new(Opener::new(capability, id))),
        };
        Ok(Admitted { inbox, reader })
    }
}
