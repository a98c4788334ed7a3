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
    use std::sync::LazyLock;

    use super::*;

    static SERVER: LazyLock<Server> = LazyLock::new(|| {
        let infra = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/redis/");
        let read = |name| std::fs::read_to_string(format!("{infra}{name}")).unwrap();
        // SHA-256 of "abc" (FIPS 180-4's example).
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let names =
            ["A", "ANOTHER", "A_THIRD"].map(|which| format!("REPLACE_WITH_THE_SHA-256_OF_{which}_PASSWORD_IN_HEX"));
        let acl = names.iter().fold(read("users.acl"), |acl, name| acl.replace(name, hash));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.acl");
        std::fs::write(&path, acl).unwrap();
        let conf = read("redis.conf").replace("/etc/redis/users.acl", &path.display().to_string());
        Server::of(&conf, &["--min-replicas-to-write", "0"])
    });

    fn make(rules: Rules) -> Arc<dyn Jobs> {
        let url = format!("redis://mayfly:abc@127.0.0.1:{}", SERVER.port);
        let wire = SharedWire::new(Guest::start(&Topology::one(&url).unwrap(), &format!("mayfly-{}", space()), 0));
        Arc::new(RedisJobs::in_callers_time(wire, AllRules::each(|_| rules)))
    }

    conformance::suite!(make, 6);
}
