//! Reports.

use actlog_store::{ACTIVITIES, Query, Reader, ReportKind, Value, parse_time};

use crate::folder::{Folder, at, id, record};

fn filled() -> (Folder, Reader) {
    let folder = Folder::new();
    let mut store = folder.store();
    for (position, activity) in ACTIVITIES.iter().enumerate() {
        for number in 0..=position as u64 {
            let more = format!(
                r#","Activity":"{activity}","UserUpn":"user{}","UserId":"{}","QueryResults":"{}, {}""#,
                number % 2,
                id(number % 2 + 900),
                id(number),
                id(60)
            );
            let one = record(position as u64 * 100 + number, &at(number as u32 + 1, position as u32, 0), &more);
            let one = match position {
                7 => one.replace(r#""Category":"Read""#, r#""Category":"SignIn""#),
                3 => one.replace("Retrieve", "ExportToExcel").replace(r#""Category":"Read""#, r#""Category":"ReadMultiple""#),
                _ => one,
            };
            store.append(one.as_bytes()).unwrap();
        }
    }
    let reader = store.reader().unwrap();
    (folder, reader)
}

fn total(rows: &[Vec<Value>], column: usize) -> i64 {
    rows.iter().map(|row| if let Value::Number(number) = row[column] { number } else { 0 }).sum()
}

#[test]
fn report_each_of_the_nine_counts_its_own() {
    let (_folder, reader) = filled();
    for (position, kind) in ReportKind::preconfigured().enumerate() {
        let report = reader.report(&kind, None, None).unwrap();
        assert_eq!(report.title, ACTIVITIES[position]);
        assert_eq!(report.columns, ["User", "Message", "Entity", "Activities", "Records shown", "First", "Last"]);
        assert_eq!(total(&report.rows, 3), position as i64 + 1);
        assert_eq!(report.series[0].points.len(), position + 1);
        assert_eq!(report.series[0].points[0], ("2024-03-01".to_owned(), 1));
    }
    assert!(reader.report(&ReportKind::Activity("Ate lunch".to_owned()), None, None).is_err());
}

#[test]
fn report_each_other_counts_what_it_says() {
    let (_folder, reader) = filled();
    let count = |kind: &ReportKind, column: usize| total(&reader.report(kind, None, None).unwrap().rows, column);
    assert_eq!(count(&ReportKind::User("USER1".to_owned()), 3), 20);
    assert_eq!(count(&ReportKind::User(id(901).to_string()), 3), 20);
    assert_eq!(count(&ReportKind::Exports, 4), 8);
    assert_eq!(count(&ReportKind::Admin, 4), 3 + 6 + 7 + 9);
    assert_eq!(count(&ReportKind::SignIns, 4), 8);
    assert_eq!(count(&ReportKind::ByDay, 1), 45);
    let hours = reader.report(&ReportKind::ByHour, None, None).unwrap();
    assert_eq!((hours.rows.len(), total(&hours.rows, 1)), (24, 45));
    assert_eq!(hours.rows[8][..2], [Value::Text("08:00".to_owned()), Value::Number(9)]);
    let saw = reader.report(&ReportKind::WhoSaw(vec![id(0), id(60)]), None, None).unwrap();
    assert_eq!((saw.rows.len(), total(&saw.rows, 10)), (45, 45 + 9));
}

#[test]
fn report_of_a_time_counts_only_that() {
    let (_folder, reader) = filled();
    let day = |day: u32| parse_time(&at(day, 0, 0));
    let report = reader.report(&ReportKind::ByDay, day(2), day(4)).unwrap();
    assert_eq!(report.rows.iter().map(|row| row[0].to_text()).collect::<Vec<_>>(), ["2024-03-02", "2024-03-03"]);
    assert_eq!(total(&report.rows, 1), 8 + 7);
}

#[test]
fn report_of_the_customers_own_lists_what_its_query_finds() {
    let (_folder, reader) = filled();
    let query = Query { user: Some("user0".to_owned()), ..Query::default() };
    let kind = ReportKind::Own { name: "Read by user 0".to_owned(), query: Box::new(query.clone()) };
    let report = reader.report(&kind, None, None).unwrap();
    assert_eq!(report.name, "read-by-user-0");
    assert_eq!(report.rows.len() as u64, reader.count(&query).unwrap());
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["rows"][0][1], "user0");
    assert_eq!(json["columns"].as_array().unwrap().len(), report.rows[0].len());
}
