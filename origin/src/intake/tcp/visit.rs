//! One client's visit: from the accepted connection to its end. What it holds of the house, it gives back.

use std::{mem::MaybeUninit, net::IpAddr, sync::Arc};

use socket2::SockRef;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{
    Host,
    drive::{Conversation, Introduced},
    seat::Seated,
    source::Connection,
};
use crate::{
    intake::session::{Session, Site},
    mail::Client,
    ports::{Door, Reception},
};

/// How a connection becomes a session.
pub(super) enum Entry {
    /// As it is.
    Direct(Client, Seated),
    /// Once the proxy at this address has said whom it is for.
    Proxied(IpAddr),
}

#[expect(
    clippy::manual_async_fn,
    reason = "an async fn would keep its arguments twice: as they are given, and as they are used"
)]
pub(super) fn visit<C: Connection>(
    stream: C,
    entry: Entry,
    host: Arc<Host>,
    shutdown: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) -> impl Future<Output = ()> {
    async move {
        let seen = Seen::begin(Arc::clone(&host.reception));
        if has_talked(&stream) {
            // The runtime has not looked at this socket yet; now it will find what is there.
            let _ = stream.readable().await;
        }
        let site = Arc::clone(&host.site);
        let conversation = Conversation::new(stream, host, shutdown);
        match entry {
            Entry::Direct(client, seat) => {
                conversation.run(Session::new(site, client)).await;
                drop(seat);
            }
            // Boxed, so that sessions without a proxy have no place for it.
            Entry::Proxied(proxy) => Box::pin(proxied(conversation, site, proxy)).await,
        }
        drop(seen);
        drop(permit);
    }
}

/// The same behind a proxy.
async fn proxied<C: Connection>(mut conversation: Conversation<C>, site: Arc<Site>, proxy: IpAddr) {
    match conversation.introduction(proxy).await {
        Ok((client, seat)) => {
            conversation.run(Session::new(site, client.into())).await;
            drop(seat);
        }
        Err(Introduced::Refused(reply)) => conversation.end(&reply).await,
        Err(Introduced::Gone) => {}
    }
}

/// A session as the door sees it: its end is told however it comes.
struct Seen(Arc<dyn Reception>);

impl Seen {
    fn begin(reception: Arc<dyn Reception>) -> Self {
        reception.at_the_door(Door::Opened);
        Self(reception)
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.0.at_the_door(Door::Closed);
    }
}

/// Whether octets have come. Nothing is taken, and nothing waited for.
fn has_talked(stream: &impl Connection) -> bool {
    let mut octet = [MaybeUninit::uninit()];
    SockRef::from(stream).peek(&mut octet).is_ok_and(|octets| octets > 0)
}
