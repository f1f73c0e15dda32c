//! What somebody does to a store with SQL is found, and the record is named.

use actlog_store::{Finding, Options, PublicKey, Store, VerifyReport, verify};
use rusqlite::Connection;

use crate::folder::{Folder, at, id, record};

/// A sealed store of twelve records in three segments, and one to copy it into.
pub fn sealed() -> (Folder, PublicKey) {
    let folder = Folder::new();
    let mut store = folder.store_of(4);
    let batch: String = (1..=12)
        .map(|number| {
            let more = format!(r#","UserUpn":"anna","Tags":"x","EntityId":"{}","QueryResults":"{}""#, id(number + 50), id(number % 3 + 70));
            record(number, &at(number as u32, 0, 0), &more)
        })
        .collect();
    store.append(batch.as_bytes()).unwrap();
    let key = store.public_key();
    store.close().unwrap();
    (folder, key)
}

/// Does harm to a copy and verifies it.
fn after(folder: &Folder, key: PublicKey, harm: impl FnOnce(&Connection)) -> VerifyReport {
    let copy = Folder::new();
    for name in ["audit.db", "audit.db.head"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    harm(&copy.raw());
    verify(copy.db(), Some(key)).unwrap()
}

fn sql(text: &str) -> impl FnOnce(&Connection) {
    let text = text.to_owned();
    move |connection| connection.execute_batch(&text).unwrap()
}

/// Whether a record is named.
pub fn names(report: &VerifyReport, seq: i64) -> bool {
    let record = id(seq as u64);
    report.findings.iter().any(|Finding { seq: found, id, .. }| *found == Some(seq) && *id == Some(record))
}

#[test]
fn verify_sealed_store_is_intact() {
    let (folder, key) = sealed();
    let report = verify(folder.db(), Some(key)).unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.seals, report.sealed, report.unsealed, report.own_key), (3, 12, 0, false));
}

#[test]
fn verify_record_dropped_swapped_or_doubled_is_found_and_named() {
    let (folder, key) = sealed();
    for seq in 1..=12i64 {
        let dropped = after(&folder, key, sql(&format!("DELETE FROM record WHERE seq = {seq}")));
        assert!(names(&dropped, seq), "{seq} dropped: {:?}", dropped.findings);
        let doubled =
            after(&folder, key, sql(&format!("INSERT INTO record SELECT 13, randomblob(16), source, bytes FROM record WHERE seq = {seq}")));
        assert!(!doubled.is_intact(), "{seq} doubled");
        if seq < 12 {
            let next = seq + 1;
            let swap = format!(
                "UPDATE record SET seq = 99 WHERE seq = {seq}; UPDATE record SET seq = {seq} WHERE seq = {next}; \
                 UPDATE record SET seq = {next} WHERE seq = 99"
            );
            let swapped = after(&folder, key, sql(&swap));
            assert!(names(&swapped, seq) && names(&swapped, next), "{seq} swapped: {:?}", swapped.findings);
        }
    }
}

#[test]
fn verify_each_other_harm_is_found() {
    let (folder, key) = sealed();
    let harms = [
        "UPDATE seen SET source = source + 1 WHERE source = 3",
        "DELETE FROM seen WHERE source = 3",
        "INSERT INTO seen VALUES (randomblob(16), 5, 5)",
        "UPDATE seen SET time = time + 1 WHERE source = 3",
        "UPDATE source SET time = time + 1 WHERE source = 3",
        "UPDATE source SET user = NULL WHERE source = 3",
        "UPDATE source SET user = message WHERE source = 3",
        "UPDATE source SET results = 0 WHERE source = 3",
        "UPDATE source SET entity_id = NULL WHERE source = 3",
        "UPDATE source SET part_count = 7 WHERE source = 3",
        "UPDATE source SET correlation = randomblob(16) WHERE source = 3",
        "DELETE FROM source WHERE source = 3",
        "UPDATE record SET source = 4 WHERE seq = 3",
        "UPDATE record SET id = randomblob(16) WHERE seq = 3",
        "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT), 'anna', 'hans') AS BLOB)",
        "UPDATE name SET text = 'hans' WHERE text = 'anna'",
        "DELETE FROM name WHERE text = 'anna'",
        "DELETE FROM tag WHERE source = 3",
        "INSERT INTO tag SELECT name, time, 4 FROM tag WHERE source = 3",
        "DELETE FROM seal WHERE number = 1",
        "DELETE FROM seal WHERE number = 2",
        "DELETE FROM seal WHERE number = 3",
        "DELETE FROM seal WHERE number = 3; DELETE FROM record WHERE seq > 8; DELETE FROM source WHERE source > 8; \
         DELETE FROM seen WHERE source > 8; DELETE FROM tag WHERE source > 8",
        "DELETE FROM seal; DELETE FROM record; DELETE FROM source; DELETE FROM seen; DELETE FROM tag",
        "UPDATE seal SET manifest = NULL WHERE number = 2",
        "UPDATE seal SET number = 7 WHERE number = 3",
        "UPDATE record SET seq = -1 WHERE seq = 1",
        "DROP INDEX source_user",
        "DROP INDEX source_user; CREATE INDEX source_user ON source (user, time) WHERE user > 1000",
        "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record WHERE seq = new.seq; END",
        "UPDATE meta SET value = randomblob(16) WHERE key = 'store'",
        "INSERT INTO meta VALUES ('extra', x'78')",
    ];
    for harm in harms {
        let report = after(&folder, key, sql(harm));
        assert!(!report.is_intact(), "{harm}");
    }
}

