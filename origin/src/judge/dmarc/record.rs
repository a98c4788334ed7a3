//! A domain's DMARC record (RFC 9989 §4.7, §4.8).
//!
//! Never fails over what it does not know: unknown tags, those of before (`pct`, `ri`, `rf`) and those for reports
//! are read past, and a value that cannot be read is as if it were not there.

use crate::judge::evidence::Asked;

/// What a domain says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) requests: Requests,
    /// `adkim`.
    pub(super) dkim: Alignment,
    /// `aspf`.
    pub(super) spf: Alignment,
    /// `psd`.
    pub(super) rank: Rank,
}

/// What is asked for mail that is not vouched for; what `t=y` takes off is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requests {
    /// So much.
    Stated {
        /// For the domain itself: `p`.
        own: Asked,
        /// For domains below it: `sp`, or else `p`.
        below: Asked,
        /// For domains below it that do not exist: `np`, or else `sp`, or else `p`.
        absent: Asked,
    },
    /// It cannot be read, and nobody wants to hear of it: DMARC does not apply (RFC 9989 §4.10.1).
    Unreadable,
}

/// How alike an authenticated domain must be to the author's (RFC 9989 §4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alignment {
    /// Of one organization.
    Relaxed,
    /// The same.
    Strict,
}

/// What a domain is among those above and below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// It does not say: `psd=u`.
    Unsaid,
    /// The domain of an organization: `psd=n`.
    Organization,
    /// A public suffix, below which organizations register theirs: `psd=y`.
    Suffix,
}

impl Record {
    /// The record among a name's texts: the only one of this version (RFC 9989 §4.10).
    pub(super) fn choose(texts: &[Vec<u8>]) -> Option<Self> {
        let mut records = texts.iter().filter_map(|text| Self::parse(text));
        let record = records.next()?;
        records.next().is_none().then_some(record)
    }

    /// Reads one text; `None` where it is no DMARC record.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let mut tags = text.split(|octet| *octet == b';').map(tag);
        let (name, version) = tags.next()?;
        if !name.eq_ignore_ascii_case(b"v") || version != b"DMARC1" {
            return None;
        }
        let mut found = Tags::default();
        for (name, value) in tags {
            found.note(name, value);
        }
        Some(Self {
            requests: found.requests(),
            dkim: alignment(found.adkim),
            spf: alignment(found.aspf),
            rank: match found.psd {
                Some([b'y' | b'Y']) => Rank::Suffix,
                Some([b'n' | b'N']) => Rank::Organization,
                _ => Rank::Unsaid,
            },
        })
    }
}

/// The tags that matter here, as written. Of a tag that is repeated the first counts (RFC 6376 §3.2 forbids it).
#[derive(Default)]
struct Tags<'a> {
    p: Option<&'a [u8]>,
    sp: Option<&'a [u8]>,
    np: Option<&'a [u8]>,
    t: Option<&'a [u8]>,
    adkim: Option<&'a [u8]>,
    aspf: Option<&'a [u8]>,
    psd: Option<&'a [u8]>,
    rua: Option<&'a [u8]>,
}

impl<'a> Tags<'a> {
    fn note(&mut self, name: &[u8], value: &'a [u8]) {
        let place = match name.to_ascii_lowercase().as_slice() {
            b"p" => &mut self.p,
            b"sp" => &mut self.sp,
            b"np" => &mut self.np,
            b"t" => &mut self.t,
            b"adkim" => &mut self.adkim,
            b"aspf" => &mut self.aspf,
            b"psd" => &mut self.psd,
            b"rua" => &mut self.rua,
            _ => return,
        };
        place.get_or_insert(value);
    }

    /// RFC 9989 §4.10.1: a record whose requests cannot all be read asks for nothing, and counts only where reports
    /// are wanted.
    fn requests(&self) -> Requests {
        let Some(own) = self.p.and_then(request) else { return self.nothing() };
        let (Some(below), Some(absent)) =
            (self.sp.map_or(Some(own), request), self.np.map_or_else(|| self.sp.map_or(Some(own), request), request))
        else {
            return self.nothing();
        };
        let asked = |asked| if self.t.is_some_and(|t| t.eq_ignore_ascii_case(b"y")) { weaker(asked) } else { asked };
        Requests::Stated { own: asked(own), below: asked(below), absent: asked(absent) }
    }

    fn nothing(&self) -> Requests {
        if self.rua.is_some_and(has_address) {
            Requests::Stated { own: Asked::Nothing, below: Asked::Nothing, absent: Asked::Nothing }
        } else {
            Requests::Unreadable
        }
    }
}

/// A tag's name and value; no value where there is none.
fn tag(text: &[u8]) -> (&[u8], &[u8]) {
    let equals = text.iter().position(|octet| *octet == b'=').unwrap_or(text.len());
    let (name, value) = text.split_at(equals);
    (name.trim_ascii(), value.strip_prefix(b"=").unwrap_or_default().trim_ascii())
}

fn alignment(value: Option<&[u8]>) -> Alignment {
    if value.is_some_and(|value| value.eq_ignore_ascii_case(b"s")) { Alignment::Strict } else { Alignment::Relaxed }
}

fn request(value: &[u8]) -> Option<Asked> {
    let is = |word: &str| value.eq_ignore_ascii_case(word.as_bytes());
    match () {
        () if is("none") => Some(Asked::Nothing),
        () if is("quarantine") => Some(Asked::Quarantine),
        () if is("reject") => Some(Asked::Reject),
        () => None,
    }
}

/// What `t=y` makes of it: one level less (RFC 9989 §4.7).
const fn weaker(asked: Asked) -> Asked {
    match asked {
        Asked::Reject => Asked::Quarantine,
        Asked::Quarantine | Asked::Nothing => Asked::Nothing,
    }
}

/// Whether a list of addresses for reports has one that could be written to: a scheme and something behind it
/// (RFC 3986 §3), in printable ASCII.
fn has_address(list: &[u8]) -> bool {
    list.split(|octet| *octet == b',').map(<[u8]>::trim_ascii).any(|uri| {
        let colon = uri.iter().position(|octet| *octet == b':').unwrap_or(0);
        let (scheme, rest) = uri.split_at(colon);
        let starts = scheme.first().is_some_and(u8::is_ascii_alphabetic);
        let sound = scheme.iter().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(octet));
        starts && sound && rest.len() > 1 && rest.iter().all(u8::is_ascii_graphic)
    })
}

#[cfg(test)]
mod tests;
