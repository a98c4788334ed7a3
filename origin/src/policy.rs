//! What the operator wants done about what was found out: policy is data.
//!
//! There is a field for each outcome that is no pass and about which there is a choice. `none` and SPF's `neutral`
//! are none: whoever publishes them must fare no worse than who publishes nothing (RFC 7208 §8.2).

mod attachments;

pub use attachments::{Attachments, Mode, OnSuspect, Treatment};

/// What is done about each outcome that can be decided one way or the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The sender's domain says that this client may not send for it.
    pub spf_fail: OnFail,
    /// It says that it probably may not (RFC 7208 §8.5 advises against refusing for that alone).
    pub spf_softfail: OnFail,
    /// What it says cannot be used.
    pub spf_permerror: OnFail,
    /// DNS does not say just now whether it may.
    pub spf_temperror: OnFault,
    /// No signature holds, and one is broken (RFC 6376 §6.3 advises against refusing for that alone).
    pub dkim_fail: OnFail,
    /// No signature holds, and one cannot be checked: its key or itself cannot be used.
    pub dkim_permerror: OnFail,
    /// No signature holds, and for one DNS does not give the key just now.
    pub dkim_temperror: OnFault,
    /// The author's domain does not vouch for the message, and asks that such mail be refused.
    pub dmarc_reject: OnFail,
    /// The same, and it asks that one be wary of such mail.
    pub dmarc_quarantine: OnFail,
    /// The same, and it asks for nothing (RFC 9989 §5.4: that must not change what becomes of mail).
    pub dmarc_none: OnFail,
    /// DNS does not say just now whether the author's domain vouches for the message.
    pub dmarc_temperror: OnFault,
    /// The message names no author whose domain could be asked, or names authors in more than one field.
    pub dmarc_no_author: OnFail,
    /// A file is dangerous to open.
    pub attachments: Attachments,
}

impl Policy {
    /// That refuses and defers nothing for its sender's sake or its files': for who wants to see what a reader would.
    #[must_use]
    pub const fn of_readers() -> Self {
        Self {
            spf_fail: OnFail::Tag,
            spf_softfail: OnFail::Tag,
            spf_permerror: OnFail::Tag,
            spf_temperror: OnFault::Tag,
            dkim_fail: OnFail::Tag,
            dkim_permerror: OnFail::Tag,
            dkim_temperror: OnFault::Tag,
            dmarc_reject: OnFail::Tag,
            dmarc_quarantine: OnFail::Tag,
            dmarc_none: OnFail::Tag,
            dmarc_temperror: OnFault::Tag,
            dmarc_no_author: OnFail::Tag,
            attachments: Attachments::ALLOWED,
        }
    }
}

impl Default for Policy {
    /// The reader is told of everything; what an author's domain asks to have refused is refused; faults wait.
    fn default() -> Self {
        Self {
            spf_temperror: OnFault::Defer,
            dkim_temperror: OnFault::Defer,
            dmarc_reject: OnFail::Refuse,
            dmarc_temperror: OnFault::Defer,
            attachments: Attachments::default(),
            ..Self::of_readers()
        }
    }
}

/// What is done about a message whose sender is not who it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFail {
    /// The reader is told.
    Tag,
    /// The sender is told: `550`, with the code of the reason.
    Refuse,
}

/// What is done when DNS is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFault {
    /// The sender comes again: `451 4.4.3`. A fault is never a pass.
    Defer,
    /// The reader is told.
    Tag,
}
