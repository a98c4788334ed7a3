use std::sync::Arc;

use super::MemoryJobs;
use crate::{
    jobs::{
        conformance,
        rules::{AllRules, Rules},
    },
    ports::Jobs,
};

fn make(rules: Rules) -> Arc<dyn Jobs> {
    Arc::new(MemoryJobs::new(&AllRules::each(|_| rules)))
}

conformance::suite!(make, 256);
