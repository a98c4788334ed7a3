//! `cargo xtask test`: every check, in an order that fails fast, each with its time; at the end the sums.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{
    args::{OnFailure, Scope, Which},
    build,
    clock::Stopwatch,
    command::Job,
    fuzz,
    setup::{self, Ready, Servers},
    suite,
    tally::Tally,
    tidy,
    wasm_target::{Toolchain, WASM},
    workspace::{Workspace, cargo},
};

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Format,
    Clippy,
    ClippyWasm,
    Tidy,
    Deny,
    Unit,
    Page,
    Interop,
    Fuzz,
    System,
}

/// The cheap ones first, the whole system last.
const STEPS: &[Step] = &[
    Step::Format,
    Step::Tidy,
    Step::Deny,
    Step::Clippy,
    Step::ClippyWasm,
    Step::Unit,
    Step::Interop,
    Step::Page,
    Step::Fuzz,
    Step::System,
];

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Format => "fmt",
            Self::Clippy => "clippy",
            Self::ClippyWasm => "clippy-wasm",
            Self::Tidy => "tidy",
            Self::Deny => "deny",
            Self::Unit => "unit",
            Self::Page => "page",
            Self::Interop => "interop",
            Self::Fuzz => "fuzz",
            Self::System => "system",
        }
    }

    /// What must be set up for it.
    fn needs(self) -> Need {
        match self {
            Self::Format | Self::Clippy | Self::Tidy | Self::Deny | Self::Fuzz => Need::Nothing,
            Self::Unit => Need::Suites,
            Self::ClippyWasm | Self::Page | Self::Interop => Need::Builders,
            Self::System => Need::Servers,
        }
    }

    /// Whether it belongs to a choice of checks.
    fn chosen(self, which: &Which) -> bool {
        match which {
            Which::All => true,
            Which::Quick => !matches!(self, Self::Fuzz | Self::System),
            Which::Named(_) => matches!(self, Self::Unit | Self::System),
            Which::Step(part) => self.name() == part,
        }
    }
}

/// What a check needs beside cargo, each with all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Nothing,
    Suites,
    Builders,
    Servers,
}

/// What was set up.
enum Equipment {
    Nothing,
    Builders(Ready),
    Servers(Ready, Servers),
}

impl Equipment {
    fn for_need(workspace: &Workspace, need: Need) -> Result<Self> {
        Ok(match need {
            Need::Nothing => Self::Nothing,
            Need::Suites => {
                setup::for_unit_tests(workspace)?;
                Self::Nothing
            }
            Need::Builders => Self::Builders(setup::for_run(workspace)?),
            Need::Servers => {
                let (ready, servers) = setup::for_test(workspace)?;
                Self::Servers(ready, servers)
            }
        })
    }

    fn ready(&self) -> Result<&Ready> {
        match self {
            Self::Nothing => bail!("nothing was set up for this check"),
            Self::Builders(ready) | Self::Servers(ready, _) => Ok(ready),
        }
    }

    fn servers(&self) -> Result<&Servers> {
        match self {
            Self::Nothing | Self::Builders(_) => bail!("no browser and no servers were set up for this check"),
            Self::Servers(_, servers) => Ok(servers),
        }
    }
}

/// Sets up what the chosen checks need, runs them, and prints the sums.
pub(crate) fn test(workspace: &Workspace, scope: &Scope) -> Result<ExitCode> {
    let steps: Vec<Step> = STEPS.iter().copied().filter(|step| step.chosen(&scope.which)).collect();
    if steps.is_empty() {
        bail!("no such step; there are {}", STEPS.iter().map(|step| step.name()).collect::<Vec<_>>().join(", "));
    }
    let need = steps.iter().map(|step| step.needs()).max().unwrap_or(Need::Nothing);
    let equipment = Equipment::for_need(workspace, need)?;
    let filter = if let Which::Named(name) = &scope.which { Some(name.as_str()) } else { None };
    let mut checks = Checks { workspace, equipment, filter, tally: Tally::default() };
    let mut report = Report::default();
    for step in steps {
        println!("\n=== {}", step.name());
        let watch = Stopwatch::start();
        let before = checks.tally.failed;
        let result = checks.perform(step);
        report.lines.push(format!("{:>12}  {}", step.name(), watch.shown()));
        if let Err(error) = result {
            println!("\n{error:#}\n=== {} FAILED after {}", step.name(), watch.shown());
            report.failed.push(step);
            // A check that is no test runner counts as one failure, so that the sums never hide it.
            checks.tally.failed = checks.tally.failed.max(before + 1);
            if scope.on_failure == OnFailure::Stop {
                break;
            }
        }
    }
    Ok(report.close(checks.tally))
}

/// What is told at the end.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    failed: Vec<Step>,
}

impl Report {
    fn close(self, tally: Tally) -> ExitCode {
        println!("\n{}", self.lines.join("\n"));
        if !self.failed.is_empty() {
            let names: Vec<_> = self.failed.iter().map(|step| step.name()).collect();
            println!("\nfailed: {}", names.join(", "));
        }
        println!("\n{} passed, {} failed", tally.passed, tally.failed);
        if self.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// All that the checks need, and their sums.
struct Checks<'a> {
    workspace: &'a Workspace,
    equipment: Equipment,
    filter: Option<&'a str>,
    tally: Tally,
}

impl Checks<'_> {
    fn perform(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Format => {
                self.cargo("checking the format", &["fmt", "--all", "--", "--check"]).shown()?;
                // In a workspace of its own.
                let fuzz = ["fmt", "--manifest-path", "origin/fuzz/Cargo.toml", "--", "--check"];
                self.cargo("checking the format of the fuzz targets", &fuzz).shown()
            }
            Step::Clippy => self
                .cargo("linting", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
                .shown(),
            Step::ClippyWasm => self.clippy_wasm(),
            Step::Tidy => match tidy::run(self.workspace)? {
                code if code == ExitCode::SUCCESS => Ok(()),
                _ => bail!("the laws of the layout are broken"),
            },
            Step::Deny => self.deny(),
            Step::Unit => self.unit(),
            Step::Page => self.page(),
            Step::Interop => self.interop(),
            Step::Fuzz => {
                self.tally.passed += fuzz::run(self.workspace, &fuzz::Plan::default())?;
                Ok(())
            }
            Step::System => self.system(),
        }
    }

