//! The names that nobody may have.
//!
//! A certificate authority that finds `admin@` readable gives its reader a certificate for the domain; a person who
//! gets mail from `support@` believes that it is the service. Look-alikes are kept back with them: separators, digits around
//! a name and digits in place of letters do not make it another.

use crate::address::Local;

/// Kept back by themselves, joined with one another, and in the disguises that [`is_reserved`] names.
const RESERVED: &[&str] = &[
    // RFC 2142 §3-§6: business, network operations, support of services.
    "abuse",
    "ftp",
    "hostmaster",
    "info",
    "marketing",
    "news",
    "noc",
    "postmaster",
    "sales",
    "security",
    "support",
    "trouble",
    "usenet",
    "uucp",
    "webmaster",
    "www",
    // What certificate authorities accept or accepted for domain validation.
    "admin",
    "administrator",
    "is",
    "it",
    "mis",
    "root",
    "ssl",
    "ssladmin",
    "ssladministrator",
    "sslwebmaster",
    "sysadmin",
    // RFC 5321 §4.5.1, RFC 7489 reports and what mail systems send from.
    "autoconfig",
    "autodiscover",
    "bounce",
    "bounces",
    "daemon",
    "dkim",
    "dmarc",
    "dmarcreports",
    "donotreply",
    "listserv",
    "mail",
    "mailerdaemon",
    "majordomo",
    "mtasts",
    "nobody",
    "noreply",
    "null",
    "request",
    "smtp",
    "spf",
    "tlsreports",
    "tlsrpt",
    // What a reader would take for the service.
    "account",
    "accounts",
    "api",
    "billing",
    "contact",
    "email",
    "feedback",
    "help",
    "helpdesk",
    "imap",
    "legal",
    "mayfly",
    "moderator",
    "official",
    "operator",
    "ops",
    "owner",
    "payments",
    "pop",
    "privacy",
    "registrar",
    "register",
    "service",
    "staff",
    "status",
    "system",
    "team",
    "verify",
];

/// The name of the service, kept back wherever it stands in a name.
const OWN: &str = "mayfly";

/// What a digit is written for. `1` is read both ways.
const LOOKS: [[u8; 10]; 2] = [*b"oizeasbtbg", *b"olzeasbtbg"];

/// Whether `local` is kept back: RFC 2142's role names, what CAs accept for domain validation
/// (CA/Browser Forum Baseline Requirements §3.2.2.4.4), and names that a reader would take for the service's own.
///
/// Dots, hyphens and underscores do not count, nor do digits before or behind (`admin-2026`), nor digits that look like letters
/// (`p0stmaster`); and a name made of nothing but reserved ones is reserved (`ssl-admin-support`).
#[must_use]
pub fn is_reserved(local: &Local) -> bool {
    let letters: Vec<u8> = local.as_str().bytes().filter(u8::is_ascii_alphanumeric).collect();
    let is_digit = u8::is_ascii_digit;
    let start = letters.iter().take_while(|c| is_digit(c)).count();
    let end = letters.len() - letters[start..].iter().rev().take_while(|c| is_digit(c)).count();
    [&letters[..], &letters[start..], &letters[..end], &letters[start..end]]
        .into_iter()
        .any(|name| LOOKS.iter().any(|looks| is_made_of_reserved(&undisguised(name, looks))))
}

/// Digits turned into the letters that they look like.
fn undisguised(name: &[u8], looks: &[u8; 10]) -> Vec<u8> {
    name.iter().map(|&c| if c.is_ascii_digit() { looks[usize::from(c - b'0')] } else { c }).collect()
}

/// Whether `name` holds the service's own name, or is one reserved name after the other. A local part has at most 64
/// octets, so this is at most 64 times the list.
fn is_made_of_reserved(name: &[u8]) -> bool {
    if name.windows(OWN.len()).any(|window| window == OWN.as_bytes()) {
        return true;
    }
    let mut reachable = vec![false; name.len() + 1];
    reachable[0] = true;
    for from in 0..name.len() {
        if !reachable[from] {
            continue;
        }
        for word in RESERVED.iter().filter(|word| name[from..].starts_with(word.as_bytes())) {
            reachable[from + word.len()] = true;
        }
    }
    !name.is_empty() && reachable[name.len()]
}
