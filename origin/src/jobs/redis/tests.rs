use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::RedisJobs;
use crate::{
    app::jobs::SharedWire,
    jobs::{
        conformance,
        rules::{AllRules, Rules},
    },
    ports::Jobs,
    store::redis::{
        Guest, Topology,
        tests::servers::{Cluster, Server, Watched},
    },
};

mod faults;

/// A space that nobody else has.
fn space() -> String {
    static SPACES: AtomicU64 = AtomicU64::new(0);
    format!("jobs{}", SPACES.fetch_add(1, Ordering::Relaxed))
}

/// Queues in a space of their own.
fn jobs(topology: &Topology, replicas: u32, rules: Rules) -> Arc<dyn Jobs> {
    let wire = SharedWire::new(Guest::start(topology, &space(), replicas));
    Arc::new(RedisJobs::in_callers_time(wire, AllRules::each(|_| rules)))
}

mod one {
    use super::*;

    fn make(rules: Rules) -> Arc<dyn Jobs> {
        jobs(&Server::shared().topology(), 0, rules)
    }

    conformance::suite!(make, 48);
}

mod sentinel {
    use super::*;

    fn make(rules: Rules) -> Arc<dyn Jobs> {
        jobs(&Watched::shared().topology(), 1, rules)
    }

    conformance::suite!(make, 6);
}

mod cluster {
    use super::*;

    fn make(rules: Rules) -> Arc<dyn Jobs> {
        jobs(&Cluster::shared().topology(), 1, rules)
    }

    conformance::suite!(make, 6);
}

/// With the rights and settings that are shipped, which must suffice.
mod shipped {
    use super::*;

    fn make(rules: Rules) -> Arc<dyn Jobs> {
        let wire = SharedWire::new(Guest::start(&Server::shipped(), &format!("mayfly-{}", space()), 0));
        Arc::new(RedisJobs::in_callers_time(wire, AllRules::each(|_| rules)))
    }

    conformance::suite!(make, 6);
}
