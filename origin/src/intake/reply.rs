//! Replies as values, and one table of all of them.
//!
//! Every reply but the greeting, that of `EHLO`/`HELO` and `354` carries an enhanced code whose
//! class is the code's own (RFC 2034 §4). No reply repeats what the client sent.

use std::borrow::Cow;

use crate::{
    intake::{command::CommandError, data::Fault, session::Protocol},
    ports::{Delivery, Unreachable},
    verdict::{Deferral, Refusal},
};

/// A reply (RFC 5321 §4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    status: Status,
    /// Lines, separated by LF.
    text: Cow<'static, str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Greeting, `EHLO`, `354`.
    None,
    /// RFC 3463.
    Enhanced(&'static str),
}

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident = $code:literal $status:literal $text:literal;)*) => {
        $($(#[$doc])* pub const $name: Reply = Reply::fixed($code, $status, $text);)*

        /// The whole table, for its test.
        #[cfg(test)]
        const TABLE: &[Reply] = &[$($name),*];
    };
}

table! {
    /// `HELP`.
    HELP = 214 "2.0.0" "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY STARTTLS HELP QUIT; RFC 5321";
    /// `HELP` of LMTP.
    LMTP_HELP = 214 "2.0.0" "LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT; RFC 2033";
    /// `STARTTLS`: the handshake may begin.
    TLS_READY = 220 "2.0.0" "Go ahead";
    /// `QUIT`.
    BYE = 221 "2.0.0" "Bye";
    /// `RSET`, `NOOP`.
    OK = 250 "2.0.0" "OK";
    /// `MAIL`.
    SENDER_OK = 250 "2.1.0" "Sender OK";
    /// `RCPT`.
    RECIPIENT_OK = 250 "2.1.5" "Recipient OK";
    /// `BDAT`, and the message goes on.
    CHUNK_OK = 250 "2.0.0" "Chunk accepted";
    /// The message is ours now.
    STORED = 250 "2.0.0" "Message accepted";
    /// `VRFY`: nothing is told about who has an inbox (RFC 5321 §7.3).
    VERIFY = 252 "2.5.2" "Send some mail, and see";
    /// `DATA`: the message may come.
    GO_AHEAD = 354 "" "End with <CRLF>.<CRLF>";

    /// More sessions than the limit.
    TOO_MANY_SESSIONS = 421 "4.3.2" "Too many sessions just now, please try again later";
    /// More sessions of an address or its network than the limit, or faster.
    CROWDED = 421 "4.7.0" "Too many sessions from your network, please try again later";
    /// A trusted proxy that does not say whom it speaks for.
    NO_PROXY_HEADER = 421 "4.3.0" "No PROXY header";
    /// No descriptor is left for a session.
    NO_DESCRIPTORS = 421 "4.3.2" "No room for a session just now, please try again later";
    /// The service ends.
    SHUTTING_DOWN = 421 "4.3.2" "Service is restarting, please try again later";
    /// More messages in a session than the limit.
    TOO_MANY_MESSAGES = 421 "4.3.2" "Enough messages for one session, please connect again";
    /// Nothing came for too long, or too little.
    TIMED_OUT = 421 "4.4.2" "Timed out";
    /// More errors in a session than the limit.
    TOO_MANY_ERRORS = 421 "4.7.0" "Too many errors";
    /// Our own fault.
    CONFUSED = 421 "4.3.0" "Internal error, please try again later";
    /// The recipient cannot be looked up.
    LOOK_UP_FAILED = 451 "4.3.0" "Recipient cannot be looked up just now, please try again later";
    /// The inbox holds as many messages as it can.
    INBOX_FULL = 452 "4.2.2" "The inbox is full";
    /// No memory.
    NO_ROOM = 452 "4.3.1" "No room just now, please try again later";
    /// More recipients than the limit (RFC 5321 §4.5.3.1.10).
    TOO_MANY_RECIPIENTS = 452 "4.5.3" "Too many recipients";

    /// No such command.
    UNKNOWN_COMMAND = 500 "5.5.1" "Unknown command";
    /// HTTP.
    NOT_HTTP = 500 "5.5.1" "This is SMTP, not HTTP";
    /// A TLS hello on a plain channel.
    NOT_TLS = 500 "5.5.1" "TLS begins with STARTTLS here";
    /// A line that is not UTF-8, or has a bare CR or NUL.
    UNCLEAN_LINE = 500 "5.5.2" "Commands are text and end with CRLF";
    /// A line ended by LF alone.
    BARE_LF = 500 "5.5.2" "Lines end with CRLF, not with LF";
    /// A line longer than the limit.
    LINE_TOO_LONG = 500 "5.5.2" "Line too long";
    /// An argument is wrong.
    BAD_ARGUMENT = 501 "5.5.4" "Malformed argument";
    /// The reverse-path is wrong.
    BAD_SENDER = 501 "5.1.7" "Malformed sender address";
    /// The forward-path is wrong.
    BAD_RECIPIENT = 501 "5.1.3" "Malformed recipient address";
    /// A parameter's value is wrong.
    BAD_VALUE = 501 "5.5.4" "Malformed parameter";
    /// `BDAT` without a length: what follows cannot be told from commands.
    BAD_CHUNK = 501 "5.5.4" "BDAT needs the length of its chunk";
    /// A command of SMTP that is not offered.
    NOT_OFFERED = 502 "5.5.1" "Command not offered";
    /// `AUTH`.
    NO_AUTH = 502 "5.5.1" "This service receives mail only";
    /// `STARTTLS` where it was not offered.
    NO_TLS = 502 "5.5.1" "TLS is not offered";
    /// `STARTTLS` within TLS.
    TLS_ALREADY = 503 "5.5.1" "TLS is in use";
    /// `MAIL` and others before `EHLO`.
    HELLO_FIRST = 503 "5.5.1" "EHLO or HELO first";
    /// The same of LMTP.
    LHLO_FIRST = 503 "5.5.1" "LHLO first";
    /// `RCPT` or `DATA` before `MAIL`.
    MAIL_FIRST = 503 "5.5.1" "MAIL first";
    /// `MAIL` within a transaction, or `STARTTLS`.
    MAIL_ALREADY = 503 "5.5.1" "A message is on its way; RSET first";
    /// `DATA` behind `BDAT` (RFC 3030 §2).
    CHUNKS_BEGUN = 503 "5.5.1" "The message began with BDAT; RSET first";
    /// `BDAT` behind one that failed (RFC 3030 §2).
    CHUNK_FAILED = 503 "5.5.1" "A chunk of this message failed; RSET first";
    /// `DATA` for `BODY=BINARYMIME` (RFC 3030 §3).
    CHUNKS_ONLY = 503 "5.5.1" "BINARYMIME needs BDAT";
    /// Not a message, or a line of it too long.
    MALFORMED = 554 "5.6.0" "Not a message in the sense of RFC 5322";
    /// `DATA` when every recipient was refused.
    NO_RECIPIENTS = 554 "5.5.1" "No valid recipients";
    /// The same of LMTP (RFC 2033 §4.2).
    RECIPIENTS_FIRST = 503 "5.5.1" "No valid recipients";
    /// Commands behind one that must be the last of its group (RFC 2920 §3.1).
    TOO_SOON = 554 "5.5.0" "You did not wait for the reply";
    /// Octets that came before the greeting.
    TALKED_FIRST = 554 "5.5.0" "You did not wait for the greeting";
    /// `REQUIRETLS` on a plain channel (RFC 8689).
    TLS_REQUIRED = 530 "5.7.10" "REQUIRETLS needs STARTTLS first";
    /// No such inbox.
    UNKNOWN_INBOX = 550 "5.1.1" "No such inbox";
    /// The inbox has ended.
    EXPIRED_INBOX = 550 "5.2.1" "The inbox has ended";
    /// The domain is not ours.
    NO_RELAY = 550 "5.7.1" "Mail for this domain is not taken here";
    /// Larger than `SIZE` says.
    TOO_LARGE = 552 "5.3.4" "Message too large";
    /// An address beyond ASCII without `SMTPUTF8` (RFC 6531 §3.5).
    UTF8_NEEDED = 553 "5.6.7" "An address beyond ASCII needs SMTPUTF8";
    /// A parameter that is not known, or twice.
    UNKNOWN_PARAMETER = 555 "5.5.4" "Unknown parameter";
}

impl Reply {
    const fn fixed(code: u16, status: &'static str, text: &'static str) -> Self {
        let status = if status.is_empty() { Status::None } else { Status::Enhanced(status) };
        Self { code, status, text: Cow::Borrowed(text) }
    }

    const fn composed(code: u16, status: &'static str, text: String) -> Self {
        Self { code, status: Status::Enhanced(status), text: Cow::Owned(text) }
    }

    /// The greeting.
    #[must_use]
    pub fn greeting(hostname: &str, protocol: Protocol) -> Self {
        let name = match protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        };
        Self { code: 220, status: Status::None, text: Cow::Owned(format!("{hostname} {name} Mayfly")) }
    }

    /// The answer to `HELO`, or with `extensions`, each on a line behind a LF, that to `EHLO`.
    #[must_use]
    pub fn hello(hostname: &str, extensions: &str) -> Self {
        Self { code: 250, status: Status::None, text: Cow::Owned(format!("{hostname}{extensions}")) }
    }

    /// Its code.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// It on one line, for whoever is told of it later.
    #[must_use]
    pub fn line(&self) -> String {
        let text = self.text.replace('\n', " ");
        match self.status {
            Status::None => format!("{} {text}", self.code),
            Status::Enhanced(status) => format!("{} {status} {text}", self.code),
        }
    }

    /// Writes it as it goes over the wire, every line with its codes.
    pub fn write(&self, out: &mut Vec<u8>) {
        let digit = |place: u16| b'0' + u8::try_from(self.code / place % 10).unwrap_or_default();
        let digits = [digit(100), digit(10), digit(1)];
        let mut lines = self.text.split('\n').peekable();
        while let Some(line) = lines.next() {
            out.extend_from_slice(&digits);
            out.push(if lines.peek().is_some() { b'-' } else { b' ' });
            if let Status::Enhanced(status) = self.status {
                out.extend_from_slice(status.as_bytes());
                out.push(b' ');
            }
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }
}

impl From<CommandError> for Reply {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::NotText => UNCLEAN_LINE,
            CommandError::Unknown => UNKNOWN_COMMAND,
            CommandError::Argument => BAD_ARGUMENT,
            CommandError::Sender(_) => BAD_SENDER,
            CommandError::Recipient(_) => BAD_RECIPIENT,
            CommandError::Parameter => UNKNOWN_PARAMETER,
            CommandError::Chunk => BAD_CHUNK,
            CommandError::Value => BAD_VALUE,
        }
    }
}

