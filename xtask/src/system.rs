//! Programs that the machine's own packages provide: found, or installed where that is allowed.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::command::{Job, missing, on_path};

/// The browser and what steers it.
#[derive(Debug)]
pub(crate) struct Browser {
    /// The browser.
    pub(crate) chromium: PathBuf,
    /// Its WebDriver.
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Looks on the `PATH`.
    pub(crate) fn find() -> Option<Self> {
        let chromium = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)?;
        let driver = ["chromedriver", "chromium.chromedriver"].into_iter().find_map(on_path)?;
        Some(Self { chromium, driver })
    }

    /// Installs Debian's, where that may be done.
    pub(crate) fn install() -> Result<Self> {
        apt_install(&["chromium", "chromium-driver"])?;
        Self::find().context("chromium and chromium-driver were installed, yet neither is on the PATH")
    }
}

/// The ACME server for tests (RFC 8555), from the makers of Let's Encrypt.
#[derive(Debug)]
pub(crate) struct Pebble(pub(crate) PathBuf);

impl Pebble {
    /// Looks on the `PATH`.
    pub(crate) fn find() -> Option<Self> {
        on_path("pebble").map(Self)
    }

    /// Installs Debian's, where that may be done.
    pub(crate) fn install() -> Result<Self> {
        apt_install(&["pebble"])?;
        Self::find().context("pebble was installed, yet it is not on the PATH")
    }
}

/// Whether Redis' server and client are on the `PATH`: the store's tests start servers of their own.
pub(crate) fn has_redis() -> Option<()> {
    on_path("redis-server").and(on_path("redis-cli")).map(drop)
}

/// Installs Debian's, where that may be done. Its service, if Debian starts one, is not what the tests use.
pub(crate) fn install_redis() -> Result<()> {
    apt_install(&["redis-server"])?;
    has_redis().context("redis-server was installed, yet it or redis-cli is not on the PATH")
}

/// Installs Debian packages, when this is Debian and we are root.
pub(crate) fn apt_install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !Path::new("/etc/debian_version").exists() {
        return missing(&names, "install it with your system's packages, so that it is on the PATH");
    }
    if !rustix::process::geteuid().is_root() {
        return missing(&names, &format!("sudo apt-get install {names}"));
    }
    let apt = |what: &str, args: &[&str]| {
        Job::new(what, "apt-get")
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .advice("see what apt-get says above; the package lists may be out of reach")
            .quiet()
    };
    let install = [&["install", "-y", "--no-install-recommends"], packages].concat();
    if apt("installing Debian packages", &install).is_ok() {
        return Ok(());
    }
    apt("refreshing the package lists", &["update"])?;
    apt("installing Debian packages", &install).map(drop)
}
