//! Builds the filter as a component, so that the crate can embed it.
//!
//! `ACTLOG_COMPONENT=/path/to/file` embeds a component that was built elsewhere instead; a relative path starts at the
//! workspace.

#[path = "build/guest.rs"]
mod guest;
#[path = "build/imports.rs"]
mod imports;
#[path = "build/target.rs"]
mod target;

use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    if let Err(error) = run() {
        for line in format!("{error:#}").lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1);
    }
}

fn run() -> Result<()> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let root = package.ancestors().nth(2).context("this package stands two folders under the workspace")?;

    println!("cargo::rerun-if-env-changed=ACTLOG_COMPONENT");
    let component = match env::var_os("ACTLOG_COMPONENT").filter(|path| !path.is_empty()) {
        Some(path) => given(&root.join(path))?,
        None => {
            target::ensure_installed()?;
            guest::build(root, &out)?
        }
    };
    let imports = imports::of(&component).context("the filter is no component")?;
    ensure!(imports.is_empty(), "the filter must import nothing, but imports {}", imports.join(", "));

    let file = out.join("activity-filter.wasm");
    fs::write(&file, component).with_context(|| format!("cannot write {}", file.display()))
}

/// A component built elsewhere.
fn given(path: &Path) -> Result<Vec<u8>> {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read(path).with_context(|| format!("ACTLOG_COMPONENT: cannot read {}", path.display()))
}

/// A variable that cargo sets for build scripts.
fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("cargo did not set {name}"))
}
