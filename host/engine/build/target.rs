//! Makes sure that the compiler can build for the filter's target.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::Path;
use std::process::Command;

/// What the filter is compiled for: no operating system, so nothing to import.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target where rustup can, else says what to run.
pub fn ensure_installed() -> Result<()> {
    if is_installed()? || (add() && is_installed()?) {
        return Ok(());
    }
    bail!("the audit filter is compiled for {TARGET}, which this Rust toolchain lacks: run `{}`", add_line());
}

/// Whether the target's standard library is there.
fn is_installed() -> Result<bool> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .with_context(|| format!("cannot run {}", rustc.display()))?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim_end()).is_dir())
}

/// Whether rustup is there and added the target.
fn add() -> bool {
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]);
    if let Some(toolchain) = toolchain() {
        command.args(["--toolchain", &toolchain]);
    }
    command.output().is_ok_and(|output| output.status.success())
}

/// The one line that a person has to run.
fn add_line() -> String {
    match toolchain() {
        Some(toolchain) => format!("rustup target add {TARGET} --toolchain {toolchain}"),
        None => format!("rustup target add {TARGET}"),
    }
}

/// The toolchain that rustup chose for this build, if rustup chose one.
fn toolchain() -> Option<String> {
    env::var("RUSTUP_TOOLCHAIN").ok().filter(|toolchain| !toolchain.is_empty())
}
