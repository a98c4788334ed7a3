//! The queues, and the priorities in each.

/// A kind of work, with its own line, workers and bounds: one that stands still holds up none of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Queue {
    /// Resynchronising the edge. What a message owes the edge is no job: that debt is written with the message in one
    /// atomic step and told once an inbox however often it changes, which a line of jobs can do neither of.
    Replication,
    /// Telling an inbox's owner that mail came.
    Webhooks,
    /// Probing providers and peers.
    Health,
    /// Probing the domains that mail comes to.
    Domains,
    /// Telling the operator.
    Alerts,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 5] = [Self::Replication, Self::Webhooks, Self::Health, Self::Domains, Self::Alerts];

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name in keys, metrics and configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replication => "replication",
            Self::Webhooks => "webhooks",
            Self::Health => "health",
            Self::Domains => "domains",
            Self::Alerts => "alerts",
        }
    }
}

/// How soon a job is picked beside others of its queue. A lower one is picked less often, and never starves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody is harmed by each second of waiting.
    Urgent,
    /// Somebody waits.
    High,
    /// The rule.
    Normal,
    /// Whenever there is time.
    Low,
}

impl Priority {
    /// Every priority, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// Its place in [`Self::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Its name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}
