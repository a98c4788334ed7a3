//! Who is asked about names: of senders, and of webhooks' hosts.

use std::sync::Arc;

use crate::{
    config::Dns,
    dns::hickory::{Deadlines, Hickory, ResolverError, Servers},
    pipeline::Senders,
};

/// Whether senders are checked, and by whom.
pub(super) fn senders(dns: &Dns) -> Result<Senders, ResolverError> {
    let servers = match dns {
        Dns::Off => return Ok(Senders::Unchecked),
        Dns::System => Servers::System,
        Dns::Servers(servers) => Servers::These(servers.clone()),
    };
    Ok(Senders::CheckedBy(Arc::new(Hickory::new(&servers, Deadlines::default())?)))
}
