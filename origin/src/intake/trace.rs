//! Writes the trace fields that we add to a message (RFC 5321 §4.4): `Return-Path` and `Received`.
//!
//! There is no `for` clause: it would show one recipient's address to another.

use std::{fmt::Write as _, net::IpAddr};

use protocol::time::Timestamp;

use crate::mail::{Client, ReversePath};

/// How the message came (RFC 3848 and RFC 6531 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// `HELO`.
    Smtp,
    /// `EHLO`.
    Esmtp,
    /// `EHLO` under TLS.
    Esmtps,
    /// `EHLO`, and the message uses `SMTPUTF8`.
    Utf8Smtp,
    /// The same under TLS.
    Utf8Smtps,
    /// `LHLO`.
    Lmtp,
    /// `LHLO`, and the message uses `SMTPUTF8`.
    Utf8Lmtp,
}

/// What the fields tell.
#[derive(Clone, Copy)]
pub struct Trace<'a> {
    /// Whom the message is from.
    pub reverse_path: &'a ReversePath,
    /// What the client calls itself: only letters, digits and `.-_:[]`.
    pub helo: &'a str,
    /// Where the client is.
    pub client: Client,
    /// Our own name.
    pub hostname: &'a str,
    /// How the message came.
    pub with: With,
    /// The version of TLS, if any: told in a comment, for RFC 8314 §4.3's clause names a cipher suite.
    pub tls: Option<&'a str>,
    /// When it came.
    pub at: Timestamp,
}

impl With {
    const fn keyword(self) -> &'static str {
        match self {
            Self::Smtp => "SMTP",
            Self::Esmtp => "ESMTP",
            Self::Esmtps => "ESMTPS",
            Self::Utf8Smtp => "UTF8SMTP",
            Self::Utf8Smtps => "UTF8SMTPS",
            Self::Lmtp => "LMTP",
            Self::Utf8Lmtp => "UTF8LMTP",
        }
    }
}

impl Trace<'_> {
    /// The fields, each line ended by CRLF.
    #[must_use]
    pub fn fields(&self) -> String {
        let path = match self.reverse_path {
            ReversePath::Null => "",
            ReversePath::Mailbox(mailbox) => &mailbox.0,
        };
        let (helo, hostname, with) = (self.helo, self.hostname, self.with.keyword());
        let mut fields = String::with_capacity(192 + path.len() + helo.len() + hostname.len());
        // Writing to a String cannot fail.
        let _ = write!(fields, "Return-Path: <{path}>\r\nReceived: from {helo}");
        // A client on this machine has no address to tell.
        let _ = match self.client {
            Client::Host(IpAddr::V4(address)) => write!(fields, " ([{address}])"),
            Client::Host(IpAddr::V6(address)) => write!(fields, " ([IPv6:{address}])"),
            Client::Local => Ok(()),
        };
        let tls = self.tls.map_or_else(String::new, |version| format!(" ({version})"));
        let _ = write!(fields, "\r\n\tby {hostname} with {with}{tls};\r\n\t");
        write_date(&mut fields, self.at);
        fields.push_str("\r\n");
        fields
    }
}

/// Writes a date-time in UTC (RFC 5322 §3.3): `Mon, 23 Nov 2026 20:54:00 +0000`.
fn write_date(out: &mut String, at: Timestamp) {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, second) = (at.as_secs() / 86_400, at.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let weekday = usize::try_from(days % 7).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or_default();
    let month = usize::try_from(month).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let _ = write!(out, "{weekday}, {day} {month} {year:04} {hour:02}:{minute:02}:{second:02} +0000");
}

/// Year, month from zero, and day of the Gregorian calendar, of days since 1970-01-01.
const fn civil(days: u64) -> (u64, u64, u64) {
    // Years are counted from March, so that the leap day is the last of its year; eras are 400 years.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = era * 400 + year_of_era + if month < 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests;
