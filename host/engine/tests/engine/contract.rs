//! The contract's shape changes with its version only: `host/engine/tests/contract.lock` remembers the shape of every version.
//!
//! A line of the lock is a version and the SHA-256 of the contract's text as one tool prints it, comments left out and
//! interfaces sorted. `ACTLOG_OVERWRITE=1` adds a line for a new version, and never changes one.

use super::common;
use sha2::{Digest, Sha256};
use std::path::Path;
use wit_component::WitPrinter;
use wit_parser::{Resolve, SourceMap};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");

/// First lines of the lock.
const HEAD: &str = "\
# The shape of the contract in each of its versions. A test of host/engine compares it with wit/.
# ACTLOG_OVERWRITE=1 cargo test -p actlog-engine --test engine contract adds a version; lines that stand here stay.
";

/// A version and the shape that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    version: String,
    digest: String,
}

/// What is wrong between a contract and its lock.
#[derive(Debug, PartialEq, Eq)]
enum Mismatch {
    /// The version stands in the lock with another shape.
    Changed { version: String },
    /// The version is not in the lock.
    New,
    /// The version is not in the lock, and below one that is.
    Backwards { locked: String },
    /// A line of the lock is none.
    BadLine(String),
}

/// The shape of a contract, given as its files: name and text.
fn shape(files: &[(String, String)]) -> Shape {
    let mut files = files.to_vec();
    files.sort();
    let mut sources = SourceMap::default();
    for (name, text) in &files {
        sources.push_str(name, text.as_str());
    }
    let parsed = sources.parse().map_err(|(_, error)| error).expect("the contract is valid");
    let mut resolve = Resolve::default();
    let id = resolve.push_group(parsed).expect("the contract is complete");
    // In which file an interface stands is no shape.
    resolve.packages[id].interfaces.sort_keys();
    resolve.packages[id].worlds.sort_keys();
    let version = resolve.packages[id].name.version.as_ref().expect("the contract has a version").to_string();
    let mut printer = WitPrinter::default();
    printer.emit_docs(false).print(&resolve, id, &[]).expect("it can be printed");
    let digest = Sha256::digest(printer.output.to_string());
    Shape { version, digest: digest.iter().map(|byte| format!("{byte:02x}")).collect() }
}

/// Three numbers, so that versions compare.
fn numbers(version: &str) -> Option<[u64; 3]> {
    let numbers: Vec<u64> = version.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

/// Compares a shape with a lock's text.
fn check(found: &Shape, lock: &str) -> Result<(), Mismatch> {
    let mut newest = None;
    for line in lock.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let bad = || Mismatch::BadLine(line.to_owned());
        let (version, digest) = line.split_once(" sha256:").ok_or_else(bad)?;
        let order = numbers(version).ok_or_else(bad)?;
        if version == found.version {
            return if digest == found.digest { Ok(()) } else { Err(Mismatch::Changed { version: version.to_owned() }) };
        }
        newest = newest.max(Some((order, version)));
    }
    match newest {
        Some((order, locked)) if numbers(&found.version).is_none_or(|found| found < order) => {
            Err(Mismatch::Backwards { locked: locked.to_owned() })
        }
        _ => Err(Mismatch::New),
    }
}

/// The lock with a line for a new version.
fn renewed(found: &Shape, lock: &str) -> String {
    let lock = if lock.is_empty() { HEAD } else { lock };
    format!("{lock}{} sha256:{}\n", found.version, found.digest)
}

/// The contract's files.
fn files() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(FOLDER).expect("the contract is there").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "wit"));
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("the contract is text"))).collect()
}

