use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use protocol::{limiter::Admission, time::Timestamp};

use super::SharedCount;
use crate::{
    admission::conformance::suite,
    app::admission::SharedWire,
    ports::Admissions as _,
    registrar::fake::Counting,
    store::redis::{
        Guest, Topology,
        tests::servers::{Cluster, Server},
    },
};

/// A node in a space of this name.
fn node(topology: &Topology, space: &str) -> SharedCount {
    let wire = SharedWire::new(Guest::start(topology, space, 0));
    SharedCount::new(Arc::new(wire), Arc::new(Counting::default()))
}

/// A space that nobody else has.
fn space() -> String {
    static SPACES: AtomicU64 = AtomicU64::new(0);
    format!("mayfly-admission{}", SPACES.fetch_add(1, Ordering::Relaxed))
}

mod one {
    use super::*;

    async fn make() -> SharedCount {
        node(&Server::shipped(), &space())
    }

    suite!(make);
}

mod cluster {
    use super::*;

    async fn make() -> SharedCount {
        node(&Cluster::shared().topology(), &space())
    }

    suite!(make);
}

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const CLIENT: std::net::IpAddr = std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

#[tokio::test]
async fn nodes_count_together_and_under_the_same_name() {
    let (topology, space) = (Server::shared().topology(), space());
    let nodes = [node(&topology, &space), node(&topology, &space)];
    for nth in 0..100_u32 {
        let admission = nodes[nth as usize % 2].admit(CLIENT, NOW).await.unwrap();
        assert!(matches!(admission, Admission::Admitted { remaining, .. } if remaining == 99 - nth), "{admission:?}");
    }
    for node in &nodes {
        assert!(matches!(node.admit(CLIENT, NOW).await, Ok(Admission::Limited { .. })));
    }
}

#[tokio::test]
async fn what_is_kept_names_nobody_and_ends() {
    let server = Server::with(&[]);
    let node = node(&server.topology(), "mayfly-seen");
    node.admit(CLIENT, NOW).await.unwrap();
    let keys = crate::store::redis::tests::servers::cli(server.port, &["KEYS", "*"]);
    assert!(keys.contains(":admission:client:") && !keys.contains("192"), "{keys}");
    for key in keys.lines() {
        let left = crate::store::redis::tests::servers::cli(server.port, &["PTTL", key]);
        assert!(left.trim().parse::<i64>().unwrap() > 0, "{key} has no end");
    }
}

#[tokio::test]
async fn without_redis_each_node_has_a_limit_of_its_own() {
    let server = Server::with(&[]);
    let node = node(&server.topology(), "mayfly-lost");
    assert!(matches!(node.admit(CLIENT, NOW).await, Ok(Admission::Admitted { remaining: 99, .. })));
    server.signal("-KILL");
    let mut admitted = 0;
    for _ in 0..150 {
        admitted += u32::from(matches!(node.admit(CLIENT, NOW).await, Ok(Admission::Admitted { .. })));
    }
    assert_eq!(admitted, 100);
}
