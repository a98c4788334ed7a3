//! The keys of wrapping, and how long each may exist.
//!
//! A key lies in one place of the heap, is shared by reference, and is wiped with its last holder. Nothing here draws
//! one: whoever has chance fills it where it will lie.

use core::fmt;
use std::sync::Arc;

use hkdf::{Hkdf, HkdfExtract};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    limits::{EPOCH, INBOX_EPOCHS, INBOX_LIFE},
    time::Timestamp,
};

/// Octets of an epoch's number.
const EPOCH_OCTETS: usize = 4;

/// Octets of every key.
pub const KEY_OCTETS: usize = 32;

/// What sets an address's key apart from an hour's, which is of epoch keys: 32 octets at random.
const ADDRESS_LABEL: &[u8; 22] = b"mayfly wrap v1 address";

/// An hour since 1970: of when a message was received, or a delivery record made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(u32);

impl Epoch {
    /// The one that `at` lies in.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        // Until the year 9999 there are seventy million hours.
        Self(u32::try_from(at.as_millis() / EPOCH.as_millis()).unwrap_or(u32::MAX))
    }

    /// From its number.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// Hours since 1970.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// When its key is to be destroyed: the last message that can have come in it has expired.
    #[must_use]
    pub fn end(self) -> Timestamp {
        let over = u64::from(self.0).saturating_add(1).saturating_mul(EPOCH.as_millis());
        Timestamp::from_millis(over).plus(INBOX_LIFE)
    }
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Arc<Zeroizing<[u8; KEY_OCTETS]>>);

        impl $name {
            /// One that `fill` writes, where it stays.
            #[must_use]
            pub fn filled(fill: impl FnOnce(&mut [u8; KEY_OCTETS])) -> Self {
                let mut key = Arc::new(Zeroizing::new([0; KEY_OCTETS]));
                if let Some(octets) = Arc::get_mut(&mut key) {
                    fill(octets);
                }
                Self(key)
            }

            /// One that was made elsewhere; none of another length.
            #[must_use]
            pub fn from_octets(octets: &[u8]) -> Option<Self> {
                let octets: &[u8; KEY_OCTETS] = octets.try_into().ok()?;
                Some(Self::filled(|key| key.copy_from_slice(octets)))
            }

            /// Its octets: for memory, and for the channels that are meant for them.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; KEY_OCTETS] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(secret)"))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                use subtle::ConstantTimeEq as _;
                self.as_bytes().ct_eq(other.as_bytes()).into()
            }
        }

        impl Eq for $name {}
    };
}

key! {
    /// One hour's, for all inboxes of a region. Never leaves the region.
    EpochKey
}

key! {
    /// One inbox's, for as long as it lives. Never leaves the region.
    WrapKey
}

key! {
    /// One inbox's for one hour, or for its address: what follows of the two others, and what the edge is told.
    InboxKey
}

impl WrapKey {
    /// The inbox's key for the hour of `epoch`.
    #[must_use]
    pub fn in_epoch(&self, epoch: &EpochKey) -> InboxKey {
        self.extract(epoch.as_bytes())
    }

    /// The inbox's key for its address.
    #[must_use]
    pub fn of_address(&self) -> InboxKey {
        self.extract(ADDRESS_LABEL)
    }

    /// HKDF-Extract (RFC 5869 §2.2).
    fn extract(&self, ikm: &[u8]) -> InboxKey {
        let mut extract = HkdfExtract::<Sha256>::new(Some(self.as_bytes()));
        extract.input_ikm(ikm);
        let key = Zeroizing::<[u8; KEY_OCTETS]>::new(extract.finalize().0.into());
        InboxKey::filled(|octets| octets.copy_from_slice(key.as_slice()))
    }
}

impl InboxKey {
    /// HKDF-Expand (RFC 5869 §2.3).
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 takes 32 octets as key and gives up to 8,160")]
    pub(super) fn expand(&self, info: &[u8]) -> Zeroizing<[u8; KEY_OCTETS]> {
        let mut key = Zeroizing::new([0; KEY_OCTETS]);
        Hkdf::<Sha256>::from_prk(self.as_bytes())
            .expect("a key is as long as a hash")
            .expand(info, key.as_mut_slice())
            .expect("a key is as long as a hash");
        key
    }
}

/// All keys of one inbox that are needed to read what is stored of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxKeys {
    address: InboxKey,
    /// In order, each once.
    epochs: Vec<(Epoch, InboxKey)>,
}

