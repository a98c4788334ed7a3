//! Sealing a message's parts towards one public key.
//!
//! It never deflates, for the caller has the faster codec, and never keeps a plaintext: what is written into the
//! sealed part's buffer is encrypted there.

use core::fmt;

use hpke::{
    Deserializable, HpkeError, Kem, OpModeS, Serializable,
    aead::{AeadCtxS, ChaCha20Poly1305},
    kdf::HkdfSha256,
    kem::{X25519HkdfSha256, XWing},
    setup_sender_with_rng,
};
use rand_core::CryptoRng;

use super::{
    Binding, ENVELOPE_OCTETS, HEADER_OCTETS, PublicKey, Suite, TAG_OCTETS,
    exporter::{Exporter, SuiteId},
    padding,
    primitives::{Encapsulated, Portable, Primitives},
    schedule::{self, PartKey},
};
use crate::{message::Part, wrap::WRAP_OCTETS};

/// A payload ready to be sealed: as it is, or deflated (RFC 1951, no zlib header) by the caller's codec.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// As it is.
    Identity(&'a [u8]),
    /// Deflated.
    Deflate(&'a [u8]),
}

/// What a message has one of for each of its parts: payloads going in, sealed parts coming out.
#[derive(Clone, Copy, Debug)]
pub struct MessageParts<T> {
    /// [`Part::Summary`].
    pub summary: T,
    /// [`Part::Content`].
    pub content: T,
    /// [`Part::Raw`].
    pub raw: T,
}

/// One encapsulation towards one key: seals one message, or one part alone, and is used up by it.
///
/// A part's key and nonce follow from the encapsulation. To seal two payloads as the same part of one encapsulation
/// would encrypt both under one nonce and open them to whoever sees both; so no sealer seals twice:
///
/// ```compile_fail,E0382
/// use protocol::{message::Part, sealing::{Payload, Sealer}};
///
/// fn twice(sealer: Sealer) -> [Vec<u8>; 2] {
///     [sealer.seal(Part::Raw, Payload::Identity(b"one")), sealer.seal(Part::Raw, Payload::Identity(b"two"))]
/// }
/// ```
pub struct Sealer<P = Portable> {
    primitives: P,
    binding: Binding,
    encapsulation: Box<[u8]>,
    context: Context,
}

/// What is kept of an encapsulation. Wiped when dropped.
enum Context {
    XWing(Box<AeadCtxS<ChaCha20Poly1305, HkdfSha256, XWing>>),
    X25519(Box<AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>>),
    /// Of X-Wing, encapsulated by other [`Primitives`].
    Brought(Exporter),
}

impl Sealer {
    /// Encapsulates towards `key` once, for the message that `binding` names.
    pub fn new(key: &PublicKey, binding: Binding, rng: &mut impl CryptoRng) -> Self {
        Self::with(Portable, key, binding, rng)
    }
}

impl<P: Primitives> Sealer<P> {
    /// The same, by these primitives; what they leave to us is drawn from `rng`.
    #[expect(clippy::expect_used, reason = "encapsulation fails for keys that PublicKey::from_bytes refuses alone")]
    pub fn with(primitives: P, key: &PublicKey, binding: Binding, rng: &mut impl CryptoRng) -> Self {
        let brought = key.x_wing().and_then(|key| primitives.encapsulate(key));
        let (encapsulation, context) = match (brought, key.suite()) {
            (Some(Encapsulated { ciphertext, shared_secret }), suite) => {
                let info = schedule::info(suite, &binding);
                let exporter = Exporter::new(SuiteId::X_WING, shared_secret.as_slice(), &info);
                exporter.map(|kept| (Box::from(ciphertext), Context::Brought(kept)))
            }
            (None, Suite::XWing) => encapsulate(key, &binding, rng).map(|(enc, kept)| (enc, Context::XWing(kept))),
            (None, Suite::X25519) => encapsulate(key, &binding, rng).map(|(enc, kept)| (enc, Context::X25519(kept))),
        }
        .expect("a public key was checked when it was made");
        Self { primitives, binding, encapsulation, context }
    }

    /// Seals one part that has an encapsulation to itself, as an inbox's address has and each delivery record.
    #[must_use]
    pub fn seal(self, part: Part, payload: Payload<'_>) -> Vec<u8> {
        self.sealed(part, payload)
    }

    /// Seals the three parts of a message.
    #[must_use]
    pub fn seal_message(self, payloads: MessageParts<Payload<'_>>) -> MessageParts<Vec<u8>> {
        MessageParts {
            summary: self.sealed(Part::Summary, payloads.summary),
            content: self.sealed(Part::Content, payloads.content),
            raw: self.sealed(Part::Raw, payloads.raw),
        }
    }

    /// The padded plaintext is written into one buffer of its final size and encrypted in place.
    #[expect(clippy::expect_used, reason = "payloads are bounded by limits::SEALED_OCTETS, far below 2^32 octets")]
    fn sealed(&self, part: Part, payload: Payload<'_>) -> Vec<u8> {
        let suite = self.context.suite();
        let (encoding, payload) = match payload {
            Payload::Identity(payload) => (0, payload),
            Payload::Deflate(payload) => (1, payload),
        };
        let length = u32::try_from(payload.len()).expect("a payload is shorter than 2^32 octets");
        let padded = padding::padded(HEADER_OCTETS + payload.len());
        let plaintext = ENVELOPE_OCTETS + self.encapsulation.len();

        // Of the final size from the start: a buffer that grew would leave plaintext behind in freed memory. What is
        // stored is wrapped in the same place.
        let mut sealed = Vec::with_capacity(plaintext + padded + TAG_OCTETS + WRAP_OCTETS);
        sealed.extend_from_slice(&[suite.octet(), part as u8]);
        sealed.extend_from_slice(&self.encapsulation);
        sealed.extend_from_slice(&length.to_be_bytes());
        sealed.push(encoding);
        sealed.extend_from_slice(payload);
        sealed.resize(plaintext + padded, 0);

        let key = PartKey::derive(suite, part, &self.binding, |context, out| self.context.export(context, out))
            .expect("HKDF-SHA256 gives up to 8,160 octets, and 44 are asked for");
        let tag = self.primitives.encrypt(&key, &mut sealed[plaintext..]);
        sealed.extend_from_slice(&tag);
        sealed
    }
}

impl Context {
    const fn suite(&self) -> Suite {
        match self {
            Self::XWing(_) | Self::Brought(_) => Suite::XWing,
            Self::X25519(_) => Suite::X25519,
        }
    }

    fn export(&self, context: &[u8], out: &mut [u8]) -> Result<(), HpkeError> {
        match self {
            Self::XWing(hpke) => hpke.export(context, out),
            Self::X25519(hpke) => hpke.export(context, out),
            Self::Brought(exporter) => exporter.export(context, out),
        }
    }
}

type SetUp<K> = (Box<[u8]>, Box<AeadCtxS<ChaCha20Poly1305, HkdfSha256, K>>);

/// RFC 9180 §5.1.1.
fn encapsulate<K: Kem>(key: &PublicKey, binding: &Binding, rng: &mut impl CryptoRng) -> Result<SetUp<K>, HpkeError> {
    let info = schedule::info(key.suite(), binding);
    let key = K::PublicKey::from_bytes(key.as_bytes())?;
    let (encapsulation, context) =
        setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, K>(&OpModeS::Base, &key, &info, rng)?;
    Ok((encapsulation.to_bytes().as_slice().into(), Box::new(context)))
}

impl fmt::Debug for Payload<'_> {
    /// Says how long it is and nothing of what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(payload) => write!(f, "Identity({} octets)", payload.len()),
            Self::Deflate(payload) => write!(f, "Deflate({} octets)", payload.len()),
        }
    }
}

impl<P> fmt::Debug for Sealer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(secret)")
    }
}
