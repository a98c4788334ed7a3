//! Links that confirm something: verification, activation, password reset, magic sign-in.
//!
//! Deterministic. Never makes a link up and never repairs one: each is verbatim, which means the `href` of
//! the HTML with its entities decoded and the white space around it removed, or the run of characters in
//! the text. `http` and `https` alone; nothing of the small print.

use super::{
    html::Page,
    wording::{
        Hit, Lexicon,
        links::{ASSETS, CALLS, Call, PATHS, SOCIAL},
        lower,
    },
};
use crate::limits::{FINDINGS, LINK_CANDIDATES, LINK_OCTETS};

/// What a link must weigh to be listed.
const ENOUGH: i32 = 4;

/// How far around a link its context is read, in octets.
const BEFORE: usize = 320;
const AFTER: usize = 80;

struct Finding {
    url: String,
    score: i32,
}

/// The links of a message, the likeliest first, at most [`FINDINGS`].
pub(super) fn links(subject: &str, page: Option<&Page>, text: Option<&str>) -> Vec<String> {
    let bonus = i32::from(says(&CALLS, subject, Call::Act));
    let mut findings = Vec::new();
    if let Some(page) = page {
        from_page(page, bonus, &mut findings);
    }
    if let Some(text) = text {
        from_text(text, bonus, &mut findings);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.score));
    findings.truncate(FINDINGS);
    findings.into_iter().map(|finding| finding.url).collect()
}

fn from_page(page: &Page, bonus: i32, findings: &mut Vec<Finding>) {
    for anchor in &page.anchors {
        let Some(shape) = weigh_url(&anchor.href) else { continue };
        let label = CALLS.find(&lower(&anchor.label));
        if has(&label, Call::Never) {
            continue;
        }
        let called = if has(&label, Call::Act) { 4 } else { 2 * i32::from(has(&label, Call::Enter)) };
        let vague = anchor.label.contains("://") || has(&label, Call::Here) || (called > 0 && called < 4);
        let around = if vague { context(&page.text, anchor.at.0, anchor.at.1) } else { 0 };
        add(findings, &anchor.href, called + shape + around + bonus);
    }
}

fn from_text(text: &str, bonus: i32, findings: &mut Vec<Finding>) {
    let mut at = 0;
    for _ in 0..LINK_CANDIDATES {
        let Some(found) = text[at..].find("http") else { return };
        let start = at + found;
        let end = url_end(text, start);
        at = end.max(start + 4);
        let url = &text[start..end];
        if let Some(shape) = weigh_url(url) {
            add(findings, url, shape + context(text, start, end) + bonus);
        }
    }
}

/// Where the run of a link ends: at white space or a delimiter (RFC 3986 appendix C), without the
/// punctuation of the sentence around it.
fn url_end(text: &str, start: usize) -> usize {
    let is_end = |c: char| c.is_whitespace() || c.is_control() || "<>\"「」『』【】（），。、".contains(c);
    let run = &text[start..];
    let run = &run[..run.find(is_end).unwrap_or(run.len())];
    let mut run = run.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', ']', '|']);
    // A bracket belongs to the link where it was opened within.
    if run.ends_with(')') && !run.contains('(') {
        run = run.trim_end_matches([')', '.', ',']);
    }
    start + run.len()
}

fn add(findings: &mut Vec<Finding>, url: &str, score: i32) {
    if score < ENOUGH {
        return;
    }
    if let Some(known) = findings.iter_mut().find(|finding| finding.url == url) {
        known.score = known.score.max(score);
    } else if findings.len() < FINDINGS * 8 {
        // The list stays short, since every look-up walks it.
        findings.push(Finding { url: url.to_owned(), score });
    }
}

/// What the address itself says; none where it is nothing to open.
fn weigh_url(url: &str) -> Option<i32> {
    if url.len() > LINK_OCTETS || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let small = lower(url);
    let rest = small.strip_prefix("https://").or_else(|| small.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || !host.contains(['.', ':', '[']) && host != "localhost" {
        return None;
    }
    let path = rest[host.len()..].split(['?', '#']).next().unwrap_or_default();
    let hits = PATHS.find(rest);
    if has(&hits, Call::Never) || ASSETS.iter().any(|ending| path.ends_with(ending)) {
        return None;
    }
    let acts = has(&hits, Call::Act);
    let is_social =
        SOCIAL.iter().any(|social| host == *social || host.strip_suffix(social).is_some_and(|sub| sub.ends_with('.')));
    if is_social && !acts {
        return None;
    }
    let words = if acts { 2 } else { i32::from(has(&hits, Call::Enter)) };
    Some(words + i32::from(has_token(&rest[host.len()..])))
}

/// Whether it carries something that nobody guesses.
fn has_token(path: &str) -> bool {
    path.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.~%".contains(c)))
        .any(|run| run.len() >= 16 && run.bytes().filter(u8::is_ascii_digit).count() >= 2)
}

/// Whether the text around speaks of confirming: in the lines before, or right behind.
fn context(text: &str, start: usize, end: usize) -> i32 {
    let before = &text[text.floor_char_boundary(start.saturating_sub(BEFORE))..start];
    let after = &text[end..text.floor_char_boundary(text.len().min(end + AFTER)).max(end)];
    // What was said of another link is not said of this one.
    let before = before.rsplit("http").next().unwrap_or(before);
    let hits = CALLS.find(&lower(before));
    let last = hits.iter().rev().find(|hit| matches!(hit.sense, Call::Act | Call::Enter | Call::Never));
    match last.map(|hit| hit.sense) {
        Some(Call::Act) => 2,
        Some(Call::Never) => -2,
        Some(Call::Enter) => 1,
        _ => i32::from(says(&CALLS, after, Call::Act)),
    }
}

fn says(lexicon: &Lexicon<Call>, text: &str, call: Call) -> bool {
    has(&lexicon.find(&lower(text)), call)
}

fn has(hits: &[Hit<Call>], call: Call) -> bool {
    hits.iter().any(|hit| hit.sense == call)
}

#[cfg(test)]
mod tests;
