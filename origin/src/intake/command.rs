//! Reads one command line (RFC 5321 §4.1.1) and its parameters.
//!
//! Whether a command is due is the session's business. Numbers cannot overflow, and nothing is
//! read past what the grammar allows.

use super::{
    buffer::Announced,
    chunk::{Body, Chunk, Place},
    path::{Forward, PathError, Reverse, strip_prefix_ignoring_case},
};

/// Longest name that a client may give itself (RFC 5321 §4.5.3.1.2).
const NAME_OCTETS: usize = 255;

/// Most digits of a size (RFC 1870 §3).
const SIZE_DIGITS: usize = 20;

/// A command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// `EHLO`, with the client's name for itself.
    Ehlo(&'a str),
    /// `HELO`, with the same.
    Helo(&'a str),
    /// `LHLO` (RFC 2033), with the same.
    Lhlo(&'a str),
    /// `MAIL`.
    Mail(Mail<'a>),
    /// `RCPT`.
    Rcpt(Forward<'a>),
    /// `DATA`.
    Data,
    /// `BDAT` (RFC 3030).
    Bdat(Chunk),
    /// `RSET`.
    Rset,
    /// `NOOP`.
    Noop,
    /// `VRFY`.
    Vrfy,
    /// `HELP`.
    Help,
    /// `QUIT`.
    Quit,
    /// `STARTTLS`.
    StartTls,
    /// `AUTH`.
    Auth,
    /// A command of SMTP that is not offered here.
    NotOffered,
    /// A request of HTTP: somebody is made to talk to us who does not mean to.
    Http,
}

/// The arguments of `MAIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mail<'a> {
    /// Whom the message is from.
    pub path: Reverse<'a>,
    /// `SIZE=` (RFC 1870).
    pub announced: Announced,
    /// `SMTPUTF8` (RFC 6531).
    pub charset: Charset,
    /// `BODY=` (RFC 6152, RFC 3030).
    pub body: Body,
    /// `REQUIRETLS` (RFC 8689).
    pub secrecy: Secrecy,
}

/// Which characters the addresses and the header of a message may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// ASCII.
    Ascii,
    /// UTF-8: the client said `SMTPUTF8`.
    Utf8,
}

/// How a message may travel on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// As each hop can.
    Opportunistic,
    /// Under TLS alone: the client said `REQUIRETLS`. We are the last hop and pass nothing on.
    TlsRequired,
}

/// Why a line is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Not UTF-8.
    #[error("not a text")]
    NotText,
    /// No command that we know.
    #[error("unknown command")]
    Unknown,
    /// An argument is missing, malformed, or one too many.
    #[error("malformed argument")]
    Argument,
    /// The reverse-path is malformed.
    #[error("malformed sender: {0}")]
    Sender(PathError),
    /// The forward-path is malformed.
    #[error("malformed recipient: {0}")]
    Recipient(PathError),
    /// A parameter that is not known, or is there twice (RFC 5321 §4.1.1.11).
    #[error("unknown parameter")]
    Parameter,
    /// A `BDAT` that does not say how long its chunk is: nobody can know where the next command begins.
    #[error("malformed BDAT")]
    Chunk,
    /// A known parameter with a value that is none.
    #[error("malformed parameter")]
    Value,
}

impl<'a> Command<'a> {
    /// Reads a line without its CRLF.
    ///
    /// # Errors
    /// [`CommandError`], one variant a reply.
    pub fn parse(line: &'a [u8]) -> Result<Self, CommandError> {
        let line = std::str::from_utf8(line).map_err(|_| CommandError::NotText)?.trim_end_matches([' ', '\t']);
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut upper = [0; 8];
        let Some(upper) = upper.get_mut(..verb.len()) else { return Err(CommandError::Unknown) };
        upper.copy_from_slice(verb.as_bytes());
        upper.make_ascii_uppercase();
        match &*upper {
            b"EHLO" => name(rest).map(Self::Ehlo),
            b"HELO" => name(rest).map(Self::Helo),
            b"LHLO" => name(rest).map(Self::Lhlo),
            b"MAIL" => Mail::parse(rest).map(Self::Mail),
            b"RCPT" => recipient(rest).map(Self::Rcpt),
            b"DATA" => alone(rest, Self::Data),
            b"BDAT" => chunk(rest).map(Self::Bdat),
            b"RSET" => alone(rest, Self::Rset),
            b"NOOP" => Ok(Self::Noop),
            b"VRFY" if rest.is_empty() => Err(CommandError::Argument),
            b"VRFY" => Ok(Self::Vrfy),
            b"HELP" => Ok(Self::Help),
            b"QUIT" => alone(rest, Self::Quit),
            b"STARTTLS" => alone(rest, Self::StartTls),
            b"AUTH" => Ok(Self::Auth),
            b"EXPN" | b"ETRN" | b"TURN" | b"ATRN" | b"SEND" | b"SOML" | b"SAML" => Ok(Self::NotOffered),
            b"GET" | b"POST" | b"HEAD" | b"PUT" | b"DELETE" | b"OPTIONS" | b"CONNECT" | b"PATCH" | b"TRACE"
            | b"PRI" => Ok(Self::Http),
            _ => Err(CommandError::Unknown),
        }
    }
}

