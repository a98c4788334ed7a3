//! Fetches what a task needs and the machine lacks, one numbered line each.

use anyhow::Result;

use crate::{
    clock::Stopwatch,
    npm, suite,
    system::{self, Browser, Pebble},
    tools,
    wasm_target::{self, Small, Toolchain, WASM},
    workspace::Workspace,
};

/// What was set up for building and running.
pub(crate) struct Ready {
    /// How Wasm is compiled.
    pub(crate) toolchain: Toolchain,
    /// How small the browser's Wasm can be.
    pub(crate) small: Small,
}

/// Other people's programs that the system tests run.
pub(crate) struct Servers {
    /// What shows the page.
    pub(crate) browser: Browser,
    /// Of whom certificates are ordered.
    pub(crate) pebble: Pebble,
}

/// Sets up what `run` needs.
pub(crate) fn for_run(workspace: &Workspace) -> Result<Ready> {
    Steps::of(5).builders(workspace)
}

/// Fetches what the unit tests are held against.
pub(crate) fn for_unit_tests(workspace: &Workspace) -> Result<()> {
    Steps::of(3).suites(workspace)
}

/// Sets up all that `test` needs.
pub(crate) fn for_test(workspace: &Workspace) -> Result<(Ready, Servers)> {
    let mut steps = Steps::of(10);
    let ready = steps.builders(workspace)?;
    steps.suites(workspace)?;
    let browser = steps.take("chromium and its driver", "1 min", Browser::find(), Browser::install)?;
    let pebble = steps.take("pebble, an ACME server", "15 s", Pebble::find(), Pebble::install)?;
    Ok((ready, Servers { browser, pebble }))
}

/// Numbers the steps.
struct Steps {
    number: usize,
    of: usize,
}

impl Steps {
    fn of(of: usize) -> Self {
        Self { number: 0, of }
    }

    fn builders(&mut self, workspace: &Workspace) -> Result<Ready> {
        let target = wasm_target::present();
        let toolchain = self.take(&format!("target {WASM}"), "1 min", target, wasm_target::install)?;
        let small = Small::present(&toolchain);
        let small = self.take("source of the standard library", "1 min", small, || Ok(Small::install(&toolchain)))?;
        for tool in [tools::worker_build(), tools::wasm_bindgen(workspace)?] {
            let name = format!("{} {}", tool.package, tool.version);
            let here = tool.present(workspace).then_some(());
            self.take(&name, tool.takes, here, || tool.install(workspace))?;
        }
        let here = npm::present(workspace)?.then_some(());
        self.take("npm packages", "1 min", here, || npm::install(workspace))?;
        Ok(Ready { toolchain, small })
    }

    fn suites(&mut self, workspace: &Workspace) -> Result<()> {
        let here = suite::spf(workspace).is_file().then_some(());
        self.take("RFC 7208's test suite", "15 s", here, || suite::fetch_spf(workspace))?;
        let here = suite::has_dkimpy(workspace).then_some(());
        self.take("dkimpy", "15 s", here, || suite::fetch_dkimpy(workspace))?;
        self.take("redis-server and its client", "15 s", system::has_redis(), system::install_redis)
    }

    /// One step: what is here already, or else how to get it.
    fn take<T>(&mut self, name: &str, takes: &str, here: Option<T>, get: impl FnOnce() -> Result<T>) -> Result<T> {
        self.number += 1;
        let place = format!("[{}/{}] {name}", self.number, self.of);
        if let Some(here) = here {
            println!("{place}: here");
            return Ok(here);
        }
        println!("{place} … about {takes}, once");
        let watch = Stopwatch::start();
        let got = get()?;
        println!("{place}: done in {}", watch.shown());
        Ok(got)
    }
}