impl InboxKeys {
    /// Of the inbox with `wrap_key`, for these hours.
    #[must_use]
    pub fn derive<'a>(wrap_key: &WrapKey, epochs: impl IntoIterator<Item = (Epoch, &'a EpochKey)>) -> Self {
        let of_epochs = epochs.into_iter().map(|(epoch, key)| (epoch, wrap_key.in_epoch(key)));
        Self::of(wrap_key.of_address(), of_epochs.collect())
    }

    fn of(address: InboxKey, mut epochs: Vec<(Epoch, InboxKey)>) -> Self {
        epochs.sort_unstable_by_key(|(epoch, _)| *epoch);
        epochs.dedup_by_key(|(epoch, _)| *epoch);
        Self { address, epochs }
    }

    /// That of the address.
    pub(super) const fn address(&self) -> &InboxKey {
        &self.address
    }

    /// That of an hour.
    pub(super) fn of_epoch(&self, epoch: Epoch) -> Option<&InboxKey> {
        let index = self.epochs.binary_search_by_key(&epoch, |(of, _)| *of).ok()?;
        self.epochs.get(index).map(|(_, key)| key)
    }

    /// The hours that they are for.
    pub fn epochs(&self) -> impl ExactSizeIterator<Item = Epoch> + '_ {
        self.epochs.iter().map(|(epoch, _)| *epoch)
    }

    /// These and `other`'s; where both know an hour, `other`'s.
    pub fn merge(&mut self, other: Self) {
        self.address = other.address;
        let mut epochs = other.epochs;
        // Sorting is stable, and of like ones the first stays.
        epochs.append(&mut self.epochs);
        epochs.sort_by_key(|(epoch, _)| *epoch);
        epochs.dedup_by_key(|(epoch, _)| *epoch);
        self.epochs = epochs;
    }

    /// Destroys those whose hours are over at `now`.
    pub fn forget(&mut self, now: Timestamp) {
        self.epochs.retain(|(epoch, _)| epoch.end() > now);
    }

    /// Writes them one after another: the address's, then the hours' in order.
    pub fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.address.as_bytes());
        for (_, key) in &self.epochs {
            to.extend_from_slice(key.as_bytes());
        }
    }

    /// All of it in octets, hours included: what passes between the edge and its home region. Wiped when dropped.
    #[must_use]
    pub fn pack(&self) -> Zeroizing<Vec<u8>> {
        let octets = self.epochs.len() * (EPOCH_OCTETS + KEY_OCTETS) + 1 + KEY_OCTETS;
        let mut packed = Zeroizing::new(Vec::with_capacity(octets));
        packed.push(u8::try_from(self.epochs.len()).unwrap_or(u8::MAX));
        for epoch in self.epochs() {
            packed.extend_from_slice(&epoch.number().to_be_bytes());
        }
        self.write(&mut packed);
        packed
    }

    /// The inverse of [`Self::pack`]; none where the octets are of no such form.
    #[must_use]
    pub fn unpack(octets: &[u8]) -> Option<Self> {
        let (count, rest) = octets.split_first()?;
        let (epochs, keys) = rest.split_at_checked(usize::from(*count) * EPOCH_OCTETS)?;
        let number = |octets: &[u8]| octets.try_into().ok().map(u32::from_be_bytes);
        let epochs = epochs.chunks_exact(EPOCH_OCTETS).map(|octets| number(octets).map(Epoch));
        Self::read(&epochs.collect::<Option<Vec<_>>>()?, keys)
    }

    /// Reads what [`Self::write`] wrote for these hours. None where hours are out of order, too many, or not as many as
    /// there are keys.
    #[must_use]
    pub fn read(epochs: &[Epoch], octets: &[u8]) -> Option<Self> {
        let in_order = epochs.iter().zip(epochs.iter().skip(1)).all(|(one, next)| one < next);
        let (address, rest) = octets.split_first_chunk::<KEY_OCTETS>()?;
        if !in_order || epochs.len() > INBOX_EPOCHS || rest.len() != epochs.len() * KEY_OCTETS {
            return None;
        }
        let keys = rest.chunks_exact(KEY_OCTETS).map(InboxKey::from_octets).collect::<Option<Vec<_>>>()?;
        Some(Self { address: InboxKey::from_octets(address)?, epochs: epochs.iter().copied().zip(keys).collect() })
    }
}
