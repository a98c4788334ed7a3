//! The evaluation (RFC 9989 §5.3): discovery of the record, alignment, what is asked for where nothing aligns.
//!
//! It begins anew each time more is known, so that it can be written as it reads; it is short, and says the same
//! about the same answers.

use super::{
    Checks, Identifier, Method, Proof, Query,
    author::Naming,
    known::{Halt, Known},
    record::{Alignment, Record, Requests},
    walk::Walk,
};
use crate::{
    dns::Name,
    judge::evidence::{Asked, Dmarc},
};

/// What one author's domain says.
enum Word {
    /// It vouches for the message: this authenticated domain aligns with it.
    Vouched(Name),
    /// It does not, and asks for this.
    Disowned(Asked),
    /// It says nothing.
    Undeclared,
    /// Nobody asked both SPF and DKIM.
    Unchecked,
    /// DNS does not say.
    Unknown,
}

/// The record that applies to an author's domain.
struct Policy<'a> {
    record: &'a Record,
    place: Place,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At the author's domain itself.
    There,
    /// Above it.
    Above,
}

/// What DMARC says, or the names whose TXT records must be known for that.
pub(super) fn check(query: &Query, known: &Known) -> Result<Dmarc, Vec<Name>> {
    let mut words = Vec::new();
    let mut wanted: Vec<Name> = Vec::new();
    for author in &query.authors.domains {
        match word(query, author, known) {
            Ok(word) => words.push((author, word)),
            Err(Halt::Fault) => words.push((author, Word::Unknown)),
            Err(Halt::Ask(names)) => wanted.extend(names),
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() { Ok(all(query.authors.naming, &words)) } else { Err(wanted) }
}

/// What all authors' domains say together: the strictest of what they say (RFC 9989 §11.5). Where DNS may yet say
/// that the message is to be refused, nothing milder is said in its place.
fn all(naming: Naming, words: &[(&Name, Word)]) -> Dmarc {
    let disowned = words.iter().filter_map(|(author, word)| match word {
        Word::Disowned(asked) => Some((*asked, *author)),
        _ => None,
    });
    let strictest = disowned.max_by_key(|(asked, _)| *asked);
    let has = |is: fn(&Word) -> bool| words.iter().any(|(_, word)| is(word));
    match (strictest, words) {
        (Some((Asked::Reject, author)), _) => disown(author, Asked::Reject),
        _ if has(|word| matches!(word, Word::Unknown)) => Dmarc::Unknown,
        (Some((asked, author)), _) => disown(author, asked),
        (None, []) => Dmarc::NoAuthor,
        _ if naming == Naming::Doubtful => Dmarc::NoAuthor,
        _ if has(|word| matches!(word, Word::Undeclared)) => Dmarc::Undeclared,
        (None, [(author, Word::Vouched(by)), ..]) if !has(|word| matches!(word, Word::Unchecked)) => {
            Dmarc::Vouched { author: author.as_str().to_owned(), by: by.as_str().to_owned() }
        }
        _ => Dmarc::Unchecked,
    }
}

fn disown(author: &Name, asked: Asked) -> Dmarc {
    Dmarc::Disowned { author: author.as_str().to_owned(), asked }
}

fn word(query: &Query, author: &Name, known: &Known) -> Result<Word, Halt> {
    let Some(policy) = discover(author, known)? else { return Ok(Word::Undeclared) };
    if policy.record.requests == Requests::Unreadable {
        return Ok(Word::Undeclared);
    }
    match aligned(&query.identifiers, author, policy.record, known)? {
        Some(Identifier { domain, proof: Proof::Given, .. }) => Ok(Word::Vouched(domain.clone())),
        Some(Identifier { proof: Proof::Pending, .. }) => Ok(Word::Unknown),
        None if query.checks == Checks::NotBoth => Ok(Word::Unchecked),
        None => asked(&policy, author, known).map(Word::Disowned),
    }
}

/// The record that applies (RFC 9989 §4.10.1).
fn discover<'a>(author: &Name, known: &'a Known) -> Result<Option<Policy<'a>>, Halt> {
    if let Some(record) = known.record(author)? {
        return Ok(Some(Policy { record, place: Place::There }));
    }
    let above = Walk::from(author, known)?.policy();
    Ok(above.map(|record| Policy { record, place: Place::Above }))
}

/// An identifier that aligns with the author's domain (RFC 9989 §4.10.2), one that is proven before one that is not.
///
/// One that is not of the author's organization by its name is not asked about: whatever its records say, its
/// organization is above it. So a fault of DNS about a stranger changes nothing.
fn aligned<'q>(
    identifiers: &'q [Identifier],
    author: &Name,
    record: &Record,
    known: &Known,
) -> Result<Option<&'q Identifier>, Halt> {
    let same = |proof| identifiers.iter().find(|one| one.proof == proof && one.domain == *author);
    if let Some(same) = same(Proof::Given) {
        return Ok(Some(same));
    }
    let mode = |method| match method {
        Method::Spf => record.spf,
        Method::Dkim => record.dkim,
    };
    let related = |one: &&Identifier| {
        let relaxed = mode(one.method) == Alignment::Relaxed;
        relaxed && one.domain != *author && one.domain.labels().last() == author.labels().last()
    };
    let mut related = identifiers.iter().filter(related).peekable();
    let mut possible = same(Proof::Pending);
    if related.peek().is_none() {
        return Ok(possible);
    }
    let organization = Walk::from(author, known)?.organization();
    let (mut wanted, mut fault) = (Vec::new(), false);
    for one in related.filter(|one| one.domain.is_within(&organization)) {
        match Walk::from(&one.domain, known) {
            Ok(walk) if walk.organization() != organization => {}
            Ok(_) if one.proof == Proof::Given => return Ok(Some(one)),
            Ok(_) => possible = possible.or(Some(one)),
            Err(Halt::Ask(names)) => wanted.extend(names),
            Err(Halt::Fault) => fault = true,
        }
    }
    match (wanted.is_empty(), fault) {
        (false, _) => Err(Halt::Ask(wanted)),
        (true, true) => Err(Halt::Fault),
        (true, false) => Ok(possible),
    }
}

/// What the record asks for (RFC 9989 §4.10.1).
fn asked(policy: &Policy<'_>, author: &Name, known: &Known) -> Result<Asked, Halt> {
    match (policy.record.requests, policy.place) {
        (Requests::Unreadable, _) => Ok(Asked::Nothing),
        (Requests::Stated { own, .. }, Place::There) => Ok(own),
        (Requests::Stated { below, absent, .. }, Place::Above) if below == absent => Ok(below),
        (Requests::Stated { below, absent, .. }, Place::Above) => {
            Ok(if known.exists(author)? { below } else { absent })
        }
    }
}
