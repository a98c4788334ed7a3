use super::*;
use crate::config::layers::Layers;

fn jobs_of(toml: &str) -> Result<Jobs, ConfigError> {
    let file = Some(("mayfly.toml".into(), format!("[jobs]\n{toml}")));
    jobs(&Settings::lay(Layers { file, ..Layers::default() })?)
}

#[test]
fn the_defaults_are_the_queues_own() {
    let jobs = jobs_of("").unwrap();
    assert_eq!(jobs.rules, AllRules::default());
    for queue in Queue::ALL {
        assert_eq!(jobs.workers(queue), Workers::default());
    }
}

#[test]
fn a_value_is_for_all_queues_or_for_one() {
    let jobs = jobs_of("depth = 7\ndead = 'alerts=9'\nrate = 'webhooks=50'\nworkers = 'webhooks=4-64, 2-8'").unwrap();
    let (webhooks, alerts) = (jobs.rules.of(Queue::Webhooks), jobs.rules.of(Queue::Alerts));
    assert_eq!((webhooks.depth, alerts.depth), (7, 7));
    assert_eq!((webhooks.dead, alerts.dead), (crate::limits::JOB_DEAD, 9));
    assert_eq!((webhooks.rate, alerts.rate), (Rate::PerSecond(50), Rate::Unlimited));
    assert_eq!(jobs.workers(Queue::Webhooks), Workers { floor: 4, ceiling: 64 });
    assert_eq!(jobs.workers(Queue::Health), Workers { floor: 2, ceiling: 8 });
    assert_eq!(webhooks.retry, Rules::of(Queue::Webhooks).retry);
}

#[test]
fn a_value_out_of_bounds_names_its_key() {
    for (toml, key) in [
        ("depth = 0", "jobs.depth"),
        ("depth = 200001", "jobs.depth"),
        ("depth = '1, 2'", "jobs.depth"),
        ("depth = 'mail=2'", "jobs.depth"),
        ("dead = -1", "jobs.dead"),
        ("rate = 0", "jobs.rate"),
        ("rate = 'webhooks='", "jobs.rate"),
        ("workers = 4", "jobs.workers"),
        ("workers = '8-4'", "jobs.workers"),
        ("workers = '0-4'", "jobs.workers"),
        ("workers = '1-1025'", "jobs.workers"),
    ] {
        let error = jobs_of(toml).unwrap_err().to_string();
        assert!(error.starts_with(key), "{toml}: {error}");
    }
}
