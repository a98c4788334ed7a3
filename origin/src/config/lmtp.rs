//! Where mail comes in from a mail server of the operator's own: a Unix socket, or nowhere.

use std::path::PathBuf;

use super::{ConfigError, keys::Key, layers::Settings};

/// LMTP (RFC 2033).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lmtp {
    /// None.
    Off,
    /// At a Unix socket.
    Socket {
        /// Its file.
        path: PathBuf,
        /// The file's mode: who may connect.
        mode: u32,
    },
}

pub(super) fn lmtp(settings: &Settings) -> Result<Lmtp, ConfigError> {
    let mode = settings.parse(Key::LmtpMode, "must be four octal digits in quotes, such as \"0660\"", |text| {
        // Without quotes TOML has no leading zero, and what it has for octal numbers comes here in tens.
        let octal = text.len() == 4 && text.starts_with('0') && text.bytes().all(|digit| digit.is_ascii_digit());
        u32::from_str_radix(text, 8).ok().filter(|_| octal)
    })?;
    Ok(match settings.optional(Key::LmtpListen) {
        None => Lmtp::Off,
        Some(path) => Lmtp::Socket { path: path.into(), mode },
    })
}

#[cfg(test)]
mod tests;
