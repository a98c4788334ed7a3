//! A zone that is changed at its primary server by dynamic update (RFC 2136).
//!
//! Over TCP alone: RFC 2136 §6 leaves it to the client, a change over UDP whose answer is lost is in doubt, and a
//! challenge is too rare for a connection to matter.

use std::{net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{
    Name,
    change::{Change, TsigKey, request},
};
use crate::{
    limits::ZONE_CHANGE_TIMEOUT,
    ports::{ChallengeZone, Chance, Clock, ZoneError},
};

/// A zone and its primary server.
pub struct UpdatedZone {
    /// The zone's name.
    pub zone: Name,
    /// The server.
    pub server: SocketAddr,
    /// What changes are signed with.
    pub key: TsigKey,
    /// The wall clock: the server compares it with its own.
    pub clock: Arc<dyn Clock>,
    /// Where messages' numbers come from.
    pub chance: Arc<dyn Chance>,
}

impl UpdatedZone {
    async fn change(&self, change: Change, name: &Name, text: &str) -> Result<(), ZoneError> {
        let mut id = [0; 2];
        self.chance.fill(&mut id);
        let request = request((change, &self.zone), (name, text), &self.key, u16::from_be_bytes(id), self.clock.now())?;
        let asked = timeout(ZONE_CHANGE_TIMEOUT.as_duration(), self.ask(&request.octets)).await;
        let answer = asked.map_err(|_| ZoneError::Unreachable)?.map_err(|_| ZoneError::Unreachable)?;
        request.answered(&answer, &self.key, self.clock.now())
    }

    /// RFC 1035 §4.2.2: on TCP, a message's length stands before it.
    async fn ask(&self, message: &[u8]) -> std::io::Result<Vec<u8>> {
        let length = u16::try_from(message.len()).map_err(std::io::Error::other)?;
        let mut stream = TcpStream::connect(self.server).await?;
        stream.write_all(&[&length.to_be_bytes(), message].concat()).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }
}

#[async_trait]
impl ChallengeZone for UpdatedZone {
    async fn publish(&self, name: &Name, text: &str) -> Result<(), ZoneError> {
        self.change(Change::Add, name, text).await
    }

    async fn retract(&self, name: &Name, text: &str) -> Result<(), ZoneError> {
        self.change(Change::Delete, name, text).await
    }
}

#[cfg(test)]
mod tests;
