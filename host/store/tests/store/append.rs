//! Taking records in.

use actlog_store::{Appended, Error, Options, Query, Store, verify};

use crate::folder::{Folder, RECORDS, WIRE, at, id, record};

#[test]
fn append_records_of_both_profiles_come_back_to_the_byte() {
    let folder = Folder::new();
    let mut store = folder.store();
    let lines = |bytes: &'static [u8]| bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() as u64;
    let wire_only: Vec<u8> = WIRE
        .split_inclusive(|byte| *byte == b'\n')
        .flat_map(|line| String::from_utf8_lossy(line).replacen(r#"{"Id":"0"#, r#"{"Id":"1"#, 1).into_bytes())
        .collect();
    assert_eq!(store.append(RECORDS).unwrap().stored, lines(RECORDS));
    let wire = store.append(&wire_only).unwrap();
    assert_eq!(wire.stored + wire.known + wire.conflicts, lines(WIRE));
    let reader = store.reader().unwrap();
    let mut back: Vec<Vec<u8>> = Vec::new();
    for row in reader.stream(&Query::default()) {
        back.extend(row.unwrap().parts.into_iter().map(|part| part.bytes));
    }
    for line in RECORDS.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        assert!(back.iter().any(|bytes| bytes == line));
    }
    store.close().unwrap();
    let report = verify(folder.db(), None).unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
}

#[test]
fn append_same_records_again_are_known() {
    let folder = Folder::new();
    let mut store = folder.store();
    let first = store.append(RECORDS).unwrap();
    let again = store.append(RECORDS).unwrap();
    assert_eq!(again, Appended { known: first.stored, ..Appended::default() });
    let twice = record(1, &at(1, 0, 0), "").repeat(2);
    assert_eq!(store.append(twice.as_bytes()).unwrap(), Appended { stored: 1, known: 1, ..Appended::default() });
}

#[test]
fn append_same_id_with_other_bytes_is_a_conflict_and_the_first_stays() {
    let folder = Folder::new();
    let mut store = folder.store();
    let first = record(1, &at(1, 0, 0), "");
    store.append(first.as_bytes()).unwrap();
    let other = record(1, &at(1, 0, 0), r#","UserUpn":"mallory""#);
    let appended = store.append(other.as_bytes()).unwrap();
    assert_eq!(appended, Appended { conflicts: 1, conflicting: vec![id(1)], ..Appended::default() });
    let rows: Vec<_> = store.reader().unwrap().stream(&Query::default()).collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].to_ndjson(), first.as_bytes());
}

#[test]
fn append_line_that_is_no_record_stores_nothing() {
    let folder = Folder::new();
    let mut store = folder.store();
    let good = record(1, &at(1, 0, 0), "");
    for bad in ["nonsense", "{}", "[1]", r#"{"Id":"x"}"#, "\u{feff}{}"] {
        let error = store.append(format!("{good}\n{bad}\n").as_bytes()).unwrap_err();
        assert!(matches!(error, Error::NotARecord { line: 3, .. }), "{error}");
    }
    assert_eq!(store.reader().unwrap().size().unwrap(), (0, 0));
    assert_eq!(store.append(good.as_bytes()).unwrap().stored, 1);
}

#[test]
fn append_store_that_is_full_keeps_nothing_and_goes_on_when_there_is_room() {
    let folder = Folder::new();
    let options = Options { max_bytes: Some(400_000), segment: 10, ..Options::default() };
    let mut store = Store::open(folder.db(), options).unwrap();
    let text = "x".repeat(2_000);
    let batch =
        |from: u64| -> String { (from..from + 20).map(|number| record(number, &at(1, 0, 0), &format!(r#","Query":"{text}""#))).collect() };
    let (mut stored, mut full) = (0, false);
    for from in (0..400).step_by(20) {
        match store.append(batch(from).as_bytes()) {
            Ok(appended) => stored += appended.stored,
            Err(Error::Full) => {
                full = true;
                break;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(full && stored > 0);
    assert_eq!(store.reader().unwrap().size().unwrap().0, stored);
    drop(store);
    let mut store = folder.store();
    assert_eq!(store.append(batch(0).as_bytes()).unwrap().known, 20);
    assert_eq!(store.append(batch(1_000).as_bytes()).unwrap().stored, 20);
    store.close().unwrap();
    let report = verify(folder.db(), None).unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
    assert_eq!(report.sealed, stored + 20);
}

#[test]
fn append_is_seen_by_a_reader_that_was_open_before() {
    let folder = Folder::new();
    let mut store = folder.store();
    let reader = store.reader().unwrap();
    assert_eq!(reader.count(&Query::default()).unwrap(), 0);
    store.append(record(1, &at(1, 0, 0), "").as_bytes()).unwrap();
    assert_eq!(reader.count(&Query::default()).unwrap(), 1);
}

#[test]
fn append_process_that_dies_loses_nothing_that_was_acknowledged() {
    let folder = Folder::new();
    let mut store = folder.store_of(4);
    let batch: String = (0..6).map(|number| record(number, &at(1, 0, 0), "")).collect();
    store.append(batch.as_bytes()).unwrap();
    let copy = Folder::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let reopened = copy.store_of(4);
    assert_eq!((reopened.unsealed(), reopened.reader().unwrap().size().unwrap().0), (2, 6));
    reopened.close().unwrap();
    let report = verify(copy.db(), Some(store.public_key())).unwrap();
    assert!(report.is_intact() && report.sealed == 6, "{report:?}");
}
