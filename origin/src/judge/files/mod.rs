//! Dangerous attachments: which files of a message are dangerous to open, and what becomes of them.
//!
//! Never runs, stores or unpacks a file for anyone: it reads names, first octets and archives' lists, within bounds
//! that hold for the message as a whole. What a message without attachments costs is a look at its texts.

mod archive;
mod budget;
mod content;
mod document;
mod extension;
mod look;
mod name;
mod signature;
mod strip;
mod uuencode;

use std::ops::Range;

use protocol::{
    message::{Danger, TransferEncoding},
    transfer,
};

use self::{
    budget::Budget,
    look::{Dangers, Look},
};
use super::parts::{Form, Part};
use crate::{
    limits::MIME_PARTS,
    policy::{Attachments, Treatment},
    verdict::Refusal,
};

/// What becomes of the parts that something is dangerous about.
#[derive(Debug, Default)]
pub(super) struct Files {
    fates: Vec<(usize, Fate)>,
    cuts: Vec<Cut>,
}

/// What becomes of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays as it is, and the reader is warned.
    Marked(Danger),
    /// Its octets are taken out.
    Withheld {
        /// Why.
        danger: Danger,
        /// How many there were, decoded.
        size: usize,
    },
}

/// Octets to be taken out of the raw message.
#[derive(Debug)]
struct Cut {
    range: Range<usize>,
    encoding: TransferEncoding,
}

impl Files {
    /// What becomes of the part at this place of the list; nothing where it is as every other.
    pub(super) fn fate(&self, part: usize) -> Option<Fate> {
        self.fates.iter().find(|(at, _)| *at == part).map(|(_, fate)| *fate)
    }

    /// Takes out what is to be withheld: its octets are wiped, and every part is where it then lies.
    pub(super) fn withhold(&self, raw: &mut Vec<u8>, parts: &mut [Part]) {
        if self.cuts.is_empty() {
            return;
        }
        let moves = strip::cut(raw, &self.cuts);
        for (at, part) in parts.iter_mut().enumerate() {
            let place = |old: usize| moves.of(old);
            part.body = match self.fate(at) {
                Some(Fate::Withheld { .. }) => {
                    let begin = place(part.body.start);
                    begin..begin
                }
                Some(Fate::Marked(_)) | None => place(part.body.start)..place(part.body.end),
            };
        }
    }
}

/// Looks into the files of `raw`, whose MIME structure is `parts`.
///
/// # Errors
/// [`Refusal::Attachment`] for the first file that the policy does not take, by its gravest danger.
pub(super) fn inspect(raw: &[u8], parts: &[Part], policy: Attachments) -> Result<Files, Refusal> {
    let mut budget = Budget::new(raw.len(), MIME_PARTS.saturating_sub(parts.len()));
    let mut files = Files::default();
    for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.form == Form::Leaf) {
        let mut look = Look { budget: &mut budget, dangers: Dangers::default() };
        look.part(raw, part, 0);
        let Some((treatment, danger, kind)) = gravest(&look.dangers, policy) else { continue };
        match treatment {
            Treatment::Refuse => return Err(Refusal::Attachment { danger, kind }),
            Treatment::Warn => files.fates.push((at, Fate::Marked(danger))),
            Treatment::Withhold if look::is_text(part) => {
                files.cuts.extend(carried(raw, part, policy));
            }
            Treatment::Withhold => {
                let size = transfer::decoded_len(part.about.encoding, &raw[part.body.clone()]);
                files.cuts.push(Cut { range: part.body.clone(), encoding: part.about.encoding });
                files.fates.push((at, Fate::Withheld { danger, size }));
            }
        }
    }
    Ok(files)
}

/// The files in a text that are to be taken out of it.
fn carried(raw: &[u8], part: &Part, policy: Attachments) -> Vec<Cut> {
    let mut budget = Budget::new(raw.len(), 0);
    let begin = part.body.start;
    let mut withheld = |file: &uuencode::Encoded| {
        let mut look = Look { budget: &mut budget, dangers: Dangers::default() };
        look.carried(file);
        gravest(&look.dangers, policy).is_some_and(|(treatment, ..)| treatment == Treatment::Withhold)
    };
    uuencode::files(&raw[part.body.clone()])
        .filter(&mut withheld)
        .map(|file| Cut {
            range: begin + file.range.start..begin + file.range.end,
            encoding: TransferEncoding::Identity,
        })
        .collect()
}

/// The gravest treatment that any of the dangers gets, and which danger it is.
fn gravest(dangers: &Dangers, policy: Attachments) -> Option<(Treatment, Danger, &'static str)> {
    let rank = |treatment: Treatment| match treatment {
        Treatment::Refuse => 0,
        Treatment::Withhold => 1,
        Treatment::Warn => 2,
    };
    let each = dangers.each().map(|(danger, kind)| (policy.treat(danger), danger, kind));
    each.min_by_key(|(treatment, ..)| rank(*treatment))
}

#[cfg(test)]
mod tests;
