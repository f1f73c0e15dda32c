//! Bits: of records and seals, where each flip is found, and of the file itself, where it is found or changes nothing.

use std::path::Path;

use actlog_store::{Options, PublicKey, Store, verify};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::folder::{Folder, at, bits, id, record};
use crate::tampering::{names, sealed};

/// A tiny store with its journal folded in.
fn tiny(folder: &Folder) -> PublicKey {
    let options = Options { page_size: 512, segment: 2, ..Options::default() };
    let mut store = Store::open(folder.db(), options).unwrap();
    let batch: String = (1..=3)
        .map(|number| {
            record(number, &at(number as u32, 0, 0), &format!(r#","UserUpn":"anna","Tags":"x","EntityId":"{}""#, id(number + 50)))
        })
        .collect();
    store.append(batch.as_bytes()).unwrap();
    let key = store.public_key();
    store.close().unwrap();
    folder.raw().execute_batch("PRAGMA journal_mode = delete").unwrap();
    key
}

/// Everything that a store can answer with: every row of every table, read from the table and by every index; the statements
/// that made them; and what the header says that this program goes by.
fn content(path: &Path) -> rusqlite::Result<Vec<Vec<Value>>> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut content = Vec::new();
    let mut read = |sql: &str| -> rusqlite::Result<()> {
        let mut statement = connection.prepare(sql)?;
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        for row in rows {
            content.push(row?);
        }
        Ok(())
    };
    for sql in [
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name",
        "PRAGMA user_version",
        "PRAGMA application_id",
        "SELECT * FROM meta ORDER BY key",
        "SELECT * FROM name NOT INDEXED ORDER BY no",
        "SELECT text, no FROM name ORDER BY text",
        "SELECT text, no FROM name INDEXED BY name_caseless ORDER BY text COLLATE NOCASE",
        "SELECT * FROM record NOT INDEXED ORDER BY seq",
        "SELECT id, seq FROM record ORDER BY id",
        "SELECT source, seq FROM record INDEXED BY record_source ORDER BY source",
        "SELECT * FROM source NOT INDEXED ORDER BY source",
        "SELECT correlation, organization, source FROM source ORDER BY correlation, organization",
        "SELECT time, source FROM source INDEXED BY source_time ORDER BY time",
        "SELECT caller, time, source FROM source INDEXED BY source_caller WHERE caller IS NOT NULL ORDER BY caller, time",
        "SELECT * FROM seen ORDER BY id, time, source",
        "SELECT * FROM tag ORDER BY name, time, source",
        "SELECT * FROM seal ORDER BY number",
    ] {
        read(sql)?;
    }
    for column in ["message", "category", "activity", "entity", "user", "user_id", "client_ip", "result_status"] {
        read(&format!("SELECT {column}, time, source FROM source INDEXED BY source_{column} ORDER BY {column}, time"))?;
    }
    Ok(content)
}

/// All bits where `ACTLOG_EVERY_BIT` is set, else one of each byte.
#[test]
fn verify_any_bit_of_the_file_flipped_is_found_or_harmless() {
    let folder = Folder::new();
    let key = tiny(&folder);
    let sound = std::fs::read(folder.db()).unwrap();
    let expected = content(&folder.db()).unwrap();
    assert!(verify(folder.db(), Some(key)).unwrap().is_intact());
    let (mut found, mut harmless) = (0, 0);
    let copy = Folder::new();
    std::fs::copy(folder.path().join("audit.db.head"), copy.path().join("audit.db.head")).unwrap();
    let mut bytes = sound.clone();
    std::fs::write(copy.db(), &bytes).unwrap();
    for bit in bits(sound.len(), false) {
        let byte = bit / 8;
        bytes[byte] ^= 1 << (bit % 8);
        write_at(&copy.db(), byte, bytes[byte]);
        match verify(copy.db(), Some(key)) {
            Ok(report) if report.is_intact() => {
                // Not found: then it must have changed nothing that anybody could see.
                let now = content(&copy.db());
                assert!(now.is_ok_and(|now| now == expected), "bit {bit} of the file changed what the store says");
                harmless += 1;
            }
            Ok(_) | Err(_) => found += 1,
        }
        bytes[byte] = sound[byte];
        write_at(&copy.db(), byte, bytes[byte]);
    }
    println!("{} bytes: {found} flips found, {harmless} changed nothing", sound.len());
    assert!(found > harmless / 4);
    assert_eq!(std::fs::read(copy.db()).unwrap(), sound);
}

fn write_at(path: &Path, at: usize, byte: u8) {
    use std::io::{Seek, SeekFrom, Write};
    // A journal or shared memory that a reader of a damaged file left would belong to another file.
    for ending in ["-wal", "-shm", "-journal"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(at as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

#[test]
fn verify_every_bit_of_every_record_flipped_is_found_and_named() {
    let (folder, key) = sealed();
    let copy = Folder::new();
    for name in ["audit.db", "audit.db.head"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let raw = copy.raw();
    raw.execute_batch("PRAGMA synchronous = off").unwrap();
    for seq in [1i64, 6, 12] {
        let bytes: Vec<u8> = raw.query_row("SELECT bytes FROM record WHERE seq = ?", [seq], |row| row.get(0)).unwrap();
        for bit in bits(bytes.len(), seq == 6) {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            raw.execute("UPDATE record SET bytes = ? WHERE seq = ?", (&flipped, seq)).unwrap();
            let report = verify(copy.db(), Some(key)).unwrap();
            assert!(names(&report, seq), "bit {bit} of record {seq}: {:?}", report.findings);
        }
        raw.execute("UPDATE record SET bytes = ? WHERE seq = ?", (&bytes, seq)).unwrap();
    }
    assert!(verify(copy.db(), Some(key)).unwrap().is_intact());
}

#[test]
fn verify_every_bit_of_every_seal_flipped_is_found() {
    let (folder, key) = sealed();
    let raw = folder.raw();
    raw.execute_batch("PRAGMA synchronous = off").unwrap();
    for number in 1..=3i64 {
        for column in ["body", "signature", "manifest"] {
            let bytes: Vec<u8> = raw.query_row(&format!("SELECT {column} FROM seal WHERE number = ?"), [number], |row| row.get(0)).unwrap();
            let update = format!("UPDATE seal SET {column} = ? WHERE number = ?");
            for bit in bits(bytes.len(), number == 2) {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                raw.execute(&update, (&flipped, number)).unwrap();
                let report = verify(folder.db(), Some(key)).unwrap();
                assert!(report.findings.iter().any(|finding| finding.seal.is_some()), "bit {bit} of {column} of seal {number}");
            }
            raw.execute(&update, (&bytes, number)).unwrap();
        }
    }
    assert!(verify(folder.db(), Some(key)).unwrap().is_intact());
}
