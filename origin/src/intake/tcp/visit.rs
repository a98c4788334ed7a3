//! One client's visit: from the accepted connection to its end. What it holds of the house, it gives back.

use std::{net::IpAddr, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{
    Host,
    drive::{Conversation, Introduced},
    seat::Seated,
    source::Connection,
};
use crate::{mail::Client, ports::Door};

/// How a connection becomes a session.
pub(super) enum Entry {
    /// As it is.
    Direct(Client, #[expect(dead_code, reason = "held until the end")] Seated),
    /// Once the proxy at this address has said whom it is for.
    Proxied(IpAddr),
}

/// A visit, and what it holds of the house: given back in this order, the connection first and last of all the permit.
struct Visit<C> {
    conversation: Conversation<C>,
    entry: Entry,
    _seen: Seen,
    _permit: OwnedSemaphorePermit,
}

/// Sees a client from its connection to its end.
pub(super) fn visit<C: Connection>(
    stream: C,
    entry: Entry,
    host: Arc<Host>,
    shutdown: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) -> impl Future<Output = ()> {
    let seen = Seen::begin(Arc::clone(&host));
    let conversation = Conversation::new(stream, host, shutdown);
    // Put together here and then only borrowed: an `async fn` keeps what it is given, and once more what it makes of it.
    let mut visit = Visit { conversation, entry, _seen: seen, _permit: permit };
    async move { visit.stay().await }
}

impl<C: Connection> Visit<C> {
    async fn stay(&mut self) {
        self.conversation.notice().await;
        match self.entry {
            Entry::Direct(client, _) => self.conversation.run(client).await,
            // Boxed, so that sessions without a proxy have no place for it.
            Entry::Proxied(proxy) => Box::pin(proxied(&mut self.conversation, proxy)).await,
        }
    }
}

/// The same behind a proxy.
async fn proxied<C: Connection>(conversation: &mut Conversation<C>, proxy: IpAddr) {
    match conversation.introduction(proxy).await {
        Ok((client, seat)) => {
            conversation.run(client.into()).await;
            drop(seat);
        }
        Err(Introduced::Refused(reply)) => conversation.end(&reply).await,
        Err(Introduced::Gone) => {}
    }
}

/// A session as the door sees it: its end is told however it comes.
struct Seen(Arc<Host>);

impl Seen {
    fn begin(host: Arc<Host>) -> Self {
        host.reception.at_the_door(Door::Opened);
        Self(host)
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.0.reception.at_the_door(Door::Closed);
    }
}
