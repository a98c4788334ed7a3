//! A TCP link that can be cut: what stands between two parts of the world.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use anyhow::Result;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A forwarding listener on a free port.
pub(crate) struct Link {
    address: SocketAddr,
    target: Arc<Mutex<Option<SocketAddr>>>,
    state: watch::Sender<State>,
}

/// Whether the link carries anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    Cut,
}

impl Link {
    /// A link without an end yet: connections are closed until [`Link::lead_to`] is called.
    pub(crate) async fn new() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let target = Arc::new(Mutex::new(None));
        let (state, seen) = watch::channel(State::Whole);
        tokio::spawn(carry(listener, Arc::clone(&target), seen));
        Ok(Self { address, target, state })
    }

    /// Where to connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sets the other end.
    pub(crate) fn lead_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = Some(target);
    }

    /// Breaks all connections and refuses new ones.
    pub(crate) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Carries again.
    pub(crate) fn mend(&self) {
        self.state.send_replace(State::Whole);
    }
}

async fn carry(listener: TcpListener, target: Arc<Mutex<Option<SocketAddr>>>, state: watch::Receiver<State>) {
    while let Ok((mut inner, _)) = listener.accept().await {
        let to = *target.lock().unwrap();
        let mut seen = state.clone();
        let now = *seen.borrow_and_update();
        if let (Some(to), State::Whole) = (to, now) {
            tokio::spawn(async move {
                let Ok(mut outer) = TcpStream::connect(to).await else { return };
                tokio::select! {
                    _ = copy_bidirectional(&mut inner, &mut outer) => {}
                    _ = seen.wait_for(|state| *state == State::Cut) => {}
                }
            });
        }
    }
}
