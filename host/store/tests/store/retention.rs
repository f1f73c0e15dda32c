//! Letting go.

use actlog_store::{Error, Query, ReportKind, Retained, Store, Value, parse_time, verify};

use crate::folder::{Folder, at, id, record};

fn filled(folder: &Folder) -> Store {
    let mut store = folder.store_of(10);
    for day in 1..=10u64 {
        let batch: String = (0..10)
            .map(|number| {
                let more = format!(r#","UserUpn":"user{day}","Tags":"day{day}","QueryResults":"{}, {}""#, id(number), id(day + 1_000));
                record(day * 100 + number, &at(day as u32, 0, number as u32), &more)
            })
            .collect();
        store.append(batch.as_bytes()).unwrap();
    }
    store
}

fn intact(folder: &Folder) -> actlog_store::VerifyReport {
    let report = verify(folder.db(), None).unwrap();
    assert!(report.is_intact(), "{:?}", report.findings);
    report
}

#[test]
fn retain_deletes_old_segments_in_steps_and_verifies_after_each() {
    let folder = Folder::new();
    let mut store = filled(&folder);
    let before = parse_time(&at(5, 0, 0)).unwrap();
    let (mut steps, mut records) = (0, 0);
    loop {
        let retained = store.retain(before, 7).unwrap();
        assert!(retained.records <= 7);
        records += retained.records;
        steps += 1;
        let report = intact(&folder);
        assert_eq!((report.tombstones, report.sealed, report.deleted), (1, 100 - records, records), "step {steps}");
        if !retained.more {
            break;
        }
    }
    assert_eq!((steps, records), (6, 40));
    assert_eq!(store.retain(before, 7).unwrap(), Retained::default());
    let reader = store.reader().unwrap();
    assert_eq!(reader.count(&Query::default()).unwrap(), 60);
    assert_eq!(reader.who_saw(id(3), 100, None).unwrap().rows.len(), 6);
    assert_eq!(reader.who_saw(id(1_004), 100, None).unwrap().rows.len(), 0);
    let names: i64 = folder.raw().query_row("SELECT count(*) FROM name WHERE text IN ('user4', 'day4')", [], |row| row.get(0)).unwrap();
    assert_eq!(names, 0);
    store.append(record(1, &at(20, 0, 0), r#","UserUpn":"user4""#).as_bytes()).unwrap();
    store.close().unwrap();
    assert_eq!(intact(&folder).sealed, 61);
}

#[test]
fn retain_deleted_text_is_not_in_the_file_any_more() {
    let folder = Folder::new();
    let mut store = folder.store_of(10);
    let old: String = (0..10).map(|number| record(number, &at(1, 0, 0), r#","Query":"a-secret-of-old-times""#)).collect();
    store.append(old.as_bytes()).unwrap();
    let new: String = (20..30).map(|number| record(number, &at(9, 0, 0), "")).collect();
    store.append(new.as_bytes()).unwrap();
    store.retain(parse_time(&at(5, 0, 0)).unwrap(), 100).unwrap();
    store.close().unwrap();
    let bytes = std::fs::read(folder.db()).unwrap();
    assert!(!bytes.windows(21).any(|window| window == b"a-secret-of-old-times"));
    assert!(bytes.windows(8).any(|window| window == b"Retrieve"));
}

#[test]
fn retain_source_record_over_two_segments_keeps_what_is_left_searchable() {
    let folder = Folder::new();
    let mut store = folder.store_of(2);
    let part = |number: u64, part: u32, day: u32| {
        let more = format!(r#","UserUpn":"u{day}","EntityId":"{}","QueryResults":"{}""#, id(9), id(50 + number));
        let one = record(number, &at(day, 0, 0), &more).replace(&id(number + 0x1_0000_0000).to_string(), &id(500).to_string());
        one.replace(r#""Part":1,"PartCount":1"#, &format!(r#""Part":{part},"PartCount":2"#))
    };
    let lines = [record(1, &at(1, 0, 0), ""), part(2, 1, 1), part(3, 2, 8), record(4, &at(8, 0, 0), "")];
    store.append(lines.concat().as_bytes()).unwrap();
    assert_eq!(store.reader().unwrap().who_saw(id(52), 9, None).unwrap().rows.len(), 1);
    let retained = store.retain(parse_time(&at(5, 0, 0)).unwrap(), 100).unwrap();
    assert_eq!((retained.records, retained.segments, retained.more), (2, 1, false));
    intact(&folder);
    let reader = store.reader().unwrap();
    assert_eq!(reader.who_saw(id(52), 9, None).unwrap().rows.len(), 0);
    let left = reader.who_saw(id(9), 9, None).unwrap().rows;
    assert_eq!((left.len(), left[0].row.user.as_deref(), left[0].row.is_complete()), (1, Some("u8"), false));
}

#[test]
fn retain_record_without_a_time_stays_as_long_as_one_of_today() {
    let folder = Folder::new();
    let mut store = folder.store();
    let timeless = record(1, &at(1, 0, 0), "").replace(r#""CreationTime":"2024-03-01T00:00:00Z","#, "");
    store.append(timeless.as_bytes()).unwrap();
    store.seal().unwrap();
    assert_eq!(store.retain(actlog_store::days_ago(90), 100).unwrap(), Retained::default());
    assert_eq!(store.retain(actlog_store::days_ago(0) + 60_000, 100).unwrap().records, 1);
}

#[test]
fn retain_unsealed_records_that_are_old_are_sealed_first() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(record(1, &at(1, 0, 0), "").as_bytes()).unwrap();
    assert_eq!(store.retain(actlog_store::days_ago(90), 100).unwrap(), Retained { segments: 1, records: 1, more: false });
    assert_eq!(intact(&folder).deleted, 1);
}

#[test]
fn retain_tombstone_that_is_taken_away_or_forged_is_found() {
    let folder = Folder::new();
    let mut store = filled(&folder);
    store.retain(parse_time(&at(3, 0, 0)).unwrap(), 1_000).unwrap();
    store.close().unwrap();
    folder.raw().execute_batch("DELETE FROM seal WHERE body LIKE '%tombstone%'").unwrap();
    let report = verify(folder.db(), None).unwrap();
    assert!(!report.is_intact());
    assert!(matches!(Store::open(folder.db(), Default::default()), Err(Error::Head { .. })));
}

#[test]
fn retain_tells_what_went_in_a_report() {
    let folder = Folder::new();
    let mut store = filled(&folder);
    let reader = store.reader().unwrap();
    assert_eq!(reader.due(parse_time(&at(3, 0, 0)).unwrap()).unwrap(), (2, 20));
    let deletions = || reader.report(&ReportKind::Deletions, None, None).unwrap();
    assert_eq!(deletions().rows, Vec::<Vec<Value>>::new());
    for day in [3, 6] {
        store.retain(parse_time(&at(day, 0, 0)).unwrap(), 1_000).unwrap();
    }
    assert_eq!(reader.due(parse_time(&at(7, 0, 0)).unwrap()).unwrap(), (1, 10));
    let report = deletions();
    let told: Vec<Vec<String>> = report.rows.iter().map(|row| row[1..].iter().map(Value::to_text).collect()).collect();
    assert_eq!(
        told,
        [
            ["2024-03-03T00:00:00.000Z", "2", "20", "2024-03-01T00:00:00.000Z", "2024-03-02T00:00:09.000Z", "11"],
            ["2024-03-06T00:00:00.000Z", "3", "30", "2024-03-03T00:00:00.000Z", "2024-03-05T00:00:09.000Z", "12"],
        ]
    );
    assert_eq!(report.series[0].points.iter().map(|point| point.1).sum::<i64>(), 50);
    let later = reader.report(&ReportKind::Deletions, Some(i64::MAX - 1), None).unwrap();
    assert_eq!(later.rows.len(), 0);
}

#[test]
fn sealed_names_the_segment_of_each_record_also_between_tombstones() {
    let folder = Folder::new();
    let mut store = filled(&folder);
    store.retain(parse_time(&at(3, 0, 0)).unwrap(), 1_000).unwrap();
    let more = |day: u32, count: u64| -> String { (0..count).map(|n| record(u64::from(day) * 100 + n, &at(day, 0, 0), "")).collect() };
    store.append(more(11, 10).as_bytes()).unwrap();
    store.retain(parse_time(&at(4, 0, 0)).unwrap(), 1_000).unwrap();
    store.append(more(12, 13).as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    let number = |seq: i64| reader.sealed(seq).unwrap().map(|sealed| sealed.number);
    for seq in 31..=100 {
        assert_eq!(number(seq), Some((seq as u64 - 1) / 10 + 1), "{seq}");
    }
    // A tombstone is the eleventh seal, another the thirteenth.
    assert_eq!([101, 110, 111, 120].map(number), [Some(12), Some(12), Some(14), Some(14)]);
    assert_eq!([121, 123, 0, i64::MAX].map(number), [None; 4]);
}
