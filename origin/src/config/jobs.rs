//! How long the queues may grow, how fast they go and how many work at them.

use super::{ConfigError, keys::Key, layers::Settings};
use crate::{
    jobs::{
        rules::{AllRules, Rate, Rules},
        scale::Workers,
    },
    limits::{JOB_DEAD_MAX, JOB_DEPTH_MAX, JOB_RATE_MAX, JOB_WORKERS_MAX},
    ports::Queue,
};

/// The queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jobs {
    /// What each allows.
    pub rules: AllRules,
    workers: [Workers; Queue::ALL.len()],
}

impl Jobs {
    /// How few and how many work at a queue.
    #[must_use]
    pub const fn workers(&self, queue: Queue) -> Workers {
        self.workers[queue.index()]
    }
}

const DEPTH: &str = "must be a number from 1 to 200000, or queue=number for some of replication, webhooks, health, \
                     domains, alerts, separated by commas";
const DEAD: &str = "must be a number from 0 to 100000, or queue=number, separated by commas";
const RATE: &str = "must be jobs a second from 1 to 100000, or queue=number, separated by commas";
const WORKERS: &str = "must be two numbers from 1 to 1024 such as 1-32, or queue=1-32, separated by commas";

pub(super) fn jobs(settings: &Settings) -> Result<Jobs, ConfigError> {
    let own = Queue::ALL.map(Rules::of);
    let number = |text: &str, least, most| text.parse().ok().filter(|n: &u64| (least..=most).contains(n));
    let depth = settings.parse(Key::JobsDepth, DEPTH, |text| {
        each(text, own.map(|rules| rules.depth), |text| number(text, 1, JOB_DEPTH_MAX))
    })?;
    let dead = settings.parse(Key::JobsDead, DEAD, |text| {
        each(text, own.map(|rules| rules.dead), |text| number(text, 0, JOB_DEAD_MAX))
    })?;
    let rate = settings.parse(Key::JobsRate, RATE, |text| {
        let per_second = |text: &str| u32::try_from(number(text, 1, JOB_RATE_MAX)?).ok().map(Rate::PerSecond);
        if text.is_empty() {
            Some(own.map(|rules| rules.rate))
        } else {
            each(text, own.map(|rules| rules.rate), per_second)
        }
    })?;
    let workers = settings.parse(Key::JobsWorkers, WORKERS, |text| each(text, [Workers::default(); 5], bounds))?;
    let of = |queue: Queue| {
        let n = queue.index();
        Rules { depth: depth[n], dead: dead[n], rate: rate[n], ..own[n] }
    };
    Ok(Jobs { rules: AllRules::each(of), workers })
}

fn bounds(text: &str) -> Option<Workers> {
    let (floor, ceiling) = text.split_once('-')?;
    let (floor, ceiling) = (floor.trim().parse().ok()?, ceiling.trim().parse().ok()?);
    (1 <= floor && floor <= ceiling && ceiling <= JOB_WORKERS_MAX).then_some(Workers { floor, ceiling })
}

/// A value for all queues, or for those that are named; the others keep their own.
fn each<T: Copy>(
    text: &str,
    mut values: [T; Queue::ALL.len()],
    value: impl Fn(&str) -> Option<T>,
) -> Option<[T; Queue::ALL.len()]> {
    let (mut named, mut all) = (Vec::new(), None);
    for item in text.split(',') {
        match item.split_once('=') {
            Some((name, text)) => {
                let queue = Queue::ALL.into_iter().find(|queue| queue.name() == name.trim())?;
                named.push((queue, value(text.trim())?));
            }
            None if all.is_none() => all = Some(value(item.trim())?),
            None => return None,
        }
    }
    if let Some(all) = all {
        values = [all; Queue::ALL.len()];
    }
    for (queue, value) in named {
        values[queue.index()] = value;
    }
    Some(values)
}

#[cfg(test)]
mod tests;
