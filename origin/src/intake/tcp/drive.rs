//! Drives one session: performs its actions and brings back their outcomes.
//!
//! Replies gather until the session must wait for the client; then they leave in one write. So the
//! answers to a pipelined group travel together (RFC 2920 §3.2).

mod body;
mod introduction;

use std::{
    io,
    mem::{self, MaybeUninit},
    sync::Arc,
};

use protocol::time::{Millis, Timestamp};
use rustls::ProtocolVersion;
use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::timeout,
};

pub(super) use self::introduction::Introduced;
use super::{Host, held::Held, pace::CommandPace, wire::Wire};
use crate::{
    intake::{
        line::Lines,
        reply::Reply,
        session::{Action, Found, Input, Recipient, Session, Waiting},
        tcp::source::Connection,
    },
    limits,
    mail::Client,
    ports::Unreachable,
};

/// A session's channel and what is on its way in and out.
pub(super) struct Conversation<S> {
    wire: Wire<S>,
    lines: Lines,
    out: Vec<u8>,
    host: Arc<Host>,
    end: Timestamp,
    shutdown: watch::Receiver<bool>,
}

/// The client is gone: there is nobody to tell anything.
struct Gone;

impl From<io::Error> for Gone {
    fn from(_: io::Error) -> Self {
        Self
    }
}

/// What is to be done when all actions are performed.
enum Next {
    Listen(Held),
    Leave,
}

/// What waiting for a client has brought.
enum Waited {
    /// Octets; of a line, all of it.
    Came,
    Expired,
    ShuttingDown,
}

