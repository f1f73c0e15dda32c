//! Runs cargo for the guest and encodes what it makes.

use crate::target::TARGET;
use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wit_component::ComponentEncoder;

const PACKAGE: &str = "actlog-guest";
const PROFILE: &str = "guest";

/// Builds the guest of the workspace at `root` and gives the bytes of its component.
pub fn build(root: &Path, out: &Path) -> Result<Vec<u8>> {
    let folder = target_folder(out).join("component");
    compile(root, &folder)?;
    let made = folder.join(TARGET).join(PROFILE);
    let module = made.join("actlog_guest.wasm");
    watch(root, &made.join("actlog_guest.d"))?;
    let module = fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
    ComponentEncoder::default().validate(true).module(&module)?.encode().context("cannot encode the guest as a component")
}

/// The workspace's target folder: one cold build of the guest serves every profile and command.
///
/// Cargo names it to nobody, but marks it as a cache.
fn target_folder(out: &Path) -> PathBuf {
    out.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap_or(out).to_owned()
}

fn compile(root: &Path, folder: &Path) -> Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // As a cdylib alone: beside an rlib, cargo leaves out link-time optimization.
    command.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib", "--package", PACKAGE, "--profile", PROFILE, "--target", TARGET]);
    if root.join("Cargo.lock").is_file() {
        command.arg("--locked");
    }
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_this_build) {
            command.env_remove(name);
        }
    }
    command
        .current_dir(root)
        // Folders of its own: it would wait for ever for the lock that this build holds.
        .env("CARGO_TARGET_DIR", folder)
        .env("CARGO_BUILD_BUILD_DIR", folder)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root))
        .stdin(Stdio::null());
    let output = command.output().context("cannot run cargo for the guest")?;
    ensure!(output.status.success(), "the guest does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Flags of the guest's compiler, separated as cargo wants them.
fn flags(root: &Path) -> String {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_owned()];
    // The same sources give the same component, wherever they stand.
    flags.push(format!("--remap-path-prefix={}=actlog", root.display()));
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    if let Some(home) = home {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    flags.join("\u{1f}")
}

/// Whether a variable is about the build around this one: its flags, wrappers, profiles and folders.
fn is_of_this_build(name: &str) -> bool {
    const KEPT: [&str; 8] =
        ["CARGO_HOME", "CARGO_MAKEFLAGS", "CARGO_BUILD_JOBS", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_TERM_"];
    const OTHERS: [&str; 8] = [
        "RUSTFLAGS",
        "RUSTDOCFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_LINKER",
        "RUSTC_BOOTSTRAP",
        "CLIPPY_ARGS",
        "CLIPPY_CONF_DIR",
    ];
    (name.starts_with("CARGO_") && !KEPT.iter().any(|kept| name.starts_with(kept))) || OTHERS.contains(&name)
}

/// Names the files whose change makes a new component.
fn watch(root: &Path, dep_info: &Path) -> Result<()> {
    let text = fs::read_to_string(dep_info).with_context(|| format!("cannot read {}", dep_info.display()))?;
    let fixed = ["Cargo.toml", "Cargo.lock", "guest/Cargo.toml", "wit"].map(|name| root.join(name));
    for path in sources(&text).into_iter().chain(fixed).filter(|path| path.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    Ok(())
}

/// The sources in dep-info: `target: source source …`, a space inside a path written as `\ `.
fn sources(text: &str) -> Vec<PathBuf> {
    let listed = text.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, sources)| sources);
    let marked = listed.replace("\\ ", "\u{0}");
    marked.split(' ').filter(|path| !path.is_empty()).map(|path| PathBuf::from(path.replace('\u{0}', " "))).collect()
}