#[test]
fn verify_store_signed_again_with_another_key_is_found_by_the_key_kept_elsewhere() {
    let (folder, key) = sealed();
    let forged = Folder::new();
    let mut store = forged.store_of(4);
    for row in actlog_store::Reader::open(folder.db()).unwrap().stream(&Default::default()) {
        let ndjson = String::from_utf8(row.unwrap().to_ndjson()).unwrap().replace("anna", "hans");
        store.append(ndjson.as_bytes()).unwrap();
    }
    store.close().unwrap();
    assert!(verify(forged.db(), None).unwrap().is_intact());
    let report = verify(forged.db(), Some(key)).unwrap();
    assert!(!report.is_intact() && !report.own_key);
}

#[test]
fn verify_unsealed_tail_is_no_damage_but_a_gap_in_it_is() {
    let (folder, key) = sealed();
    let mut store = Store::open(folder.db(), Options { segment: 100, ..Options::default() }).unwrap();
    let batch: String = (13..=15).map(|number| record(number, &at(20, 0, 0), "")).collect();
    store.append(batch.as_bytes()).unwrap();
    let report = verify(folder.db(), Some(key)).unwrap();
    assert!(report.is_intact() && (report.sealed, report.unsealed) == (12, 3), "{report:?}");
    folder.raw().execute_batch("DELETE FROM record WHERE seq = 14; DELETE FROM source WHERE source = 14").unwrap();
    assert!(!verify(folder.db(), Some(key)).unwrap().is_intact());
}

#[test]
fn verify_what_changes_between_append_and_seal_is_found() {
    let (folder, key) = sealed();
    let mut store = Store::open(folder.db(), Options { segment: 100, ..Options::default() }).unwrap();
    store.append(record(13, &at(20, 0, 0), r#","UserAgent":"curl""#).as_bytes()).unwrap();
    folder
        .raw()
        .execute_batch("UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT), 'curl', 'Edge') AS BLOB) WHERE seq = 13")
        .unwrap();
    store.close().unwrap();
    assert!(names(&verify(folder.db(), Some(key)).unwrap(), 13));
}

#[test]
fn verify_head_that_is_missing_old_or_another_is_told() {
    let (folder, key) = sealed();
    let head = folder.path().join("audit.db.head");
    let newest = std::fs::read(&head).unwrap();
    for bit in 0..newest.len() * 8 {
        let mut flipped = newest.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if flipped.trim_ascii() == newest.trim_ascii() || flipped.eq_ignore_ascii_case(&newest) && bit / 8 > newest.len() - 130 {
            continue; // white space at the end, or a hexadecimal digit in upper case
        }
        std::fs::write(&head, &flipped).unwrap();
        assert!(!verify(folder.db(), Some(key)).unwrap().is_intact(), "bit {bit}");
    }
    std::fs::remove_file(&head).unwrap();
    assert!(!verify(folder.db(), Some(key)).unwrap().is_intact());
    std::fs::write(&head, newest).unwrap();
    assert!(verify(folder.db(), Some(key)).unwrap().is_intact());
}
