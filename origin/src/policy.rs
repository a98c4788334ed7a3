//! What the operator wants done about what was found out: policy is data.

/// What is done about each outcome that can be decided one way or the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The sender's domain says that this client may not send for it.
    pub spf_fail: OnFail,
    /// DNS does not say just now whether it may.
    pub spf_temperror: OnFault,
}

/// What is done about a message whose sender is not who it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFail {
    /// The reader is told.
    #[default]
    Tag,
    /// The sender is told: `550 5.7.23` (RFC 7372 §3.2).
    Refuse,
}

/// What is done when DNS is at fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFault {
    /// The sender comes again: `451 4.4.3`. A fault is never a pass.
    #[default]
    Defer,
    /// The reader is told.
    Tag,
}