    fn cargo(&self, what: &str, args: &[&str]) -> Job {
        Job::new(what, cargo()).args(args).within(&self.workspace.root)
    }

    /// A job of a Node script.
    fn node(&self, what: &str, args: &[&str]) -> Result<Job> {
        let node = self.workspace.npm_bin("node");
        Ok(Job::new(what, node).args(args).env("PATH", self.workspace.path()?).within(&self.workspace.root))
    }

    /// Runs a test runner and adds what it counted.
    fn count(&mut self, job: Job) -> Result<()> {
        let mut tally = Tally::default();
        let result = job.watched(|line| tally.read(line));
        self.tally += tally;
        result
    }

    /// Debian's compiler has no clippy: there the code is checked, not linted.
    fn clippy_wasm(&self) -> Result<()> {
        let packages = ["-p", "mayfly-edge", "-p", "mayfly-opener", "--target", WASM];
        let ready = self.equipment.ready()?;
        let job = match ready.toolchain {
            Toolchain::Target => {
                self.cargo("linting for Wasm", &["clippy", "--quiet"]).args(packages).args(["--", "-D", "warnings"])
            }
            Toolchain::BuildStd { .. } => self.cargo("checking for Wasm", &["check", "--quiet"]).args(packages),
        };
        job.envs(ready.toolchain.envs()).shown()
    }

    /// Licences, bans and sources; advisories need a database from the network and are not checked here.
    fn deny(&self) -> Result<()> {
        let job = self.cargo("checking the crates", &["deny", "--locked", "check", "bans", "licenses", "sources"]);
        if self.cargo("looking for cargo-deny", &["deny", "--version"]).quiet().is_err() {
            println!("cargo-deny is not installed: licences and bans of deny.toml are not checked here");
            println!("(`cargo install --locked cargo-deny` brings it; duplicate versions are checked by tidy)");
            return Ok(());
        }
        job.shown()
    }

    fn unit(&mut self) -> Result<()> {
        let args = ["test", "--workspace", "--exclude", "mayfly-tests", "--no-fail-fast"];
        let job = self.cargo("running the unit tests", &args).args(self.filter);
        let job = job.env("MAYFLY_SPF_SUITE", suite::spf(self.workspace));
        let job = job.env("MAYFLY_DKIMPY", suite::dkimpy(self.workspace));
        self.count(job)
    }

    /// Independent implementations, and the browser's Wasm, read what native code wrote.
    fn interop(&mut self) -> Result<()> {
        build::opener(self.workspace, self.equipment.ready()?)?;
        for script in scripts(self.workspace, "tests/interop", ".mjs")? {
            let before = self.tally;
            let job = self.node("running an interoperability test", &[&script])?;
            self.count(job)?;
            if self.tally == before {
                // A script that counts nothing is one test.
                self.tally.passed += 1;
            }
        }
        Ok(())
    }

    /// The page's tests; its build checks the types, the locales and the size of a first visit.
    fn page(&mut self) -> Result<()> {
        // The sources hold TypeScript that Node runs only when it may transform it.
        let transform = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning"];
        let tests = ["--test", "--test-reporter=spec", "edge/page/src/**/*.test.ts"];
        let job = self.node("running the page's tests", &[transform.as_slice(), &tests].concat())?;
        self.count(job)?;
        build::opener(self.workspace, self.equipment.ready()?)?;
        build::page(self.workspace).map(drop)
    }

    /// The whole, with real parts: what Mayfly promises.
    fn system(&mut self) -> Result<()> {
        let built = build::for_tests(self.workspace, self.equipment.ready()?)?;
        let Servers { browser, pebble } = self.equipment.servers()?;
        let job = self
            .cargo("running the system tests", &["test", "-p", "mayfly-tests", "--no-fail-fast"])
            .args(self.filter)
            .env("MAYFLY_ROOT", &self.workspace.root)
            .env("MAYFLY_BIN", &built.origin)
            .env("MAYFLY_EDGE_DIR", &built.worker)
            .env("MAYFLY_PAGE_DIR", &built.page)
            .env("MAYFLY_NODE", self.workspace.npm_bin("node"))
            .env("MAYFLY_WRANGLER", self.workspace.npm_bin("wrangler"))
            .env("MAYFLY_CHROMIUM", &browser.chromium)
            .env("MAYFLY_CHROMEDRIVER", &browser.driver)
            .env("MAYFLY_PEBBLE", &pebble.0)
            .env("PATH", self.workspace.path()?);
        self.count(job)
    }
}

/// The files of a folder with an ending, in order.
fn scripts(workspace: &Workspace, folder: &str, ending: &str) -> Result<Vec<String>> {
    let entries = std::fs::read_dir(workspace.at(folder))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> =
        names.filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}")).collect();
    names.sort();
    if names.is_empty() { bail!("{folder} holds no {ending}") } else { Ok(names) }
}

#[cfg(test)]
mod tests;
