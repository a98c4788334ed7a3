//! The scripts: one step each, in one slot. Their texts are files of their own; this file gives them their bounds.

use super::Reliance;
use crate::limits::JOB_MOVES;

/// What may be asked of Redis in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    Enqueue,
    Claim,
    Extend,
    Complete,
    Retry,
    Bury,
    Dead,
    Redrive,
    Flow,
    Status,
}

impl Script {
    /// All, in the order of the enum.
    pub(super) const ALL: [Self; 10] = [
        Self::Enqueue,
        Self::Claim,
        Self::Extend,
        Self::Complete,
        Self::Retry,
        Self::Bury,
        Self::Dead,
        Self::Redrive,
        Self::Flow,
        Self::Status,
    ];

    const fn body(self) -> &'static str {
        match self {
            Self::Enqueue => include_str!("scripts/enqueue.lua"),
            Self::Claim => include_str!("scripts/claim.lua"),
            Self::Extend => include_str!("scripts/extend.lua"),
            Self::Complete => include_str!("scripts/complete.lua"),
            Self::Retry => include_str!("scripts/retry.lua"),
            Self::Bury => include_str!("scripts/bury.lua"),
            Self::Dead => include_str!("scripts/dead.lua"),
            Self::Redrive => include_str!("scripts/redrive.lua"),
            Self::Flow => include_str!("scripts/flow.lua"),
            Self::Status => include_str!("scripts/status.lua"),
        }
    }

    /// As Redis has it. Where memory is spent, what brings a job is refused before its first step; all else runs, or
    /// the line would never get shorter.
    pub(super) fn text(self) -> String {
        let flags = match self {
            Self::Enqueue => "#!lua",
            _ => "#!lua flags=allow-oom",
        };
        format!("{flags}\nlocal MOVES = {JOB_MOVES}\n{}{}", include_str!("scripts/prelude.lua"), self.body())
    }

    /// Whom an operator or a caller was told that it is done, relies on it.
    pub(super) const fn reliance(self) -> Reliance {
        match self {
            Self::Enqueue | Self::Redrive | Self::Flow => Reliance::Kept,
            Self::Claim | Self::Extend | Self::Complete | Self::Retry | Self::Bury | Self::Dead | Self::Status => {
                Reliance::Loose
            }
        }
    }
}
