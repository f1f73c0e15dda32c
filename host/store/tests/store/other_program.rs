//! Another program, written from `FORMAT.md`, comes to the same verdict.

use std::path::Path;
use std::process::Command;

use actlog_store::{PublicKey, parse_time, verify};

use crate::folder::{Folder, RECORDS, at, id, record};

/// Runs `verify.py`: whether the store is intact, and what it says.
fn python(folder: &Folder, key: PublicKey) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify.py");
    let output = Command::new("python3").arg(script).arg(folder.db()).arg(key.to_hex()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    (output.status.success(), said)
}

/// Whether Python can do it. Where it cannot, that is said, and where checks must be complete it is an error.
fn available() -> bool {
    let there = Command::new("python3").args(["-c", "import sqlite3, cryptography"]).output().is_ok_and(|output| output.status.success());
    if !there {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "python3 with the package cryptography is missing");
        eprintln!("NOT CHECKED: python3 with the package cryptography is missing, so that verify.py could not run");
    }
    there
}

#[test]
fn verify_py_agrees_on_sound_and_harmed_stores() {
    if !available() {
        return;
    }
    let folder = Folder::new();
    let mut store = folder.store_of(10);
    let key = store.public_key();
    store.append(RECORDS).unwrap();
    let batch: String = (1..=10).map(|number| record(number, &at(1, 0, 0), r#","Tags":"a, b""#)).collect();
    store.append(batch.as_bytes()).unwrap();
    store.append(record(11, &at(30, 0, 0), &format!(r#","QueryResults":"{}, [redacted by x]""#, id(9))).as_bytes()).unwrap();
    store.seal().unwrap();
    store.retain(parse_time(&at(2, 0, 0)).unwrap(), 4).unwrap();
    store.append(record(12, &at(30, 0, 0), "").as_bytes()).unwrap();
    let (intact, said) = python(&folder, key);
    assert!(intact, "{said}");
    std::mem::forget(store);
    for harm in [
        "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT), '\"Part\":', '\"Part\": ') AS BLOB) WHERE seq = 2",
        "DELETE FROM record WHERE seq = (SELECT max(seq) - 3 FROM record)",
        "UPDATE seal SET signature = zeroblob(64) WHERE number = 1",
        "UPDATE seal SET manifest = zeroblob(480) WHERE number = 1",
        "DELETE FROM seal WHERE number = (SELECT max(number) FROM seal)",
        "DELETE FROM seen WHERE source = (SELECT max(source) FROM seen)",
        "UPDATE source SET user = NULL WHERE source = 2",
        "UPDATE source SET time = 0 WHERE source = 2",
        "INSERT INTO record SELECT -5, randomblob(16), source, bytes FROM record LIMIT 1",
        "CREATE TRIGGER t AFTER INSERT ON record BEGIN SELECT 1; END",
    ] {
        let copy = Folder::new();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
        copy.raw().execute_batch(harm).unwrap();
        let (intact, said) = python(&copy, key);
        assert!(!intact, "{harm}: {said}");
        assert!(!verify(copy.db(), Some(key)).unwrap().is_intact(), "{harm}");
    }
}
