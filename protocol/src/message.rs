//! What a message says once it is open: the plaintext of the sealed parts, and how each is written.
//!
//! The origin parses MIME before it seals, so that readers need neither a MIME parser nor a charset
//! table: they get UTF-8 text and HTML, and attachments as byte ranges of the raw message.

use serde::{Deserialize, Serialize};

use crate::{bytes::Base64, hidden::hidden, id::MessageId, time::Timestamp};

/// The sealed parts of a message, each fetched and opened alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Part {
    /// What a list shows: a [`Summary`] in JSON.
    Summary = 1,
    /// What is read: a [`Content`] in JSON.
    Content = 2,
    /// The message as it came, octet for octet, after the trace headers that we add.
    Raw = 3,
    /// An inbox's own address in UTF-8, sealed to its owner when the inbox is made, so that no store holds it.
    Address = 4,
    /// Why mail did not come: a [`DeliveryRecord`](crate::delivery::DeliveryRecord) in JSON, under an id of its own.
    Delivery = 5,
}

/// What a list shows of a message.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// The author, from the `From` header (RFC 5322 §3.6.2).
    pub from: Mailbox,
    /// The `Subject`, decoded (RFC 2047); empty where there is none.
    pub subject: String,
    /// The beginning of the text, white space folded, at most 200 characters.
    pub snippet: String,
    /// One-time codes, the likeliest first; each stands verbatim in the message.
    pub codes: Vec<String>,
    /// Confirmation links, the likeliest first; each stands verbatim in the message.
    pub links: Vec<String>,
    /// What was found out about where it came from.
    pub auth: Authentication,
    /// The attachments, without their place in the raw message.
    pub attachments: Vec<AttachmentSummary>,
    /// The tag of the address that it was sent to: `x` of `name+x@domain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A display name and an address, both as the message claims them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mailbox {
    /// The display name; empty where there is none.
    pub name: String,
    /// The address; empty where there is none.
    pub address: String,
}

/// A method's outcome, in the words of RFC 8601 §2.7.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was not checked, or the sender's domain publishes nothing to check against.
    #[default]
    None,
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// SPF: probably not authorised.
    Softfail,
    /// The domain makes no claim.
    Neutral,
    /// It could not be checked just now.
    Temperror,
    /// The domain's records cannot be used.
    Permerror,
}

/// How a message reached us and what vouches for its author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authentication {
    /// RFC 7208.
    pub spf: Outcome,
    /// RFC 6376.
    pub dkim: Outcome,
    /// RFC 9989.
    pub dmarc: Outcome,
    /// RFC 8617, for display alone: what those who passed the message on say of it.
    #[serde(default)]
    pub arc: Outcome,
    /// The author's domain, where SPF or DKIM vouches for it or for one that belongs to it (RFC 9989 §4.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aligned: Option<String>,
    /// The TLS version of the last hop, such as `TLSv1.3`; none where it came in the clear.
    pub tls: Option<String>,
}

/// An attachment as a list shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachmentSummary {
    /// Its number within the message, from zero.
    pub n: u32,
    /// Its file name, decoded (RFC 2231, RFC 2047), without path or control characters.
    pub filename: String,
    /// Its media type in lower case; `application/octet-stream` where it names none.
    pub content_type: String,
    /// Its size in octets once decoded.
    pub size: u64,
    /// What is dangerous about it, where it is here all the same: readers are warned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub danger: Option<Danger>,
    /// Why its octets are not here, where the operator keeps such files out; its range is empty then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Danger>,
}

/// Why a file is dangerous to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Danger {
    /// A program.
    Program,
    /// A script that the system runs when it is opened.
    Script,
    /// A shortcut, or a file that makes the system start something else.
    Shortcut,
    /// What installs programs.
    Installer,
    /// A disk image: what is in it loses the mark of where it came from.
    DiskImage,
    /// A document that can run something: macros, scripts.
    Macros,
    /// Its name says one thing, its octets or its invisible characters another.
    Disguised,
    /// An archive that only a password opens.
    Encrypted,
    /// An archive beyond the bounds within which one is looked through, or broken.
    Unreadable,
}

/// What is read of a message.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Content {
    /// The text body; none where the message has only HTML.
    pub text: Option<String>,
    /// The HTML body as the sender wrote it: never trusted, shown only in a sandbox.
    pub html: Option<String>,
    /// Parts that the HTML names by `cid:` (RFC 2392).
    pub inline: Vec<InlinePart>,
    /// All attachments, by number.
    pub attachments: Vec<Attachment>,
    /// Header fields worth showing, in the message's order: name and decoded value.
    pub headers: Vec<Header>,
    /// What the message reports, if it is a report of abuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<FeedbackReport>,
}

/// A report of abuse in the form of RFC 5965: what it says, and nothing that anybody has checked.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedbackReport {
    /// What is reported.
    pub kind: FeedbackKind,
    /// The program that wrote it.
    pub user_agent: String,
    /// The version of the form.
    pub version: String,
    /// The domains that the reporter holds responsible.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reported_domains: Vec<String>,
    /// The address that the reported message came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// When it came to the reporter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub arrived_at: Option<Timestamp>,
    /// Its envelope's sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_mail_from: Option<String>,
    /// How many recipients of it are named.
    pub original_recipients: u32,
    /// How many such messages this report stands for.
    pub incidents: u64,
}

/// What a report of abuse reports (RFC 5965 §7.3, RFC 6430, RFC 6591).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FeedbackKind {
    /// Mail that nobody asked for.
    Abuse,
    /// Fraud or phishing.
    Fraud,
    /// A virus.
    Virus,
    /// Anything else.
    #[default]
    Other,
    /// Mail that was taken for abuse and is none.
    NotSpam,
    /// Mail whose author could not be told.
    AuthFailure,
}

hidden!(Mailbox, AttachmentSummary, Header, InlinePart, Summary, Content, FeedbackReport);

/// One header field.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Header {
    /// The field's name as written.
    pub name: String,
    /// Its value, unfolded and decoded.
    pub value: String,
}

/// A part that the HTML shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InlinePart {
    /// The `Content-ID` without its angle brackets.
    pub cid: String,
    /// Its media type in lower case.
    pub content_type: String,
    /// Its decoded octets.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub data: Base64,
}

/// How a range of the raw message is decoded (RFC 2045 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TransferEncoding {
    /// `7bit`, `8bit` and `binary`: the octets as they are.
    Identity,
    /// RFC 2045 §6.8.
    Base64,
    /// RFC 2045 §6.7.
    QuotedPrintable,
}

/// An attachment and where the raw message holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: AttachmentSummary,
    /// The first octet of its encoded body within the raw message.
    pub offset: u64,
    /// The length of its encoded body in octets.
    pub length: u64,
    /// How that range is decoded.
    pub encoding: TransferEncoding,
}

/// One message in a listing, still closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedEntry {
    /// Which message.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MessageId,
    /// When it was accepted.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub received_at: Timestamp,
    /// Its padded size in octets: the sealed raw part's length.
    pub size: u64,
    /// The sealed parts that this answer carries.
    pub sealed: SealedParts,
}

/// Sealed parts in base64url; a listing carries the summary alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SealedParts {
    /// The sealed [`Summary`].
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub summary: Base64,
    /// The sealed [`Content`].
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Base64>,
}

/// One message opened by the service (assisted mode).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenEntry {
    /// Which message.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: MessageId,
    /// When it was accepted.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub received_at: Timestamp,
    /// Its padded size in octets.
    pub size: u64,
    /// What a list shows.
    pub summary: Summary,
    /// What is read; absent in a listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
}
