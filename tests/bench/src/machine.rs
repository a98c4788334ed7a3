//! What the system says about processes and about the machine: /proc, limits, processors.

use std::{fs, time::Duration};

use anyhow::{Context as _, Result};
use rustix::{
    process::{Resource, Rlimit, getrlimit, setrlimit},
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};
use serde::Serialize;

/// What processes have used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// Processor time, theirs and the system's for them.
    pub(crate) processor: Duration,
    /// Times that a thread gave up the processor or lost it.
    pub(crate) switches: u64,
}

/// What the whole machine has done so far, in processor time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Busy {
    working: Duration,
    all: Duration,
}

/// The machine, as figures should be told with.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processors: usize,
    pub(crate) model: String,
    pub(crate) kernel: String,
    pub(crate) load: String,
}

impl Used {
    /// By these processes; one that is gone has used nothing.
    pub(crate) fn by(pids: &[u32]) -> Self {
        let processor = pids.iter().filter_map(|pid| processor_time(*pid)).sum();
        let switches = pids.iter().map(|pid| switches(*pid)).sum();
        Self { processor, switches }
    }

    /// Since then.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            processor: self.processor.saturating_sub(before.processor),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}

impl Busy {
    /// So far.
    pub(crate) fn so_far() -> Self {
        let text = fs::read_to_string("/proc/stat").unwrap_or_default();
        let fields = text.lines().next().unwrap_or_default().split_whitespace().skip(1);
        // user nice system idle iowait irq softirq steal; guests are counted in the first two.
        let ticks: Vec<u64> = fields.take(8).filter_map(|field| field.parse().ok()).collect();
        let all: u64 = ticks.iter().sum();
        let idle: u64 = ticks.iter().skip(3).take(2).sum();
        Self { working: of_ticks(all - idle), all: of_ticks(all) }
    }

    /// The share of the machine that was taken since `before` by others than those who used `ours`.
    pub(crate) fn by_others(self, before: Self, ours: Duration) -> f64 {
        let working = self.working.saturating_sub(before.working).saturating_sub(ours);
        let all = self.all.saturating_sub(before.all);
        if all.is_zero() { 0.0 } else { working.as_secs_f64() / all.as_secs_f64() }
    }
}

impl Machine {
    /// This one.
    pub(crate) fn here() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = read("/proc/cpuinfo");
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            // Those of the machine, not those that this process is bound to.
            processors: read("/proc/stat").matches("\ncpu").count(),
            model: model.map_or_else(String::new, |(_, name)| name.to_owned()),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            load: read("/proc/loadavg").split_whitespace().take(3).collect::<Vec<_>>().join(" "),
        }
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { processors, model, kernel, load } = self;
        write!(f, "{processors} processors ({model}), Linux {kernel}, load {load}")
    }
}

/// Octets of main memory that these processes hold for themselves alone.
pub(crate) fn private_memory(pids: &[u32]) -> Result<u64> {
    pids.iter().map(|pid| status(*pid, "RssAnon:").with_context(|| format!("process {pid} is not there"))).sum()
}

/// Octets of kernel memory in slabs, of the whole machine.
pub(crate) fn slabs() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    field(&text, "Slab:").unwrap_or(0)
}

/// Raises the limit of open descriptors as far as may be; the limit then.
pub(crate) fn raise_descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(_) => limit.current.unwrap_or(u64::MAX),
    }
}

/// Runs on one processor from here on, as does what is started meanwhile; without a second one, on any.
pub(crate) fn pin(nth: usize) {
    let Ok(all) = sched_getaffinity(None) else { return };
    if all.count() < 2 && nth > 0 {
        return;
    }
    let mut one = CpuSet::new();
    one.set(nth);
    // A processor that may not be had is no reason to measure nothing.
    let _ = sched_setaffinity(None, &one);
}

fn processor_time(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything; utime and stime are the 14th and 15th field (proc(5)).
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: Vec<u64> = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Some(of_ticks(ticks.iter().sum()))
}

fn switches(pid: u32) -> u64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return 0 };
    let texts = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("status")).ok());
    let of = |text: &str, name| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    texts
        .map(|text| {
            ["voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:"].map(|name| of(&text, name).unwrap_or(0))
        })
        .map(|both| both.iter().sum::<u64>())
        .sum()
}

fn status(pid: u32, name: &str) -> Option<u64> {
    field(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, name)
}

/// A field in kB, in octets.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn of_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second().max(1))
}

#[cfg(test)]
mod tests;
