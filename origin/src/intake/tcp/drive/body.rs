//! Reads messages: `DATA` to its end, a chunk of `BDAT` to its length. Octets go from the socket to the
//! receiver that they are for, through no buffer of their own.

use protocol::time::Millis;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};

use super::{Conversation, Gone, Waited, send};
use crate::{
    intake::{
        data::{Progress, Receiver},
        session::Input,
        tcp::pace::DataPace,
    },
    limits,
};

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    /// Reads a message to its end. It is not cut short by the service's end.
    pub(super) async fn receive(&mut self, mut receiver: Box<Receiver>) -> Result<Input<'static>, Gone> {
        let mut pace = DataPace::new(self.now());
        let mut progress = receiver.feed(self.lines.rest());
        loop {
            match progress {
                Progress::More => {}
                Progress::End { used } => {
                    self.lines.skip(used);
                    return Ok(Input::Message(receiver.finish()));
                }
                Progress::Flood => return Ok(Input::Flooded),
            }
            self.lines.skip(self.lines.rest().len());
            let wait = pace.wait(&self.host.bounds(), self.end, self.now());
            let lines = &mut self.lines;
            let read = self.wire.read::<{ limits::DATA_READ }>(|octets| {
                progress = receiver.feed(octets);
                if let Progress::End { used } = progress {
                    // Commands behind the message (RFC 2920 §3.1).
                    lines.push(&octets[used..]);
                    progress = Progress::End { used: 0 };
                }
            });
            match timeout(wait.as_duration(), read).await {
                Ok(Ok(0) | Err(_)) => return Err(Gone),
                Ok(Ok(octets)) => pace.came(octets),
                Err(_) => return Ok(Input::Expired),
            }
        }
    }

    /// Reads a chunk of that many octets, no more and no fewer, into `take`.
    pub(super) async fn chunk(&mut self, octets: usize, mut take: impl FnMut(&[u8])) -> Result<Waited, Gone> {
        let held = self.lines.rest();
        let used = octets.min(held.len());
        take(&held[..used]);
        self.lines.skip(used);
        let mut left = octets - used;
        let mut pace = DataPace::new(self.now());
        while left > 0 {
            let wait = pace.wait(&self.host.bounds(), self.end, self.now());
            let octets = match self.read_chunk(wait, left, &mut take).await? {
                0 => return Ok(Waited::Expired),
                octets => octets,
            };
            left -= octets;
            pace.came(octets);
        }
        Ok(Waited::Came)
    }

    /// Reads up to `left` octets of a chunk into `take`, and what is behind it into the lines; zero: too late.
    async fn read_chunk(&mut self, wait: Millis, left: usize, take: &mut impl FnMut(&[u8])) -> Result<usize, Gone> {
        let mut came = 0;
        let lines = &mut self.lines;
        let mut share = |read: &[u8]| {
            let (ours, behind) = read.split_at(left.min(read.len()));
            came = ours.len();
            take(ours);
            lines.push(behind);
        };
        let now = self.wire.read_now::<{ limits::DATA_READ }>(&mut share).await;
        let read = match now {
            Some(read) => Some(read),
            None => {
                send(&mut self.wire, &mut self.out, &self.host).await?;
                timeout(wait.as_duration(), self.wire.read::<{ limits::DATA_READ }>(&mut share)).await.ok()
            }
        };
        match read {
            None => Ok(0),
            Some(Ok(0) | Err(_)) => Err(Gone),
            Some(Ok(_)) => Ok(came),
        }
    }
}