impl<C: Connection> Conversation<C> {
    /// Has the runtime find what came before it first looked at the socket; waits for nothing else.
    pub(super) async fn notice(&self) {
        if let Wire::Plain(stream) = &self.wire
            && has_talked(stream)
        {
            let _ = stream.readable().await;
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    pub(super) fn new(stream: S, host: Arc<Host>, shutdown: watch::Receiver<bool>) -> Self {
        let end = host.clock.now().plus(host.bounds().session_timeout);
        Self { wire: Wire::Plain(stream), lines: Lines::default(), out: Vec::new(), host, end, shutdown }
    }

    /// Runs the session to its end.
    pub(super) async fn run(&mut self, client: Client) {
        let session = Held::new(Session::new(Arc::clone(&self.host.site), client));
        if let Ok(()) = self.converse(session).await {
            self.leave().await;
        }
    }

    /// Says this, and leaves.
    pub(super) async fn end(&mut self, reply: &Reply) {
        self.say(reply);
        self.leave().await;
    }

    async fn leave(&mut self) {
        if self.flush().await.is_ok() {
            self.wire.part().await;
        }
    }

    /// Up to the last reply, which is said and not yet sent.
    async fn converse(&mut self, session: Held) -> Result<(), Gone> {
        let opening = self.opening().await?;
        let (mut session, mut action) = session.step(opening, self.now());
        // Boxed, and gone before a line is waited for: of all that a session does, only waiting has a place in its task.
        while let Next::Listen(held) = Box::pin(self.perform(session, action)).await? {
            let Ok(waited) = self.next_line(held.waiting()).await else { return Err(self.lost(held)) };
            (session, action) = self.go_on(held, waited);
        }
        Ok(())
    }

    /// Performs an action and those that follow from it, until a line is to be waited for.
    async fn perform(&mut self, mut session: Held, mut action: Action) -> Result<Next, Gone> {
        loop {
            if let Some(attempt) = session.take_failed() {
                self.host.reception.failed(attempt);
            }
            (session, action) = match action {
                Action::Say(reply) => {
                    self.say(&reply);
                    return Ok(Next::Listen(session));
                }
                Action::SayAll(replies) => {
                    replies.iter().for_each(|reply| self.say(reply));
                    return Ok(Next::Listen(session));
                }
                Action::Listen => return Ok(Next::Listen(session)),
                Action::LookUp(recipient) => {
                    let found = self.look_up(recipient).await;
                    session.step(Input::Found(found), self.now())
                }
                Action::Reserve(octets) => {
                    let room = self.host.reserve(octets);
                    session.step(Input::Room(room), self.now())
                }
                Action::Receive(reply, receiver) => {
                    self.say(&reply);
                    let Ok(()) = self.flush().await else { return Err(self.lost(session)) };
                    let Ok(came) = self.receive(receiver).await else { return Err(self.lost(session)) };
                    session.step(came, self.now())
                }
                Action::Gather(mut gatherer, octets) => {
                    let came = match self.chunk(octets, |piece| gatherer.feed(piece)).await {
                        Ok(Waited::Came) => Input::Gathered(gatherer),
                        Ok(Waited::Expired | Waited::ShuttingDown) => Input::Expired,
                        Err(Gone) => return Err(self.lost(session)),
                    };
                    session.step(came, self.now())
                }
                Action::Skip(octets) => {
                    let came = match self.chunk(octets, |_| {}).await? {
                        Waited::Came => Input::Skipped,
                        Waited::Expired | Waited::ShuttingDown => Input::Expired,
                    };
                    session.step(came, self.now())
                }
                Action::Deliver(received, room) => {
                    // Not bounded here: to give up while the store may yet say yes would store it twice.
                    let delivery = self.host.reception.deliver(*received, room).await;
                    session.step(Input::Delivered(delivery), self.now())
                }
                Action::DeliverEach(received, room) => {
                    let outcomes = self.host.reception.deliver_each(*received, room).await;
                    session.step(Input::DeliveredEach(outcomes), self.now())
                }
                Action::StartTls(reply) => {
                    self.say(&reply);
                    self.flush().await?;
                    let version = self.secure().await?;
                    session.step(Input::Secured(version), self.now())
                }
                Action::Close(reply) => {
                    self.say(&reply);
                    return Ok(Next::Leave);
                }
            };
        }
    }

    /// The client has hung up, perhaps on a message of its own.
    fn lost(&self, session: Held) -> Gone {
        if let Some(attempt) = session.broken_off() {
            self.host.reception.failed(attempt);
        }
        Gone
    }

    /// Watches the client before it is greeted: what is there already, and what comes within the delay.
    async fn opening(&mut self) -> Result<Input<'static>, Gone> {
        if !self.lines.rest().is_empty() {
            return Ok(Input::TalkedFirst); // Behind a PROXY header.
        }
        let lines = &mut self.lines;
        let talked = match self.wire.read_now::<{ limits::COMMAND_READ }>(|octets| lines.push(octets)).await {
            None if self.host.bounds().greet_delay.as_millis() == 0 => Waited::Expired,
            None => self.wait(self.host.bounds().greet_delay, Waiting::BetweenMessages).await?,
            Some(Ok(0) | Err(_)) => return Err(Gone),
            Some(Ok(_)) => Waited::Came,
        };
        Ok(match talked {
            Waited::Came => Input::TalkedFirst,
            Waited::Expired => Input::Opened,
            Waited::ShuttingDown => Input::ShuttingDown,
        })
    }

    fn now(&self) -> Timestamp {
        self.host.clock.now()
    }

    fn say(&mut self, reply: &Reply) {
        reply.write(&mut self.out);
    }

    /// Sends what has gathered, and gives its memory back.
    async fn flush(&mut self) -> Result<(), Gone> {
        send(&mut self.wire, &mut self.out, &self.host).await
    }

    /// Takes the session on by what waiting has brought.
    fn go_on(&mut self, session: Held, waited: Waited) -> (Held, Action) {
        let now = self.host.clock.now();
        let session = session.under(self.host.level());
        match (waited, self.lines.take()) {
            (Waited::Expired, _) => session.step(Input::Expired, now),
            (Waited::ShuttingDown, _) => session.step(Input::ShuttingDown, now),
            (Waited::Came, Some((line, behind))) => session.step(Input::Line(line, behind), now),
            (Waited::Came, None) => (session, Action::Listen),
        }
    }

    /// Waits for a line, or for what comes in its stead.
    async fn next_line(&mut self, waiting: Waiting) -> Result<Waited, Gone> {
        if self.lines.is_ready() || (self.more_came().await? && self.lines.is_ready()) {
            return Ok(Waited::Came);
        }
        let pace = CommandPace::new(&self.host.bounds(), self.end, self.now());
        loop {
            self.flush().await?;
            self.lines.release();
            let waited = self.wait(pace.wait(self.now()), waiting).await?;
            if !matches!(waited, Waited::Came) || self.lines.is_ready() {
                return Ok(waited);
            }
        }
    }

    /// Takes what has come by now, while replies gather: a group longer than one read is answered in one write,
    /// too. Past a bound they are sent first.
    async fn more_came(&mut self) -> Result<bool, Gone> {
        if self.out.is_empty() || self.out.len() > limits::REPLIES_GATHERED {
            return Ok(false);
        }
        let lines = &mut self.lines;
        match self.wire.read_now::<{ limits::COMMAND_READ }>(|octets| lines.push(octets)).await {
            Some(Ok(0) | Err(_)) => Err(Gone),
            Some(Ok(_)) => Ok(true),
            None => Ok(false),
        }
    }

    async fn wait(&mut self, at_most: Millis, waiting: Waiting) -> Result<Waited, Gone> {
        let within_message = waiting == Waiting::WithinMessage;
        // An atomic load: a client that always has something to say must hear of the end, too. One whose
        // message is on its way is let finish it, in chunks as in one piece.
        if !within_message && self.shutdown.has_changed().unwrap_or(true) && *self.shutdown.borrow_and_update() {
            return Ok(Waited::ShuttingDown);
        }
        let lines = &mut self.lines;
        let read = self.wire.read::<{ limits::COMMAND_READ }>(|octets| lines.push(octets));
        tokio::select! {
            biased;
            read = timeout(at_most.as_duration(), read) => match read {
                Ok(Ok(0) | Err(_)) => Err(Gone),
                Ok(Ok(_)) => Ok(Waited::Came),
                Err(_) => Ok(Waited::Expired),
            },
            _ = self.shutdown.wait_for(|down| *down), if !within_message => Ok(Waited::ShuttingDown),
        }
    }

    async fn look_up(&self, recipient: Recipient) -> Found {
        let reception = &self.host.reception;
        let address = match recipient {
            Recipient::Inbox(address) if !reception.serves(address.domain()) => return Found::NotServed,
            Recipient::Nobody(domain) if !reception.serves(&domain) => return Found::NotServed,
            Recipient::Inbox(address) | Recipient::Postmaster(address) => address,
            Recipient::Nobody(_) => return Found::Unreachable(Unreachable::Unknown),
        };
        let deadline = self.host.bounds().command_timeout;
        let finding = async {
            match reception.destination(&address).await {
                Ok(destination) => Found::Inbox(destination),
                Err(full @ Unreachable::Full) => match reception.full(&address).await {
                    Some(destination) => Found::Full(destination),
                    None => Found::Unreachable(full),
                },
                Err(unreachable) => Found::Unreachable(unreachable),
            }
        };
        let found = timeout(deadline.as_duration(), finding).await;
        found.unwrap_or(Found::Unreachable(Unreachable::Unavailable))
    }

    /// The handshake. What the client sent in the clear after `STARTTLS` would be its first octets, and fail it.
    async fn secure(&mut self) -> Result<&'static str, Gone> {
        let (Wire::Plain(stream), Some(acceptor)) = (mem::replace(&mut self.wire, Wire::Lost), &self.host.tls) else {
            return Err(Gone);
        };
        // Boxed: it is large, and short-lived.
        let handshake = Box::pin(acceptor.accept(stream));
        let deadline = self.host.bounds().tls_timeout;
        let stream = timeout(deadline.as_duration(), handshake).await.map_err(|_| Gone)??;
        let version = match stream.get_ref().1.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLSv1.3",
        };
        self.wire = Wire::Tls(Box::new(stream));
        Ok(version)
    }
}

async fn send<S>(wire: &mut Wire<S>, out: &mut Vec<u8>, host: &Host) -> Result<(), Gone>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if !out.is_empty() {
        let out = mem::take(out);
        let deadline = host.bounds().command_timeout;
        timeout(deadline.as_duration(), wire.write(&out)).await.map_err(|_| Gone)??;
    }
    Ok(())
}

/// Whether octets have come. Nothing is taken, and nothing waited for.
fn has_talked(stream: &impl Connection) -> bool {
    let mut octet = [MaybeUninit::uninit()];
    SockRef::from(stream).peek(&mut octet).is_ok_and(|octets| octets > 0)
}
