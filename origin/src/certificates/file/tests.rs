use std::{fs, time::Duration};

use protocol::time::Timestamp;
use rustls::pki_types::CertificateDer;
use tokio::{sync::watch::Sender, task::JoinHandle};

use super::*;
use crate::{metrics::Metrics, ports::StoreStatus};

/// From one look to the next, and a moment for the look itself.
const MINUTE: Duration = Duration::from_secs(61);
const MOMENT: Duration = Duration::from_secs(10);

/// It stands still, in 2026.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-11-24T00:00:00Z").unwrap()
    }
}

struct World {
    folder: tempfile::TempDir,
    in_use: Arc<InUse>,
    metrics: Arc<Metrics>,
    ask: Sender<()>,
    end: Sender<bool>,
    task: JoinHandle<()>,
}

struct Pair {
    chain: String,
    key: String,
    der: CertificateDer<'static>,
}

fn pair(until: i32) -> Pair {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(["mx.mayfly.example".to_owned()]).unwrap();
    parameters.not_after = rcgen::date_time_ymd(until, 1, 1);
    let made = parameters.self_signed(&key).unwrap();
    Pair { chain: made.pem(), key: key.serialize_pem(), der: made.der().clone() }
}

impl World {
    fn start(first: &Pair) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { chain: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
        fs::write(&files.chain, &first.chain).unwrap();
        fs::write(&files.key, &first.key).unwrap();
        let metrics = Arc::new(Metrics::new());
        let (found, print) = files.load().unwrap();
        let in_use = Arc::new(InUse::new(found, Arc::clone(&metrics)));
        let ((ask, asked), (end, ending)) = (watch::channel(()), watch::channel(false));
        let task = tokio::spawn(watch(files, print, Arc::clone(&in_use), Arc::new(Still), asked, ending));
        Self { folder, in_use, metrics, ask, end, task }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Waits for `what`, which must come to pass within `bound` of the paused clock.
    async fn within(bound: Duration, what: impl Fn() -> bool) {
        tokio::time::timeout(bound, async {
            while !what() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
        .await
        .unwrap();
    }

    fn failures(&self) -> u64 {
        let told = self.metrics.render(&StoreStatus::default(), Still.now()).unwrap();
        let line = told.lines().find(|line| line.starts_with("mayfly_certificate_reload_failures_total")).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_pair_is_in_use_within_a_minute_and_a_half_written_one_never() {
    let (old, new) = (pair(2030), pair(2031));
    let world = World::start(&old);
    world.write("chain.pem", &new.chain);
    World::within(MINUTE, || world.failures() == 1).await;
    assert_eq!(world.in_use.shown(), Some(old.der.clone()), "half a pair is not taken");
    world.write("key.pem", &new.key);
    World::within(MINUTE, || world.in_use.shown() == Some(new.der.clone())).await;
    world.end.send_replace(true);
    world.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_signal_makes_it_look_at_once() {
    let (old, new) = (pair(2030), pair(2031));
    let world = World::start(&old);
    world.write("chain.pem", &new.chain);
    world.write("key.pem", &new.key);
    world.ask.send_replace(());
    World::within(MOMENT, || world.in_use.shown() == Some(new.der.clone())).await;
    // The same again is no failure, and its sender's end ends it.
    world.ask.send_replace(());
    let World { end, task, .. } = world;
    drop(end);
    task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_over_missing_or_too_long_leaves_the_old_one() {
    let (old, over) = (pair(2030), pair(2026));
    let world = World::start(&old);
    for (at, (chain, key)) in
        [(&over.chain, &over.key), (&"x".repeat(300_000), &old.key), (&String::new(), &String::new())]
            .into_iter()
            .enumerate()
    {
        world.write("chain.pem", chain);
        world.write("key.pem", key);
        world.ask.send_replace(());
        World::within(MOMENT, || world.failures() == at as u64 + 1).await;
        assert_eq!(world.in_use.shown(), Some(old.der.clone()));
    }
    fs::remove_file(world.folder.path().join("key.pem")).unwrap();
    world.ask.send_replace(());
    World::within(MOMENT, || world.failures() == 4).await;
    assert_eq!(world.in_use.shown(), Some(old.der.clone()));
}

#[test]
fn pem_files_are_used_and_others_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files { chain: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
    let told = files.load().unwrap_err().to_string();
    assert!(told.contains("chain.pem"), "{told}");
    fs::write(&files.chain, "x".repeat(300_000)).unwrap();
    assert!(matches!(files.load(), Err(CertificateError::TooLong { .. })));
}
