//! The operator's certificate files: read, looked at every minute and at `SIGHUP`, and put to use when they change.
//!
//! Files are compared by what is in them: whoever renews may write in place, rename, or turn a link. A pair that
//! is broken, over, or written by half is left alone and told of; it is looked at again a minute later.

pub mod shelf;

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest as _, Sha256};
use tokio::{sync::watch, task, time::sleep};
use zeroize::Zeroizing;

use super::tls::{CertificateError, Certified, InUse};
use crate::{
    limits::{CERTIFICATE_CHECK, PEM_OCTETS},
    ports::Clock,
};

/// What distinguishes one pair of files from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print([u8; 32]);

impl Print {
    /// Of these octets.
    #[must_use]
    pub fn of(octets: &[u8]) -> Self {
        Self(Sha256::digest(octets).into())
    }
}

/// Where the operator's certificate is.
#[derive(Clone, Debug)]
pub struct Files {
    /// The chain, leaf first, in PEM.
    pub chain: PathBuf,
    /// Its private key; may be the same file.
    pub key: PathBuf,
}

/// What a pair of files holds.
struct Read {
    print: Print,
    found: Result<Certified, CertificateError>,
}

impl Files {
    /// Reads both.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn load(&self) -> Result<(Certified, Print), CertificateError> {
        let read = self.read()?;
        Ok((read.found?, read.print))
    }

    fn read(&self) -> Result<Read, CertificateError> {
        let (chain, key) = (read(&self.chain)?, read(&self.key)?);
        let print = Sha256::new().chain_update(Sha256::digest(&chain)).chain_update(Sha256::digest(&key));
        Ok(Read { print: Print(print.finalize().into()), found: Certified::from_pem(&chain, &key) })
    }
}

/// Why the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    Time,
    Asked,
}

/// Puts every new pair to use, beginning after the one that `taken` is of, until `ending` says so or its sender is
/// gone. Each change of `asked` makes it look at once.
pub async fn watch(
    files: Files,
    taken: Print,
    in_use: Arc<InUse>,
    clock: Arc<dyn Clock>,
    mut asked: watch::Receiver<()>,
    mut ending: watch::Receiver<bool>,
) {
    let mut watched = Watched { files, taken, in_use, clock, told: String::new() };
    loop {
        let occasion = tokio::select! {
            () = sleep(CERTIFICATE_CHECK.as_duration()) => Occasion::Time,
            Ok(()) = asked.changed() => Occasion::Asked,
            _ = ending.wait_for(|ending| *ending) => return,
        };
        watched.look(occasion).await;
    }
}

/// Files, and what was last made of them.
struct Watched {
    files: Files,
    taken: Print,
    in_use: Arc<InUse>,
    clock: Arc<dyn Clock>,
    /// What was last told of a pair that cannot be used: the same is not told every minute.
    told: String,
}

impl Watched {
    async fn look(&mut self, occasion: Occasion) {
        let files = self.files.clone();
        let Ok(read) = task::spawn_blocking(move || files.read()).await else { return };
        let taken = match read {
            Ok(read) if read.print == self.taken => {
                self.told.clear();
                if occasion == Occasion::Asked {
                    tracing::info!("the certificate's files are the same as before");
                }
                return;
            }
            Ok(Read { print, found }) => found.and_then(|found| found.good_at(self.clock.now())).map(|f| (f, print)),
            Err(error) => Err(error),
        };
        match taken {
            Ok((certified, print)) => {
                tracing::info!(until = %certified.leaf().validity.until, "a new certificate is in use");
                self.in_use.swap(certified);
                self.taken = print;
                self.told.clear();
            }
            Err(error) => {
                self.in_use.kept();
                let text = error.to_string();
                if occasion == Occasion::Asked || text != self.told {
                    tracing::error!("the certificate's files cannot be used, the old one stays: {text}");
                }
                self.told = text;
            }
        }
    }
}

/// All of a file of reasonable size, wiped when it is dropped.
fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, CertificateError> {
    let file = || path.display().to_string();
    match bounded(path) {
        Ok(octets) if octets.len() as u64 > PEM_OCTETS => Err(CertificateError::TooLong { file: file() }),
        Ok(octets) => Ok(octets),
        Err(error) => Err(CertificateError::File { file: file(), error }),
    }
}

/// At most one octet more than [`PEM_OCTETS`], in one piece of memory: growth would leave copies behind.
fn bounded(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len().min(PEM_OCTETS)).unwrap_or_default();
    let mut octets = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(PEM_OCTETS + 1).read_to_end(&mut octets)?;
    Ok(octets)
}

#[cfg(test)]
mod tests;