impl From<Unreachable> for Reply {
    fn from(unreachable: Unreachable) -> Self {
        match unreachable {
            Unreachable::Unknown => UNKNOWN_INBOX,
            Unreachable::Expired => EXPIRED_INBOX,
            Unreachable::Full => INBOX_FULL,
            Unreachable::Unavailable => LOOK_UP_FAILED,
        }
    }
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            Fault::Deferred(deferral) => deferral.into(),
            Fault::LongLine { limit } => Self::composed(554, "5.6.0", format!("A line is longer than {limit} octets")),
        }
    }
}

impl From<Delivery> for Reply {
    fn from(delivery: Delivery) -> Self {
        match delivery {
            Delivery::Stored => STORED,
            Delivery::Refused(refusal) => refusal.into(),
            Delivery::Deferred(deferral) => deferral.into(),
        }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let (code, status) = match refusal {
            Refusal::TooLarge { .. } | Refusal::HeaderTooLarge { .. } => (552, "5.3.4"),
            Refusal::Loop { .. } => (554, "5.4.6"),
            Refusal::BareLineEnding => (550, "5.5.2"),
            Refusal::TooManyParts { .. } | Refusal::TooDeep { .. } => (554, "5.6.0"),
            // RFC 7372 §3.2.
            Refusal::SpfFail | Refusal::SpfSoftfail => (550, "5.7.23"),
            // RFC 7372 §3.2.
            Refusal::SpfPermerror => (550, "5.7.24"),
            // RFC 7372 §3.1.
            Refusal::DkimFail | Refusal::DkimPermerror => (550, "5.7.20"),
            // RFC 9989 §7.2.
            Refusal::Dmarc | Refusal::DmarcQuarantine | Refusal::DmarcNone => (550, "5.7.1"),
            // RFC 7372 has no code for these: a matter of policy.
            Refusal::NoAuthor | Refusal::Attachment { .. } => (550, "5.7.1"),
        };
        Self::composed(code, status, refusal.to_string())
    }
}

impl From<Deferral> for Reply {
    fn from(deferral: Deferral) -> Self {
        let (code, status) = match deferral {
            Deferral::NoRoom => (452, "4.3.1"),
            Deferral::StoreUnavailable => (451, "4.3.0"),
            Deferral::InboxFull => (452, "4.2.2"),
            // The inbox will not come back: trying again would be in vain.
            Deferral::InboxGone => (550, "5.2.1"),
            Deferral::DnsUnavailable => (451, "4.4.3"),
        };
        Self::composed(code, status, deferral.to_string())
    }
}

#[cfg(test)]
mod tests;