#[test]
fn contract_has_the_shape_that_is_locked_for_its_version() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract.lock");
    let lock = std::fs::read_to_string(&path).unwrap_or_default();
    let found = shape(&files());
    match check(&found, &lock) {
        Ok(()) => {}
        Err(Mismatch::New) if std::env::var_os("ACTLOG_OVERWRITE").is_some() => {
            std::fs::write(&path, renewed(&found, &lock)).expect("writes the lock");
        }
        Err(Mismatch::New) => {
            panic!("version {} of the contract is not in host/engine/tests/contract.lock; ACTLOG_OVERWRITE=1 adds it", found.version)
        }
        Err(Mismatch::Changed { version }) => panic!(
            "the contract changed its shape and is still version {version}: give it a new version in wit/world.wit. \
             A version that nobody was given yet may change: then take its line out of host/engine/tests/contract.lock, and ACTLOG_OVERWRITE=1 adds it anew"
        ),
        Err(other) => panic!("host/engine/tests/contract.lock: {other:?}"),
    }
}

#[test]
fn engine_speaks_the_version_of_the_contract() {
    assert_eq!(shape(&files()).version, actlog_engine::CONTRACT_VERSION);
    assert_eq!(common::CONTRACT, actlog_engine::CONTRACT_VERSION);
}

/// A small contract, with one thing replaced.
fn altered(old: &str, new: &str) -> Shape {
    let text = "package a:b@1.2.3;\n/// Doc.\ninterface one {\n  enum e { x, y }\n  record r { first: u32, second: string }\n  f: func(a: list<u8>) -> r;\n}\ninterface two { g: func(); }\nworld w { export one; export two; }\n";
    assert!(old.is_empty() || text.contains(old), "{old} is not there");
    shape(&[("a.wit".to_owned(), text.replacen(old, new, 1))])
}

/// The lock of the small contract.
fn lock() -> String {
    renewed(&altered("", ""), "")
}

#[test]
fn change_of_shape_without_a_version_is_found() {
    for (old, new) in [
        ("x, y", "x, y, z"),
        ("x, y", "y, x"),
        ("first: u32", "first: u64"),
        ("first:", "initial:"),
        ("first: u32, second: string", "second: string, first: u32"),
        ("a: list<u8>", "a: string"),
        ("a: list<u8>", "a: list<u8>, b: bool"),
        (" -> r", ""),
        ("f: func", "h: func"),
        ("export two;", ""),
        ("export one;", "import one;"),
    ] {
        assert_eq!(check(&altered(old, new), &lock()), Err(Mismatch::Changed { version: "1.2.3".to_owned() }), "{old} → {new}");
    }
}

#[test]
fn comments_spaces_and_files_are_no_shape() {
    for (old, new) in [("/// Doc.\n", ""), ("Doc.", "Other words."), ("x, y", "x,\n\n  // why\n  y,"), ("f: func", "/// New.\n f: func")] {
        assert_eq!(check(&altered(old, new), &lock()), Ok(()), "{old} → {new}");
    }
    let head = "package a:b@1.2.3;\n".to_owned();
    let one = "interface one { enum e { x, y } record r { first: u32, second: string } f: func(a: list<u8>) -> r; }".to_owned();
    let rest = "interface two { g: func(); } world w { export one; export two; }".to_owned();
    let split = shape(&[("z.wit".to_owned(), head + &one), ("a.wit".to_owned(), rest)]);
    assert_eq!(check(&split, &lock()), Ok(()));
}

#[test]
fn new_version_is_added_and_the_lines_before_it_stay() {
    let next = altered("1.2.3", "1.10.0");
    assert_eq!(check(&next, &lock()), Err(Mismatch::New));
    let grown = renewed(&next, &lock());
    assert!(grown.starts_with(&lock()), "{grown}");
    assert_eq!(check(&next, &grown), Ok(()));
    assert_eq!(check(&altered("", ""), &grown), Ok(()), "the version before is still known");
    assert_eq!(check(&altered("x, y", "x"), &grown), Err(Mismatch::Changed { version: "1.2.3".to_owned() }));
}

#[test]
fn version_below_a_locked_one_is_refused() {
    assert_eq!(check(&altered("1.2.3", "1.2.2"), &lock()), Err(Mismatch::Backwards { locked: "1.2.3".to_owned() }));
}

#[test]
fn lock_with_a_line_that_is_none_is_refused() {
    for bad in ["1.2.3", "1.2 sha256:00", "x sha256:00"] {
        assert_eq!(check(&altered("", ""), bad), Err(Mismatch::BadLine(bad.to_owned())));
    }
}
