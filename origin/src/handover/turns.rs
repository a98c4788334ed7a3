//! Who owns the content, whatever breaks when.
//!
//! Two machines, one in each process. They share nothing but a connection, which may break at any moment, each of them
//! may die at any moment, and the elder may lose patience. Still at most one owns the content at any time; and none
//! does only where the process that owned it has died.
//!
//! Why it holds: the elder gives up by *sending* `Yours` and by nothing else, and does so only once the heir has
//! said that it has everything. The heir takes over by *reading* `Yours`; where the connection ends without it the
//! elder has not given up, unless it is dead. So the heir, having said `Have`, waits for one of the two without a
//! deadline, and then asks whether the elder lives: its socket answers for as long as it does.

/// The process that has the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elder {
    /// It serves. Nobody is there, or nobody who may have it.
    Serving,
    /// It serves, and has offered the content to somebody.
    Offered,
    /// It has drained and is frozen; pieces are on their way.
    Giving,
    /// The heir has all of it and is being told that it is its own.
    Parting,
    /// It owns nothing and ends.
    Gone,
}

/// What an elder comes to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElderEvent {
    /// An heir with room enough, of the same version.
    Hello,
    /// An heir that cannot have it.
    Unfit,
    /// `Take`.
    Take,
    /// `Have`.
    Have,
    /// `Yours` is in the heir's hands, or in the system's on its way there.
    Told,
    /// The connection ended, something else was said, or it took too long. The connection is closed.
    Lost,
}

/// What an elder does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElderAction {
    /// Sends an offer.
    Offer,
    /// Sends a refusal, and goes on.
    Refuse,
    /// Drains, freezes, sends everything, and waits for `Have`.
    Give,
    /// Sends `Yours`.
    Part,
    /// Ends, touching nothing that is the heir's now.
    End,
    /// Goes on: nothing was stopped.
    Stay,
    /// Thaws and serves again.
    Resume,
}

impl Elder {
    /// The next state, and what is to be done. What makes no sense in a state is a connection lost.
    #[must_use]
    pub const fn step(self, event: ElderEvent) -> (Self, ElderAction) {
        match (self, event) {
            (Self::Serving, ElderEvent::Hello) => (Self::Offered, ElderAction::Offer),
            (Self::Serving, ElderEvent::Unfit) => (Self::Serving, ElderAction::Refuse),
            (Self::Offered, ElderEvent::Take) => (Self::Giving, ElderAction::Give),
            (Self::Giving, ElderEvent::Have) => (Self::Parting, ElderAction::Part),
            (Self::Parting, ElderEvent::Told) | (Self::Gone, _) => (Self::Gone, ElderAction::End),
            (Self::Serving | Self::Offered, _) => (Self::Serving, ElderAction::Stay),
            (Self::Giving | Self::Parting, _) => (Self::Serving, ElderAction::Resume),
        }
    }

    /// Whether the content is this process's.
    #[must_use]
    pub const fn owns(self) -> bool {
        !matches!(self, Self::Gone)
    }
}

/// The process that is to have the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heir {
    /// It has said `Hello`.
    Asking,
    /// There is an offer, and it gets ready.
    Preparing,
    /// Pieces are on their way.
    Taking,
    /// It has all of it, and has said so.
    Waiting,
    /// The connection ended before it knew.
    Doubting,
    /// The content is its own.
    Owner,
    /// It does not start; what it has is dropped.
    Out,
}

/// What an heir comes to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeirEvent {
    /// `Offer`.
    Offered,
    /// All is ready that may fail.
    Ready,
    /// All came, and is whole.
    Whole,
    /// `Yours`.
    Yours,
    /// The connection ended, the elder refused, something made no sense, or it took too long.
    Lost,
    /// Nobody listens at the elder's socket any more.
    ElderDead,
    /// Somebody does.
    ElderAlive,
}

/// What an heir does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeirAction {
    /// Gets all ready that may fail.
    Prepare,
    /// Sends `Take` and reads all that comes.
    Take,
    /// Sends `Have` and waits, without a deadline.
    Have,
    /// Tries whether the elder's socket answers.
    Probe,
    /// Serves.
    Serve,
    /// Does not start.
    Leave,
}

impl Heir {
    /// The next state, and what is to be done.
    #[must_use]
    pub const fn step(self, event: HeirEvent) -> (Self, HeirAction) {
        match (self, event) {
            (Self::Asking, HeirEvent::Offered) => (Self::Preparing, HeirAction::Prepare),
            (Self::Preparing, HeirEvent::Ready) => (Self::Taking, HeirAction::Take),
            (Self::Taking, HeirEvent::Whole) => (Self::Waiting, HeirAction::Have),
            (Self::Waiting, HeirEvent::Yours) | (Self::Doubting, HeirEvent::ElderDead) | (Self::Owner, _) => {
                (Self::Owner, HeirAction::Serve)
            }
            (Self::Waiting, _) => (Self::Doubting, HeirAction::Probe),
            (Self::Asking | Self::Preparing | Self::Taking | Self::Doubting | Self::Out, _) => {
                (Self::Out, HeirAction::Leave)
            }
        }
    }

    /// Whether the content is this process's.
    #[must_use]
    pub const fn owns(self) -> bool {
        matches!(self, Self::Owner)
    }
}

#[cfg(test)]
mod tests;
