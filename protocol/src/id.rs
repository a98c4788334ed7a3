//! Names of inboxes and messages: sixteen octets each, written in lower-case base32 (26 characters).
//!
//! An inbox's id follows from its owner's read token (see [`crate::capability`]); a message's is
//! drawn at random where it is sealed. Neither says anything about an address or a person.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::text::BASE32;

/// Octets in an id.
pub const ID_OCTETS: usize = 16;

/// Characters in an id's text.
pub const ID_CHARS: usize = 26;

/// A text that is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is {ID_CHARS} characters of lower-case base32")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; ID_OCTETS]);

        impl $name {
            /// From its octets.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; ID_OCTETS]) -> Self {
                Self(bytes)
            }

            /// Its octets.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; ID_OCTETS] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = String::with_capacity(ID_CHARS);
                BASE32.encode(&self.0, &mut text);
                f.write_str(&text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                decode(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

id! {
    /// Which inbox. Not a secret: the read token proves the right to it.
    InboxId
}

id! {
    /// Which message.
    MessageId
}

/// One text for one id: upper case, padding and stray low bits are refused.
fn decode(text: &str) -> Result<[u8; ID_OCTETS], NotAnId> {
    let mut bytes = [0; ID_OCTETS];
    BASE32.decode(text.as_bytes(), &mut bytes).map_err(|_| NotAnId)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
