//! How Rust is compiled to Wasm here: rustup's target, or Debian's compiler where rustup has none to give.
//!
//! The second way builds the standard library from Debian's source package (`-Zbuild-std`), with the
//! compiler of the same package and the linker of whichever toolchain is at hand.
//!
//! What a browser loads is built smaller than that: with the standard library built anew for size alone and without
//! the text of panics, where its source is here; see [`Small`].

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{
    command::{Job, on_path},
    system,
    workspace::Workspace,
};

/// The target's name.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "rust-web-src"];

/// A panic stops the module at once, without formatting a sentence or naming a place that no visitor would see.
const WITHOUT_PANICS: &[&str] = &["-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none"];
/// The loop rather than its 64 rounds written out: what is hashed here is short.
const COMPACT: &[&str] = &["--cfg", "sha2_backend_soft=\"compact\""];
const STD_FOR_SIZE: &[&str] = &["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// How Wasm is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// With the toolchain's own target: nothing special.
    Target,
    /// With Debian's compiler, building the standard library as well.
    BuildStd {
        /// The linker, `rust-lld` or `wasm-ld`.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// What cargo must be told in its environment.
    pub(crate) fn envs(&self) -> Vec<(String, String)> {
        match self {
            Self::Target => Vec::new(),
            Self::BuildStd { linker } => [
                ("RUSTC_BOOTSTRAP", "1".to_owned()),
                ("RUSTC", DEBIAN_RUSTC.to_owned()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.display().to_string()),
                ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort".to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
        }
    }

    /// The compiler.
    fn rustc(&self) -> &'static str {
        match self {
            Self::Target => "rustc",
            Self::BuildStd { .. } => DEBIAN_RUSTC,
        }
    }

    /// In a word or two, for stamps and progress lines.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Target => "the toolchain's own",
            Self::BuildStd { .. } => "Debian's rustc-web with build-std",
        }
    }
}

/// How small the browser's Wasm can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Small {
    /// Building the standard library anew: its source is here, and the compiler knows the options.
    Std,
    /// With the standard library as it was delivered, a third larger.
    Prebuilt,
}

impl Small {
    /// Whether the source of the standard library is here, for a compiler that knows what to do with it.
    pub(crate) fn present(toolchain: &Toolchain) -> Option<Self> {
        let rustc = toolchain.rustc();
        let knows = || {
            let job = Job::new("asking for the options", rustc).args(WITHOUT_PANICS);
            job.args(["--target", WASM, "--print", "cfg"]).env("RUSTC_BOOTSTRAP", "1").quiet().is_ok()
        };
        (std_source(rustc).is_ok() && knows()).then_some(Self::Std)
    }

    /// Gets the source from rustup; does without, and says so, where it cannot be had.
    pub(crate) fn install(toolchain: &Toolchain) -> Self {
        let refused = match rustup(&["component", "add", "rust-src"]) {
            Ok(()) => match Self::present(toolchain) {
                Some(small) => return small,
                None => "the compiler does not know the options that this needs".to_owned(),
            },
            Err(error) => format!("{error:#}"),
        };
        println!("      no standard library built for size: {refused}");
        println!("      the opener will be 7 kB larger in brotli, and the page over its budget");
        Self::Prebuilt
    }

    /// What cargo must be told for it, beside the toolchain's own.
    pub(crate) fn args(self) -> &'static [&'static str] {
        match self {
            Self::Std => STD_FOR_SIZE,
            Self::Prebuilt => &[],
        }
    }

    /// The same, in its environment. What is built names no folder of this machine.
    pub(crate) fn envs(self, workspace: &Workspace, toolchain: &Toolchain) -> Result<Vec<(String, String)>> {
        let folders = [
            (sysroot(toolchain.rustc())?.join("lib/rustlib/src/rust"), "/rust"),
            (cargo_home()?, "/cargo"),
            (workspace.root.clone(), "/mayfly"),
        ];
        let options = match self {
            Self::Std => WITHOUT_PANICS,
            Self::Prebuilt => &[],
        };
        let remapped = folders.iter().map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()));
        let flags: Vec<_> = COMPACT.iter().chain(options).map(|flag| (*flag).to_owned()).chain(remapped).collect();
        // Encoded, so that a folder's name may hold a space.
        let mut envs = vec![("CARGO_ENCODED_RUSTFLAGS".to_owned(), flags.join("\u{1f}"))];
        if self == Self::Std {
            envs.push(("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()));
        }
        Ok(envs)
    }
}

