//! Addresses that may be loaded: those of this machine alone.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

/// An address and a port of the loopback interface. There is no other way to say where load goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target(SocketAddr);

/// The end of 127.0.0.0/24 from which clients connect, so that no address runs out of ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source(u8);

impl Target {
    /// As the system has it.
    pub(crate) fn address(self) -> SocketAddr {
        self.0
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address: SocketAddr =
            text.parse().map_err(|_| format!("{text:?} is no address with a port, such as 127.0.0.1:2525"))?;
        Self::try_from(address)
    }
}

impl TryFrom<SocketAddr> for Target {
    type Error = String;

    fn try_from(address: SocketAddr) -> Result<Self, String> {
        if address.ip().to_canonical().is_loopback() {
            Ok(Self(address))
        } else {
            Err(format!("{address} is not on the loopback interface: only servers of this machine may be loaded"))
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Source {
    /// Where a trusted proxy connects from: that of [`crate::slow`], and the one behind which senders are afar.
    pub(crate) const PROXY: Self = Self(9);

    /// Where new mail comes from while others hold on.
    pub(crate) const NEWS: Self = Self(8);

    /// The nth of those that hold sessions.
    pub(crate) fn of_holder(n: usize) -> Self {
        Self(10 + u8::try_from(n % 240).unwrap_or(0))
    }

    /// As the system has it.
    pub(crate) fn address(self) -> IpAddr {
        Ipv4Addr::new(127, 0, 0, self.0).into()
    }
}

#[cfg(test)]
mod tests;
