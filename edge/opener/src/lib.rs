//! The browser's Wasm: draws capabilities, derives what follows from them, and opens sealed mail.
//!
//! It never reads a clock, draws no chance of its own (the page hands it `crypto.getRandomValues`), keeps nothing
//! beside the key pair of an [`Opener`], and does no input or output. It does not inflate either: browsers bring a
//! codec, `new DecompressionStream("deflate-raw")`, and the page bounds what comes out of it.
//!
//! What JavaScript sees, in TypeScript's words:
//!
//! ```ts
//! /** A new capability's text (`1` and 43 characters) from 32 octets of `crypto.getRandomValues`. A secret. */
//! export function generate(random: Uint8Array): string;
//!
//! /** One inbox. Deriving its key pair costs about as much as opening a part: keep one for a whole list. */
//! export class Opener {
//!   /** From a capability's text. */
//!   constructor(capability: string);
//!   /** 26 characters: which inbox. */
//!   readonly inboxId: string;
//!   /** `r` and 43 characters: what goes into `Authorization: Bearer …`. A secret. */
//!   readonly readToken: string;
//!   /** base64url of 32 octets: `read_token_hash` of `POST /v1/inboxes`. */
//!   readonly readTokenHash: string;
//!   /** base64url of 1,216 octets: `public_key` of `POST /v1/inboxes`. */
//!   readonly publicKey: string;
//!   /** Opens a sealed part: 1 summary, 2 content, 3 raw, 4 address (whose message id is sixteen zero octets), 5 delivery. */
//!   open(messageId: string, part: number, blob: Uint8Array): Opened;
//!   /** Wipes the key pair. */
//!   free(): void;
//! }
//!
//! export class Opened {
//!   /** Whether `bytes` are in deflate (RFC 1951, no zlib header). */
//!   readonly deflated: boolean;
//!   /** The payload. The page's own: changing it changes nothing here. */
//!   readonly bytes: Uint8Array;
//!   free(): void;
//! }
//! ```
//!
//! What fails throws an `Error` whose `message` is one of these words, and never a secret:
//!
//! | message | why |
//! |---|---|
//! | `random` | not 32 octets |
//! | `capability` | not a capability's text |
//! | `message id` | not a message id's text |
//! | `part` | no such part, or the blob is another part than the one asked for |
//! | `truncated` | the blob is too short to be a sealed part |
//! | `suite` | sealed with a suite that this capability does not open |
//! | `seal` | not sealed for this capability, message and part; or changed since |
//! | `payload` | the seal held, and what it held is malformed |

use protocol::{
    capability::Capability,
    id::{InboxId, MessageId},
    message::Part,
    sealing::{self, Binding, KeyPair, OpenError},
    text::{Alphabet, BASE32, BASE64URL},
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// JavaScript's own. Declared here because the crate `js-sys` adds to what the browser loads.
    #[derive(Clone)]
    #[wasm_bindgen(typescript_type = "Uint8Array")]
    pub type Uint8Array;

    /// Copies `octets` out of Wasm's memory.
    #[wasm_bindgen(constructor)]
    fn new(octets: &[u8]) -> Uint8Array;
}

/// A new capability's text from 32 random octets: a secret.
///
/// # Errors
/// `random`.
#[wasm_bindgen]
pub fn generate(random: &[u8]) -> Result<String, JsError> {
    let octets = random.try_into().map_err(|_| JsError::new("random"))?;
    Ok(Capability::from_bytes(octets).to_text())
}

/// One inbox: what follows from its capability, and the key pair that opens its mail.
#[wasm_bindgen]
pub struct Opener {
    capability: Capability,
    inbox: InboxId,
    key_pair: KeyPair,
}

/// An opened payload, which Rust's memory no longer holds.
#[wasm_bindgen]
pub struct Opened {
    deflated: bool,
    bytes: Uint8Array,
}

#[wasm_bindgen]
impl Opener {
    /// From a capability's text.
    ///
    /// # Errors
    /// `capability`.
    #[wasm_bindgen(constructor)]
    pub fn new(capability: &str) -> Result<Self, JsError> {
        let capability: Capability = capability.parse().map_err(|_| JsError::new("capability"))?;
        Ok(Self { inbox: capability.inbox_id(), key_pair: capability.key_pair(), capability })
    }

    /// Which inbox.
    #[wasm_bindgen(getter, js_name = inboxId)]
    pub fn inbox_id(&self) -> String {
        // Not by Display: formatting is code that the browser would have to load.
        text(&BASE32, self.inbox.as_bytes())
    }

    /// The read token's text: a secret.
    #[wasm_bindgen(getter, js_name = readToken)]
    pub fn read_token(&self) -> String {
        self.capability.read_token().to_text()
    }

    /// What the service keeps of the read token.
    #[wasm_bindgen(getter, js_name = readTokenHash)]
    pub fn read_token_hash(&self) -> String {
        text(&BASE64URL, self.capability.read_token().hash().as_bytes())
    }

    /// What mail is sealed to.
    #[wasm_bindgen(getter, js_name = publicKey)]
    pub fn public_key(&self) -> String {
        text(&BASE64URL, self.key_pair.public_key().as_bytes())
    }

    /// Opens a sealed part.
    ///
    /// # Errors
    /// `message id`, `part`, `truncated`, `suite`, `seal`, `payload`.
    pub fn open(&self, message_id: &str, part: u8, blob: &[u8]) -> Result<Opened, JsError> {
        let message: MessageId = message_id.parse().map_err(|_| JsError::new("message id"))?;
        let part = match part {
            1 => Part::Summary,
            2 => Part::Content,
            3 => Part::Raw,
            4 => Part::Address,
            5 => Part::Delivery,
            _ => return Err(JsError::new("part")),
        };
        let binding = Binding { inbox: self.inbox, message };
        match self.key_pair.open(&binding, part, blob) {
            Ok(sealing::Opened::Identity(bytes)) => Ok(Opened { deflated: false, bytes: Uint8Array::new(&bytes) }),
            Ok(sealing::Opened::Deflate(bytes)) => Ok(Opened { deflated: true, bytes: Uint8Array::new(&bytes) }),
            Err(error) => Err(JsError::new(word(error))),
        }
    }
}

#[wasm_bindgen]
impl Opened {
    /// Whether the payload is in deflate.
    #[wasm_bindgen(getter)]
    pub fn deflated(&self) -> bool {
        self.deflated
    }

    /// The payload.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> Uint8Array {
        self.bytes.clone()
    }
}

fn text(alphabet: &Alphabet, octets: &[u8]) -> String {
    let mut text = String::with_capacity(alphabet.chars(octets.len()));
    alphabet.encode(octets, &mut text);
    text
}

/// Words, not sentences: the page has its own in every language.
const fn word(error: OpenError) -> &'static str {
    match error {
        OpenError::Truncated { .. } => "truncated",
        OpenError::Suite(_) => "suite",
        OpenError::Part(_) => "part",
        OpenError::Seal => "seal",
        OpenError::Payload | OpenError::TooLarge { .. } => "payload",
    }
}
