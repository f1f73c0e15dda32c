//! `actlog rule new`: a project that builds to a component with one command.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;
use include_dir::{Dir, include_dir};

use crate::cli::{Language, RuleNewArgs};
use crate::console::{Console, GOOD};
use crate::exit::{End, cannot_write, usage};

/// What stands in a template where the name of the rule belongs.
const NAME: &str = "{{name}}";
/// Longest name.
const MOST_NAME: usize = 64;

static RUST: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rule-templates/rust");
static JAVASCRIPT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rule-templates/javascript");
static PYTHON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rule-templates/python");
static SHARED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rule-templates/shared");
static CONTRACT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../wit");

/// Writes the project.
///
/// # Errors
/// When the name cannot be one, or the folder is there already or cannot be written.
pub fn new(args: &RuleNewArgs) -> anyhow::Result<End> {
    let name = &args.name;
    check_name(name)?;
    let folder = Path::new(args.folder.as_deref().unwrap_or(name));
    fs::create_dir(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => usage(format!("{} exists already and is left as it is", folder.display())),
        _ => cannot_write(&folder.display().to_string(), error),
    })?;
    let template = match args.lang {
        Language::Rust => &RUST,
        Language::Javascript => &JAVASCRIPT,
        Language::Python => &PYTHON,
    };
    for template in [template, &SHARED] {
        write(template, folder, name)?;
    }
    let contract = folder.join("wit");
    fs::create_dir(&contract).map_err(|error| cannot_write(&contract.display().to_string(), error))?;
    write(&CONTRACT, &contract, name)?;
    let steps: Vec<String> = steps(args.lang).iter().map(|step| format!("  {step}")).collect();
    Console::plain().say(&format!("{GOOD}written:{GOOD:#} {}; go on there with:\n{}", folder.display(), steps.join("\n")));
    Ok(End::Done)
}

/// What to do next, in the new folder.
fn steps(language: Language) -> [&'static str; 3] {
    match language {
        Language::Rust => [
            "cargo build --release --target wasm32-unknown-unknown",
            "actlog rule check target/wasm32-unknown-unknown/release/rule.wasm",
            "actlog rule test target/wasm32-unknown-unknown/release/rule.wasm --events events.ndjson",
        ],
        Language::Javascript => ["npm run build", "actlog rule check rule.wasm", "actlog rule test rule.wasm --events events.ndjson"],
        Language::Python => ["python3 build.py", "actlog rule check rule.wasm", "actlog rule test rule.wasm --events events.ndjson"],
    }
}

/// A name that settings, Cargo and npm all take.
fn check_name(name: &str) -> anyhow::Result<()> {
    let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase()) && !name.ends_with('-');
    if !begins || name.len() > MOST_NAME || !name.bytes().all(sound) {
        return Err(usage(format!(
            "'{name}' cannot be the name of a rule: 1 to {MOST_NAME} of the characters a to z, 0 to 9 and hyphen, the first a letter, the last no hyphen"
        )));
    }
    // Names that Cargo refuses for a package, and keywords of Rust.
    const TAKEN: [&str; 47] = [
        "abstract",
        "alloc",
        "as",
        "async",
        "await",
        "become",
        "box",
        "break",
        "build",
        "const",
        "continue",
        "core",
        "crate",
        "deps",
        "do",
        "dyn",
        "else",
        "enum",
        "examples",
        "extern",
        "false",
        "final",
        "fn",
        "for",
        "if",
        "impl",
        "in",
        "incremental",
        "let",
        "loop",
        "match",
        "mod",
        "move",
        "mut",
        "proc-macro",
        "pub",
        "ref",
        "return",
        "self",
        "static",
        "std",
        "struct",
        "super",
        "test",
        "trait",
        "true",
        "type",
    ];
    let more = ["unsafe", "use", "where", "while", "yield", "try", "virtual", "typeof", "unsized", "macro", "override", "priv"];
    if TAKEN.contains(&name) || more.contains(&name) {
        return Err(usage(format!("'{name}' means something else to the build tools; give the rule another name")));
    }
    Ok(())
}

/// Writes what stands in a template, with the name filled in.
fn write(template: &Dir<'_>, to: &Path, name: &str) -> anyhow::Result<()> {
    for file in template.files() {
        let path = to.join(file.path());
        let text = file.contents_utf8().context("a template is not text; please report this")?;
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text.replace(NAME, name)));
        written.map_err(|error| cannot_write(&path.display().to_string(), error))?;
    }
    template.dirs().try_for_each(|dir| write(dir, to, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_name_takes_what_all_tools_take() {
        for name in ["a", "mask-contacts", "rule2", &"n".repeat(MOST_NAME)] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", "-a", "a-", "2a", "A", "a_b", "a b", "../a", "test", "core", "fn", &"n".repeat(MOST_NAME + 1)] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