/// Where cargo keeps the sources of packages.
fn cargo_home() -> Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("CARGO_HOME").or_else(|| set("HOME").map(|home| home.join(".cargo")));
    home.context("neither CARGO_HOME nor HOME is set")
}

/// What is already here.
pub(crate) fn present() -> Option<Toolchain> {
    if has_target() {
        return Some(Toolchain::Target);
    }
    build_std().ok()
}

/// Gets the target, from rustup first.
pub(crate) fn install() -> Result<Toolchain> {
    let refused = match rustup(&["target", "add", WASM]) {
        Ok(()) if has_target() => return Ok(Toolchain::Target),
        Ok(()) => "rustup added the target to another toolchain than cargo's".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    println!("      rustup cannot give the target; taking Debian's {} instead", DEBIAN_PACKAGES.join(" and "));
    debian().with_context(|| {
        format!(
            "no way to compile to {WASM}.\nBy rustup: {refused}\nWhat to do: `rustup target add {WASM}`, or on \
             Debian as root `apt-get install {}`",
            DEBIAN_PACKAGES.join(" ")
        )
    })
}

fn rustup(args: &[&str]) -> Result<()> {
    if on_path("rustup").is_none() {
        bail!("rustup is not on the PATH");
    }
    Job::new("adding to the toolchain", "rustup").args(args).quiet().map(drop)
}

fn debian() -> Result<Toolchain> {
    if !Path::new(DEBIAN_RUSTC).exists() || std_source(DEBIAN_RUSTC).is_err() {
        system::apt_install(DEBIAN_PACKAGES)?;
    }
    build_std()
}

/// Whether the standard library of the target stands beside the compiler.
fn has_target() -> bool {
    let said = Job::new("looking for the target", "rustc").args(["--print", "target-libdir", "--target", WASM]).quiet();
    said.is_ok_and(|folder| {
        let entries = std::fs::read_dir(folder.trim());
        entries.is_ok_and(|entries| {
            entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}

fn build_std() -> Result<Toolchain> {
    std_source(DEBIAN_RUSTC)?;
    Ok(Toolchain::BuildStd { linker: linker()? })
}

/// Where a compiler keeps the source of the standard library.
fn std_source(rustc: &str) -> Result<PathBuf> {
    let library = sysroot(rustc)?.join("lib/rustlib/src/rust/library/std");
    if library.is_dir() { Ok(library) } else { bail!("{rustc} has no source of the standard library") }
}

fn linker() -> Result<PathBuf> {
    let host = host_triple()?;
    let inside = |root: PathBuf| root.join("lib/rustlib").join(&host).join("bin/rust-lld");
    let beside = ["rustc", DEBIAN_RUSTC].into_iter().filter_map(|rustc| sysroot(rustc).ok()).map(inside);
    let found = beside.filter(|file| file.is_file()).chain(on_path("rust-lld")).chain(on_path("wasm-ld")).next();
    found.context("no linker for Wasm: neither rust-lld nor wasm-ld (Debian's package lld) is here")
}

fn sysroot(rustc: &str) -> Result<PathBuf> {
    let said = Job::new("asking for the sysroot", rustc).args(["--print", "sysroot"]).quiet()?;
    Ok(PathBuf::from(said.trim()))
}

/// What this machine is called by the compiler.
pub(crate) fn host_triple() -> Result<String> {
    let said = Job::new("asking for the host", "rustc").args(["-vV"]).quiet()?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names no host")
}
