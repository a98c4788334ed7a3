//! Accepted, deferred or refused: evidence in, verdict out.
//!
//! This stage never touches a socket, a clock or the store.
//!
//! The order: `bounds` before anything is parsed, `parts` (bounded while they are counted), `files`, then
//! what a person reads (`heading`, `bodies`) and what they came for (`codes`, `links`). Real mail
//! is broken in many ways: only the bounds refuse, everything else is read as well as it can be.

mod bodies;
mod bounds;
mod charset;
mod codes;
mod decide;
pub mod dkim;
pub mod dmarc;
mod entities;
mod evidence;
mod feedback;
mod fields;
mod files;
mod heading;
mod html;
mod links;
mod names;
mod parts;
pub mod results;
pub mod spf;
mod tokens;
mod wording;

use std::{borrow::Cow, mem};

use protocol::{
    message::{Authentication, Content, Summary},
    time::Timestamp,
};
use zeroize::Zeroize;

pub use evidence::{Algorithm, Asked, Chain, Covers, Detail, Dkim, Dmarc, Evidence, Signature, Spf, Standing};

use crate::{
    limits::{SEARCH_OCTETS, SNIPPET_CHARS},
    mail::{Destination, Plaintext, Received},
    policy::{Attachments, Policy},
    verdict::{Refusal, Verdict},
};

/// A message that may be sealed: judged, parsed, still in the clear. Its texts are wiped when it is dropped.
pub struct Accepted {
    raw: Plaintext,
    summary: Summary,
    content: Content,
    recipients: Vec<Destination>,
    received_at: Timestamp,
}

impl Accepted {
    /// The message as it came, after our trace fields.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
    /// What a list shows; each recipient's copy gets its own tag.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
    /// What is read.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }
    /// Whom it is for.
    #[must_use]
    pub fn recipients(&self) -> &[Destination] {
        &self.recipients
    }
    /// When it came.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }
}

impl Drop for Accepted {
    fn drop(&mut self) {
        let Self { summary, content, .. } = self;
        let from = &mut summary.from;
        let shown = [&mut from.name, &mut from.address, &mut summary.subject, &mut summary.snippet];
        let bodies = [&mut content.text, &mut content.html].into_iter().flatten();
        shown.into_iter().chain(bodies).for_each(Plaintext::wipe);
        summary.codes.zeroize();
        summary.links.zeroize();
        summary.attachments.iter_mut().for_each(|attachment| attachment.filename.zeroize());
        content.inline.iter_mut().for_each(|part| drop(Plaintext::from(mem::take(&mut part.data.0))));
        content.attachments.iter_mut().for_each(|attachment| attachment.summary.filename.zeroize());
        content.headers.iter_mut().for_each(|header| header.value.zeroize());
        if let Some(report) = &mut content.report {
            report.user_agent.zeroize();
            report.reported_domains.zeroize();
            report.source_ip.zeroize();
            report.original_mail_from.zeroize();
        }
    }
}

/// Judges a message by what it is, what was found out about its sender, and what the operator wants done about that.
#[must_use]
pub fn judge(mut received: Received, evidence: &Evidence, policy: Policy) -> Verdict {
    match (read(&mut received, evidence, policy.attachments), decide::decide(evidence, &policy)) {
        // What a message is does not change: no sender need come again to hear it.
        (Err(refusal), _) => Verdict::Refused(refusal),
        (Ok(_), Some(verdict)) => verdict,
        (Ok((summary, content)), None) => Verdict::Accepted(Box::new(Accepted {
            raw: received.raw,
            summary,
            content,
            recipients: received.recipients,
            received_at: received.received_at,
        })),
    }
}

fn read(received: &mut Received, evidence: &Evidence, policy: Attachments) -> Result<(Summary, Content), Refusal> {
    let trace_len = received.trace_len.min(received.raw.len());
    let section = bounds::check(&received.raw, trace_len)?;
    let mut parts = parts::split(&received.raw, trace_len)?;
    let files = files::inspect(&received.raw, &parts, policy)?;
    files.withhold(&mut received.raw, &mut parts);
    let raw = received.raw.as_slice();
    let heading = heading::read(&raw[..section.header.end]);
    let bodies = bodies::sort(raw, &parts, &files);

    let text = bodies.text.as_deref().map(|text| names::cut(text, SEARCH_OCTETS));
    let page = bodies.html.as_deref().map(html::read);
    let reading = page.as_ref().map(html::Page::as_read);
    let searched: Vec<&str> = text.into_iter().chain(reading.as_deref()).collect();
    let shown = searched.iter().map(|text| heading::snippet(text, SNIPPET_CHARS)).find(|snippet| !snippet.is_empty());

    let codes = codes::codes(&heading.subject, &searched);
    let links = links::links(&heading.subject, page.as_ref(), text);
    if let Some(Cow::Owned(mut copy)) = reading {
        Plaintext::wipe(&mut copy);
    }

    let summary = Summary {
        from: heading.from,
        snippet: shown.unwrap_or_default(),
        codes,
        links,
        subject: heading.subject,
        auth: Authentication {
            spf: evidence.spf.outcome(),
            dkim: evidence.dkim.outcome(),
            dmarc: evidence.dmarc.outcome(),
            arc: evidence.arc.outcome(),
            aligned: evidence.dmarc.aligned().map(str::to_owned),
            tls: received.hop.tls.clone(),
        },
        attachments: bodies.attachments.iter().map(|attachment| attachment.summary.clone()).collect(),
        tag: None,
    };
    let content = Content {
        text: bodies.text,
        html: bodies.html,
        inline: bodies.inline,
        attachments: bodies.attachments,
        headers: heading.shown,
        report: feedback::read(raw, &raw[trace_len.min(section.header.end)..section.header.end], &parts),
    };
    Ok((summary, content))
}

#[cfg(test)]
mod tests;