impl<'a> Mail<'a> {
    fn parse(rest: &'a str) -> Result<Self, CommandError> {
        let path = strip_prefix_ignoring_case(rest, "FROM:").ok_or(CommandError::Argument)?;
        // RFC 5321 §3.3 allows no space here; so many clients send one that every receiver takes it.
        let (path, parameters) = Reverse::parse(path.trim_start_matches(' ')).map_err(CommandError::Sender)?;
        let (mut size, mut charset, mut body, mut secrecy) = (None, None, None, None);
        for parameter in parameters.split(' ').filter(|parameter| !parameter.is_empty()) {
            let (keyword, value) = match parameter.split_once('=') {
                Some((keyword, value)) => (keyword, Some(value)),
                None => (parameter, None),
            };
            let twice = if keyword.eq_ignore_ascii_case("SIZE") {
                size.replace(announced(value)?).is_some()
            } else if keyword.eq_ignore_ascii_case("BODY") {
                body.replace(body_type(value)?).is_some()
            } else if keyword.eq_ignore_ascii_case("SMTPUTF8") {
                charset.replace(flag(value, Charset::Utf8)?).is_some()
            } else if keyword.eq_ignore_ascii_case("REQUIRETLS") {
                secrecy.replace(flag(value, Secrecy::TlsRequired)?).is_some()
            } else {
                return Err(CommandError::Parameter);
            };
            if twice {
                return Err(CommandError::Parameter);
            }
        }
        let announced = size.unwrap_or(Announced::Nothing);
        let (charset, body) = (charset.unwrap_or(Charset::Ascii), body.unwrap_or(Body::Text));
        let secrecy = secrecy.unwrap_or(Secrecy::Opportunistic);
        Ok(Self { path, announced, charset, body, secrecy })
    }
}

fn recipient(rest: &str) -> Result<Forward<'_>, CommandError> {
    let path = strip_prefix_ignoring_case(rest, "TO:").ok_or(CommandError::Argument)?;
    let (path, parameters) = Forward::parse(path.trim_start_matches(' ')).map_err(CommandError::Recipient)?;
    // No extension with a parameter of RCPT is offered.
    if parameters.trim_matches(' ').is_empty() { Ok(path) } else { Err(CommandError::Parameter) }
}

/// A domain or an address literal, as the client calls itself. It goes into our trace field, so it
/// may hold nothing that ends a comment or a line.
fn name(rest: &str) -> Result<&str, CommandError> {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b".-_:[]".contains(&octet);
    if rest.is_empty() || rest.len() > NAME_OCTETS || !rest.bytes().all(allowed) {
        return Err(CommandError::Argument);
    }
    Ok(rest)
}

const fn alone<'a>(rest: &str, command: Command<'a>) -> Result<Command<'a>, CommandError> {
    if rest.is_empty() { Ok(command) } else { Err(CommandError::Argument) }
}

/// RFC 1870 §3: up to twenty digits; what no counter holds is as large as a counter gets.
fn announced(value: Option<&str>) -> Result<Announced, CommandError> {
    let digits = value.ok_or(CommandError::Value)?;
    if digits.is_empty() || digits.len() > SIZE_DIGITS || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(CommandError::Value);
    }
    match digits.parse().unwrap_or(usize::MAX) {
        0 => Ok(Announced::Nothing),
        octets => Ok(Announced::Octets(octets)),
    }
}

/// RFC 6152 §2, RFC 3030 §3. The octets are kept as they are, whichever it is.
fn body_type(value: Option<&str>) -> Result<Body, CommandError> {
    match value {
        Some(value) if value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME") => Ok(Body::Text),
        Some(value) if value.eq_ignore_ascii_case("BINARYMIME") => Ok(Body::Binary),
        Some(_) | None => Err(CommandError::Value),
    }
}

/// RFC 3030 §2: any number of digits; what no counter holds is as large as a counter gets.
fn chunk(rest: &str) -> Result<Chunk, CommandError> {
    let (digits, place) = match rest.split_once(' ') {
        None => (rest, Place::Inner),
        Some((digits, last)) if last.eq_ignore_ascii_case("LAST") => (digits, Place::Last),
        Some(_) => return Err(CommandError::Chunk),
    };
    if digits.is_empty() || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(CommandError::Chunk);
    }
    Ok(Chunk { octets: digits.parse().unwrap_or(usize::MAX), place })
}

/// A parameter without a value.
const fn flag<T: Copy>(value: Option<&str>, meaning: T) -> Result<T, CommandError> {
    match value {
        None => Ok(meaning),
        Some(_) => Err(CommandError::Value),
    }
}

#[cfg(test)]
mod tests;
