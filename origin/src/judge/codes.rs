//! One-time codes found in a message: what looks like one ([`super::tokens`]), weighed by the wording near it.
//!
//! Deterministic: the same message gives the same codes. Never makes a code up: each stands verbatim in
//! the subject, in the text or in what the HTML reads as; grouped ones keep their grouping.

use super::{
    tokens::{Candidate, Shape, candidates},
    wording::{
        Hit,
        codes::{CODES, Sense},
        lower,
    },
};
use crate::limits::FINDINGS;

/// What a candidate must weigh to be called a code. Six digits alone weigh half of it.
const ENOUGH: i32 = 60;

/// A candidate this much lighter than the heaviest is not listed beside it.
const SPREAD: i32 = 40;

/// How many wordings before and after a candidate are looked at.
const HITS_BEFORE: usize = 6;
const HITS_AFTER: usize = 3;

/// How far a wording reaches, in octets.
const REACH: usize = 480;

/// Longer than any wording, however much white space its spaces stand for, in octets.
const WORDING: usize = 512;

/// A text that is searched.
struct Text<'a> {
    text: &'a str,
    hits: Vec<Hit<Sense>>,
    /// Where its small print begins.
    footer: usize,
    /// What the subject lends to every candidate.
    bonus: i32,
}

/// What the wordings near a candidate add up to.
struct Cue {
    best: i32,
    immediate: bool,
    /// How near the nearest wording is that makes it a code, and the nearest that makes it something else.
    good: usize,
    bad: usize,
}

impl Cue {
    fn count(&mut self, weight: i32, gap: usize) {
        if weight > 0 {
            self.good = self.good.min(gap);
            self.best = self.best.max(weight);
        }
    }
}

struct Finding {
    code: String,
    bare: String,
    score: i32,
}

/// The codes of a message, the likeliest first, at most [`FINDINGS`].
pub(super) fn codes(subject: &str, bodies: &[&str]) -> Vec<String> {
    let found = candidates(subject);
    let subject_text = Text::new(subject, subject, 0);
    let bonus = subject_text.hits.iter().map(|hit| match hit.sense {
        Sense::Strong => 25,
        Sense::Weak => 8,
        Sense::Deny | Sense::Unit | Sense::Footer => 0,
    });
    let bonus = bonus.max().unwrap_or(0);
    let mut findings = Vec::new();
    collect(&subject_text, &found, &mut findings);
    for body in bodies {
        let found = candidates(body);
        // What is said further on reaches none of them.
        let Some(last) = found.last().map(|candidate| candidate.end) else { continue };
        let near = &body[..body.ceil_char_boundary(last + REACH + WORDING)];
        collect(&Text::new(body, near, bonus), &found, &mut findings);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.score));
    let best = findings.first().map_or(0, |finding| finding.score);
    findings.retain(|finding| finding.score >= best - SPREAD);
    findings.truncate(FINDINGS);
    findings.into_iter().map(|finding| finding.code).collect()
}

fn collect(text: &Text<'_>, found: &[Candidate], findings: &mut Vec<Finding>) {
    let mut taken = 0;
    for candidate in found {
        let score = text.score(candidate, taken);
        if score < ENOUGH {
            continue;
        }
        taken = candidate.end;
        let code = &text.text[candidate.start..candidate.end];
        let bare: String = code.chars().filter(|c| c.is_alphanumeric()).collect();
        if let Some(known) = findings.iter_mut().find(|finding| finding.bare == bare) {
            known.score = known.score.max(score) + 5;
        } else if findings.len() < FINDINGS * 8 {
            // The list stays short, since every look-up walks it.
            findings.push(Finding { code: code.to_owned(), bare, score });
        }
    }
}

impl<'a> Text<'a> {
    /// With the wordings that stand in its beginning up to `searched`.
    fn new(text: &'a str, searched: &str, bonus: i32) -> Self {
        let hits = CODES.find(&lower(searched));
        let footer = hits.iter().find(|hit| hit.sense == Sense::Footer).map_or(usize::MAX, |hit| hit.start);
        Self { text, hits, footer, bonus }
    }

    fn score(&self, candidate: &Candidate, taken: usize) -> i32 {
        let (cue, immediate) = self.cue(candidate, taken);
        let own_line = self.stands_alone(candidate);
        let called = immediate || (own_line && cue + self.bonus >= 20);
        let shape = match candidate.shape {
            Shape::Digits(6) | Shape::Grouped | Shape::Prefixed => 30,
            Shape::Digits(4) => 18,
            Shape::Digits(8) => 24,
            Shape::Digits(_) | Shape::Capitals => 20,
            Shape::Spaced | Shape::Blocks => 25,
            // A year is a code only where the wording leaves no doubt.
            Shape::Year if immediate => 10,
            Shape::Date if immediate => 20,
            Shape::Mixed | Shape::Word if called => 15,
            Shape::Year | Shape::Date | Shape::Mixed | Shape::Word => return 0,
        };
        let mut score = shape + cue + self.bonus;
        score += if own_line { 20 } else { 0 };
        score -= if candidate.start > self.footer && !immediate { 40 } else { 0 };
        score
    }

