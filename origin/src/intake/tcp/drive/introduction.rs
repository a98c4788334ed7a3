//! Hears a proxy's introduction of its client, before the session begins.

use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncWrite};

use super::{Conversation, Gone, Waited};
use crate::{
    intake::{
        proxy::{self, Header, Origin},
        reply::{self, Reply},
        session::Waiting,
        tcp::seat::Seated,
    },
    limits,
};

/// Why nobody was introduced.
pub(in crate::intake::tcp) enum Introduced {
    /// What is to be said.
    Refused(Reply),
    /// There is nobody to say it to.
    Gone,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    /// Hears from a trusted proxy whom it speaks for, and finds that client a seat. What is wrong is told to
    /// the proxy, if it is still there.
    pub(in crate::intake::tcp) async fn introduction(&mut self, peer: IpAddr) -> Result<(IpAddr, Seated), Introduced> {
        let client = self.proxied(peer).await?;
        let seat = self.host.seats.take(client, self.now()).map_err(|_| Introduced::Refused(reply::CROWDED))?;
        Ok((client, seat))
    }

    /// Whom the header names. It has one deadline as a whole, however it drips in.
    async fn proxied(&mut self, peer: IpAddr) -> Result<IpAddr, Introduced> {
        let until = self.now().plus(limits::PROXY_TIMEOUT);
        loop {
            match proxy::read(self.lines.rest()) {
                Ok(Header::Whole(origin, octets)) => {
                    self.lines.skip(octets);
                    return Ok(match origin {
                        Origin::Client(client) => client,
                        Origin::Peer => peer,
                    });
                }
                Ok(Header::Partial) => {}
                Err(_) => return Err(Introduced::Refused(reply::NO_PROXY_HEADER)),
            }
            match self.wait(until.since(self.now()), Waiting::BetweenMessages).await {
                Ok(Waited::Came) => {}
                Ok(Waited::Expired) => return Err(Introduced::Refused(reply::TIMED_OUT)),
                Ok(Waited::ShuttingDown) => return Err(Introduced::Refused(reply::SHUTTING_DOWN)),
                Err(Gone) => return Err(Introduced::Gone),
            }
        }
    }
}
