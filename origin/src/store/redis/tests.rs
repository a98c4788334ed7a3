use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use self::servers::{Cluster, Server, Watched};
use super::*;
use crate::{chance::SystemChance, ports::Store, store::conformance};

mod faults;
pub(crate) mod servers;

/// A store in a space of its own.
fn store(topology: Topology, budget: Budget, replicas: u32) -> RedisStore {
    static SPACES: AtomicU64 = AtomicU64::new(0);
    let space = format!("test{}", SPACES.fetch_add(1, Ordering::Relaxed));
    store_in(&space, topology, budget, replicas)
}

/// A store in that space.
fn store_in(space: &str, topology: Topology, budget: Budget, replicas: u32) -> RedisStore {
    let space = space.to_owned();
    let settings = Settings { topology, space, replicas, budget, high_water_percent: 90, edge: Edge::Pushed };
    RedisStore::start(settings, &SystemChance).unwrap()
}

mod one {
    use super::*;

    fn make(budget: Budget) -> Arc<dyn Store> {
        Arc::new(store(Server::shared().topology(), budget, 0))
    }

    conformance::suite!(make, 64);
}

mod sentinel {
    use super::*;

    fn make(budget: Budget) -> Arc<dyn Store> {
        Arc::new(store(Watched::shared().topology(), budget, 1))
    }

    conformance::suite!(make, 16);
}

mod cluster {
    use super::*;

    fn make(budget: Budget) -> Arc<dyn Store> {
        Arc::new(store(Cluster::shared().topology(), budget, 1))
    }

    conformance::suite!(make, 16);
}