    /// What the wording near a candidate says of it, and whether a code is announced right before it.
    /// A wording before `taken` has its code already: it says half as much of the next number.
    fn cue(&self, candidate: &Candidate, taken: usize) -> (i32, bool) {
        let split = self.hits.partition_point(|hit| hit.start < candidate.start);
        let mut cue = Cue { best: 0, immediate: false, good: usize::MAX, bad: usize::MAX };
        for hit in self.hits[..split].iter().rev().take(HITS_BEFORE) {
            let Some(gap) = self.gap(hit.end, candidate.start) else { break };
            let weight = match hit.sense {
                Sense::Strong => falling(60, 15, gap, 30, 200),
                Sense::Weak => falling(42, 5, gap, 15, 70),
                Sense::Deny if gap <= 30 => {
                    cue.bad = cue.bad.min(gap);
                    continue;
                }
                Sense::Deny | Sense::Unit | Sense::Footer => continue,
            };
            cue.immediate |= gap <= 6 && (hit.sense == Sense::Strong || self.announces(hit.end, candidate.start));
            cue.count(if hit.start < taken { weight / 2 } else { weight }, gap);
        }
        for hit in self.hits[split..].iter().take(HITS_AFTER) {
            let Some(gap) = self.gap(candidate.end, hit.start) else { break };
            let weight = match hit.sense {
                Sense::Strong => falling(55, 10, gap, 30, 110),
                Sense::Weak => falling(32, 0, gap, 16, 40),
                Sense::Unit if self.adjoins(candidate.end, hit.start) => return (-60, false),
                Sense::Deny if gap <= 12 => {
                    cue.bad = cue.bad.min(gap + 12);
                    continue;
                }
                Sense::Deny | Sense::Unit | Sense::Footer => continue,
            };
            if self.same_sentence(candidate.end, hit.start) {
                cue.count(weight, gap);
            } else {
                // Another sentence may speak of it, but does not decide what it is.
                cue.best = cue.best.max(weight / 2);
            }
        }
        if cue.bad < cue.good { (-60, false) } else { (cue.best, cue.immediate) }
    }

    fn same_sentence(&self, from: usize, to: usize) -> bool {
        let between = self.text.get(from..to).unwrap_or_default();
        !between.contains([';', '\n', '。']) && !between.contains(". ")
    }

    /// Whether what lies between a wording and a candidate only points at the candidate.
    fn announces(&self, from: usize, to: usize) -> bool {
        self.text[from..to].chars().all(|c| !c.is_alphanumeric())
            && self.text[from..to].contains([':', '：', '\n', '"', '“', '«', '「', '【', '='])
    }

    /// Whether nothing but a space or a hyphen lies between.
    fn adjoins(&self, from: usize, to: usize) -> bool {
        matches!(self.text.get(from..to), Some("" | " " | "-" | "\u{a0}"))
    }

    /// How many characters lie between; none where it is out of reach.
    fn gap(&self, from: usize, to: usize) -> Option<usize> {
        let between = to.saturating_sub(from);
        (between <= REACH).then(|| self.text.get(from..to).map_or(0, |text| text.chars().count()))
    }

    /// Whether a candidate has a line for itself, but for marks around it.
    fn stands_alone(&self, candidate: &Candidate) -> bool {
        let is_mark = |c: &char| " \t\r*_>|\"'«»„“”「」【】[]()·.:-–".contains(*c) || *c == '\u{a0}';
        let before = self.text[..candidate.start].chars().rev().take(12).find(|c| !is_mark(c));
        let after = self.text[candidate.end..].chars().take(12).find(|c| !is_mark(c));
        let clear = |c: Option<char>| matches!(c, None | Some('\n'));
        clear(before) && clear(after)
    }
}

/// `high` up to `near`, falling evenly to `low` at `far`, nothing beyond.
fn falling(high: i32, low: i32, gap: usize, near: usize, far: usize) -> i32 {
    let (Ok(gap), Ok(near), Ok(far)) = (i32::try_from(gap), i32::try_from(near), i32::try_from(far)) else { return 0 };
    if gap <= near {
        high
    } else if gap <= far {
        high - (high - low) * (gap - near) / (far - near)
    } else {
        0
    }
}

#[cfg(test)]
mod tests;
