//! Reading records in the order in which they came.

use uuid::Uuid;

use crate::folder::{Folder, RECORDS, at, id, record};

fn lines(records: &[u8]) -> Vec<&[u8]> {
    records.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

#[test]
fn after_in_any_steps_gives_every_record_once_in_the_order_in_which_it_came() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(RECORDS).unwrap();
    let reader = store.reader().unwrap();
    for step in [1, 2, 7, 1_000] {
        let (mut place, mut got) = (0, Vec::new());
        loop {
            let next = reader.after(place, step).unwrap();
            assert!(next.len() <= step);
            let Some(last) = next.last() else { break };
            place = last.seq;
            got.extend(next);
        }
        assert_eq!(got.iter().map(|placed| placed.bytes.as_slice()).collect::<Vec<_>>(), lines(RECORDS), "{step}");
        for placed in &got {
            let text = String::from_utf8_lossy(&placed.bytes);
            assert!(text.contains(&format!(r#""OrganizationId":"{}""#, placed.organization)), "{text}");
        }
    }
    assert_eq!(reader.newest().unwrap(), lines(RECORDS).len() as i64);
    assert_eq!(reader.store_id().unwrap(), store.id());
}

#[test]
fn between_gives_the_records_of_one_organization_and_no_other() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(RECORDS).unwrap();
    let reader = store.reader().unwrap();
    let all = reader.after(0, 1_000).unwrap();
    let mut organizations: Vec<Uuid> = all.iter().map(|placed| placed.organization).collect();
    organizations.sort_unstable();
    organizations.dedup();
    assert!(organizations.len() > 1, "the records are of several organizations");
    for organization in organizations {
        let expected: Vec<_> = all.iter().filter(|placed| placed.organization == organization && (3..=20).contains(&placed.seq)).collect();
        assert_eq!(reader.between(organization, 3, 20).unwrap().iter().collect::<Vec<_>>(), expected);
    }
    assert_eq!(reader.between(id(1), 1, 1_000).unwrap(), []);
}

#[test]
fn newest_is_never_taken_back_by_retention() {
    let folder = Folder::new();
    let mut store = folder.store_of(5);
    assert_eq!(store.reader().unwrap().newest().unwrap(), 0);
    let batch: String = (0..12).map(|number| record(number, &at(1, 0, 0), "")).collect();
    store.append(batch.as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    assert_eq!(reader.newest().unwrap(), 12);
    while store.retain(i64::MAX, 100).unwrap().more {}
    assert_eq!(reader.after(0, 100).unwrap(), []);
    assert_eq!(reader.newest().unwrap(), 12);
    store.append(record(100, &at(2, 0, 0), "").as_bytes()).unwrap();
    assert_eq!(reader.after(12, 100).unwrap().iter().map(|placed| placed.seq).collect::<Vec<_>>(), [13]);
}
