//! Where ACME's things are kept: in a folder that several processes may share, or in this process's memory.
//!
//! The one thing that the origin keeps on disk, and nothing of people: the account's key, the certificate with its
//! key, until when to rest, and for minutes the answers to challenges. Files are for their owner alone and are
//! renamed into place, so that nobody ever reads half of one.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use async_trait::async_trait;
use tokio::task;
use zeroize::Zeroizing;

use super::bounded;
use crate::{
    limits::PEM_OCTETS,
    ports::{ChallengeAnswers, ChallengeToken},
};

/// One of the things that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// The account at the authority.
    Account,
    /// The chain and its private key, both in one, so that they change together.
    Certificate,
    /// Until when nothing is ordered.
    Pause,
    /// What is answered to a challenge.
    Answer(ChallengeToken),
}

impl Item {
    fn file(&self) -> String {
        match self {
            Self::Account => "account.json".to_owned(),
            Self::Certificate => "certificate.pem".to_owned(),
            Self::Pause => "pause.json".to_owned(),
            Self::Answer(token) => format!("answer-{}", token.as_str()),
        }
    }
}

/// The shelf.
#[derive(Debug)]
pub enum Shelf {
    /// What is lost with the process.
    Memory(Mutex<HashMap<Item, Zeroizing<Vec<u8>>>>),
    /// What outlives it.
    Folder(PathBuf),
}

/// Who orders: nobody else does until this is dropped.
#[derive(Debug)]
pub enum Turn {
    /// It is ours.
    Ours(Option<File>),
    /// Somebody else's.
    Others,
}

impl Shelf {
    /// In memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::Memory(Mutex::default())
    }

    /// In a folder, which is made where it is missing.
    ///
    /// # Errors
    /// [`io::Error`]: it cannot be made or written to.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        // Now rather than at the end of the first order.
        lock_file(folder)?;
        Ok(Self::Folder(folder.to_owned()))
    }

    /// What is kept there; none where nothing is.
    ///
    /// # Errors
    /// [`io::Error`], and where it is larger than anything we write.
    pub fn read(&self, item: &Item) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        match self {
            Self::Memory(kept) => Ok(lock(kept).get(item).cloned()),
            Self::Folder(folder) => match bounded(&folder.join(item.file())) {
                Ok(octets) if octets.len() as u64 > PEM_OCTETS => Err(io::ErrorKind::FileTooLarge.into()),
                Ok(octets) => Ok(Some(octets)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    /// Puts something there, in place of what was.
    ///
    /// # Errors
    /// [`io::Error`]: what was there is there still.
    pub fn write(&self, item: &Item, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(kept) => {
                lock(kept).insert(item.clone(), Zeroizing::new(octets.to_vec()));
                Ok(())
            }
            Self::Folder(folder) => {
                let (name, new) = (item.file(), folder.join(format!(".new-{}-{}", std::process::id(), item.file())));
                let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
                file.write_all(octets)?;
                file.sync_all()?;
                fs::rename(&new, folder.join(name))?;
                File::open(folder)?.sync_all()
            }
        }
    }

    /// Takes something away, where it is there.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn remove(&self, item: &Item) -> io::Result<()> {
        match self {
            Self::Memory(kept) => {
                lock(kept).remove(item);
                Ok(())
            }
            Self::Folder(folder) => match fs::remove_file(folder.join(item.file())) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }

    /// Asks for the turn to order, and does not wait for it. A process that ends, however it ends, gives it back.
    ///
    /// # Errors
    /// [`io::Error`].
    pub fn turn(&self) -> io::Result<Turn> {
        let Self::Folder(folder) = self else { return Ok(Turn::Ours(None)) };
        let file = lock_file(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Turn::Ours(Some(file))),
            Err(TryLockError::WouldBlock) => Ok(Turn::Others),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[async_trait]
impl ChallengeAnswers for std::sync::Arc<Shelf> {
    async fn answer(&self, token: ChallengeToken) -> Option<String> {
        let shelf = Self::clone(self);
        let read = task::spawn_blocking(move || shelf.read(&Item::Answer(token))).await;
        let octets = read.ok()?.ok()??;
        Some(String::from_utf8_lossy(&octets).into_owned())
    }
}

/// Whoever has locked it orders.
fn lock_file(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).open(folder.join("lock"))
}

fn lock<T>(kept: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
