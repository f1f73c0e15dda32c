//! Searching, and who saw what.

use actlog_store::{Cursor, How, Query, Reader, Row, parse_time};

use crate::folder::{Folder, RECORDS, at, id, record};

fn all(reader: &Reader, query: &Query, limit: usize) -> Vec<Row> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = reader.search(query, limit, after).unwrap();
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        // A cursor goes over the wire as a text.
        after = page.next.map(|cursor| cursor.to_string().parse::<Cursor>().unwrap());
        if after.is_none() {
            return rows;
        }
    }
}

fn part(number: u64, source: u64, part: u32, of: u32, more: &str) -> String {
    let one = record(number, &at(5, 8, 0), more);
    let one = one.replace(&id(number + 0x1_0000_0000).to_string(), &id(source).to_string());
    one.replace(r#""Part":1,"PartCount":1"#, &format!(r#""Part":{part},"PartCount":{of}"#))
}

fn filled() -> (Folder, Reader) {
    let folder = Folder::new();
    let mut store = folder.store();
    for number in 0..200u64 {
        let user = ["anna@contoso.example", "Ben@contoso.example", "carla@contoso.example"][number as usize % 3];
        let status = if number % 50 == 0 { "Failed" } else { "Success" };
        let tag = if number % 20 == 0 { r#","Tags":"bulk, night""# } else { "" };
        let head = format!(r#","ResultStatus":"{status}","EntityName":"Account","EntityId":"{}","ItemType":"account""#, id(number % 10));
        let fields = format!(r#""Fields":"[{{\"Name\":\"note\",\"Value\":\"Zahl {number} Ende\"}}]""#);
        let more = format!(r#"{head},"UserUpn":"{user}","ClientIP":"203.0.113.{}"{tag},{fields}"#, number % 7);
        store.append(record(number + 1, &at(1 + number as u32 / 20, 0, number as u32 % 60), &more).as_bytes()).unwrap();
    }
    store.append(record(900, &at(1, 0, 0), "").replace(r#""CreationTime":"2024-03-01T00:00:00Z","#, "").as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    (folder, reader)
}

#[test]
fn search_pages_of_every_size_give_everything_once_newest_first() {
    let (_folder, reader) = filled();
    let whole: Vec<Row> = reader.stream(&Query::default()).collect::<Result<_, _>>().unwrap();
    assert_eq!(whole.len(), 201);
    assert!(whole.is_sorted_by(|a, b| (a.time.unwrap_or(i64::MIN), a.source) > (b.time.unwrap_or(i64::MIN), b.source)));
    assert_eq!(whole[200].time, None);
    for limit in [1, 7, 200, 201, 500] {
        assert_eq!(all(&reader, &Query::default(), limit), whole, "{limit}");
    }
}

#[test]
fn search_each_filter_finds_what_a_scan_finds() {
    let (_folder, reader) = filled();
    let whole: Vec<Row> = reader.stream(&Query::default()).collect::<Result<_, _>>().unwrap();
    let text = |text: &str| Some(text.to_owned());
    let moment = |day: u32| parse_time(&at(day, 0, 0));
    type Check = Box<dyn Fn(&Row) -> bool>;
    let json = |row: &Row| String::from_utf8(row.to_ndjson()).unwrap();
    let cases: Vec<(Query, Check)> = vec![
        (
            Query { user: text("BEN@contoso.example"), ..Query::default() },
            Box::new(|row| row.user.as_deref() == Some("Ben@contoso.example")),
        ),
        (Query { client_ip: text("203.0.113.5"), ..Query::default() }, Box::new(|row| row.client_ip.as_deref() == Some("203.0.113.5"))),
        (
            Query { entity: text("ACCOUNT"), result_status: text("failed"), ..Query::default() },
            Box::new(|row| row.result_status.as_deref() == Some("Failed")),
        ),
        (Query { tag: text("night"), ..Query::default() }, Box::new(|row| row.tags.is_some())),
        (
            Query { tag: text("night"), record_id: Some(id(0)), user: text("anna@contoso.example"), ..Query::default() },
            Box::new(|row| row.tags.is_some() && row.entity_id == Some(id(0)) && row.user.as_deref() == Some("anna@contoso.example")),
        ),
        (Query { record_id: Some(id(3)), ..Query::default() }, Box::new(|row| row.entity_id == Some(id(3)))),
        (Query { from: moment(3), to: moment(5), ..Query::default() }, Box::new(move |row| row.time >= moment(3) && row.time < moment(5))),
        (
            Query { from: moment(3), to: moment(6), user: text("anna@contoso.example"), text: text("zahl 9"), ..Query::default() },
            Box::new(move |row| {
                row.time >= moment(3) && row.time < moment(6) && json(row).contains("Zahl 9") && json(row).contains("anna")
            }),
        ),
        (Query { text: text("ende"), ..Query::default() }, Box::new(move |row| json(row).contains("Ende"))),
        (
            Query { message: text("retrieve"), category: text("Read"), organization: Some(id(0xffff)), ..Query::default() },
            Box::new(|_| true),
        ),
        (Query { message: text("Delete"), ..Query::default() }, Box::new(|_| false)),
        (Query { caller: Some(id(1)), ..Query::default() }, Box::new(|_| false)),
    ];
    for (query, check) in cases {
        let expected: Vec<Row> = whole.iter().filter(|row| check(row)).cloned().collect();
        assert_eq!(all(&reader, &query, 6), expected, "{query:?}");
        assert_eq!(reader.stream(&query).collect::<Result<Vec<_>, _>>().unwrap(), expected, "{query:?}");
        assert_eq!(reader.count(&query).unwrap(), expected.len() as u64, "{query:?}");
    }
}

#[test]
fn search_cursor_stays_good_while_records_come() {
    let folder = Folder::new();
    let mut store = folder.store();
    let batch =
        |from: u64, day: u32| -> String { (from..from + 20).map(|number| record(number, &at(day, 0, number as u32 % 60), "")).collect() };
    store.append(batch(1, 10).as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    let before = all(&reader, &Query::default(), 50);
    let page = reader.search(&Query::default(), 5, None).unwrap();
    store.append(batch(101, 20).as_bytes()).unwrap();
    let rest = reader.search(&Query::default(), 50, page.next).unwrap().rows;
    assert_eq!(rest, before[5..]);
}

#[test]
fn search_source_record_in_parts_is_found_once_by_any_of_them() {
    let folder = Folder::new();
    let mut store = folder.store();
    let results = |from: u64| format!(r#","EntityId":"{}","QueryResults":"{}, {}""#, id(77), id(from), id(from + 1));
    let parts = [part(3, 500, 3, 3, &results(50)), part(1, 500, 1, 3, &results(10)), part(2, 500, 2, 3, &results(30))];
    store.append(parts[0].as_bytes()).unwrap();
    store.append(record(8, &at(5, 9, 0), "").as_bytes()).unwrap();
    store.append(parts[1..].concat().as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    for shown in [10, 31, 51, 77] {
        let page = reader.search(&Query { record_id: Some(id(shown)), ..Query::default() }, 10, None).unwrap();
        assert_eq!(page.rows.len(), 1, "{shown}");
        assert_eq!(page.rows[0].parts.iter().map(|part| part.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(page.rows[0].is_complete() && page.rows[0].results == 6);
        assert_eq!(reader.who_saw(id(shown), 10, None).unwrap().rows.len(), 1);
    }
    assert_eq!(reader.source(id(0xffff), id(500)).unwrap().map(|row| row.parts.len()), Some(3));
    store.close().unwrap();
    let report = actlog_store::verify(folder.db(), None).unwrap();
    assert!(report.is_intact(), "{report:?}");
}

#[test]
fn who_saw_tells_how_and_pages_newest_first() {
    let folder = Folder::new();
    let mut store = folder.store();
    for number in 0..30u64 {
        let more = match number % 3 {
            0 => format!(r#","EntityId":"{}""#, id(5)),
            1 => format!(r#","QueryResults":"{}, {}, {}""#, id(4), id(5), id(6)),
            _ => format!(r#","EntityId":"{}""#, id(6)),
        };
        let record = record(100 + number, &at(1, 0, number as u32), &more);
        let record = if number == 0 { record.replace(r#""Category":"Read""#, r#""Category":"Update""#) } else { record };
        store.append(record.as_bytes()).unwrap();
    }
    let reader = store.reader().unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = reader.who_saw(id(5), 3, after).unwrap();
        seen.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 20);
    assert!(seen.is_sorted_by(|a, b| a.row.time > b.row.time));
    assert_eq!((seen[0].how, seen[1].how, seen[19].how), (How::Grid, How::Single, How::Changed));
    let any = reader.who_saw_any(&[id(5), id(6), id(4), id(999)], 100, None).unwrap();
    assert_eq!((any.rows.len(), any.next), (30, None));
    assert_eq!(any.rows[1].ids, [id(4), id(5), id(6)]);
    let (mut count, mut after) = (0, None);
    loop {
        let page = reader.who_saw_any(&[id(5), id(6)], 4, after).unwrap();
        count += page.rows.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(count, 30);
}

#[test]
fn who_saw_records_of_the_filter_every_id_leads_back() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(RECORDS).unwrap();
    let reader = store.reader().unwrap();
    let mut checked = 0;
    for line in RECORDS.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let json: serde_json::Value = serde_json::from_slice(line).unwrap();
        let results = json["QueryResults"].as_str().unwrap_or_default().split(", ").filter(|id| !id.is_empty());
        for shown in results.chain(json["EntityId"].as_str()) {
            let page = reader.who_saw(shown.parse().unwrap(), 1_000, None).unwrap();
            let correlation = json["CorrelationId"].as_str().unwrap();
            assert!(page.rows.iter().any(|sighting| sighting.row.correlation.to_string() == correlation));
            checked += 1;
        }
    }
    assert!(checked > 50);
}

#[test]
fn search_cursor_that_is_none_is_refused() {
    for text in ["", "x", "00", &"g".repeat(32), &"ü".repeat(16)] {
        assert!(text.parse::<Cursor>().is_err(), "{text}");
    }
}

#[test]
fn search_text_that_is_rare_ends_pages_early_and_is_still_found() {
    let folder = Folder::new();
    let mut store = folder.store_of(1_000);
    let batch: String = (0..2_500)
        .map(|number| record(number, &at(1 + number as u32 / 100, 0, 0), if number == 3 { r#","Query":"needle""# } else { "" }))
        .collect();
    store.append(batch.as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    let query = Query { text: Some("NEEDLE".to_owned()), ..Query::default() };
    let first = reader.search(&query, 10, None).unwrap();
    assert!(first.rows.is_empty() && first.next.is_some());
    assert_eq!(all(&reader, &query, 10).len(), 1);
    assert_eq!(reader.stream(&query).count(), 1);
}

#[test]
fn search_while_records_come_never_fails_and_never_loses() {
    let folder = Folder::new();
    let mut store = folder.store_of(50);
    let reader = store.reader().unwrap();
    let writer = std::thread::spawn(move || {
        for from in (0..2_000).step_by(20) {
            let batch: String = (from..from + 20).map(|number| record(number, &at(1, 0, number as u32 % 60), "")).collect();
            store.append(batch.as_bytes()).unwrap();
        }
    });
    let mut before = 0;
    while !writer.is_finished() {
        let count = all(&reader, &Query::default(), 300).len();
        assert!(count >= before && count <= 2_000);
        before = count;
    }
    writer.join().unwrap();
    assert_eq!(all(&reader, &Query::default(), 300).len(), 2_000);
}

#[test]
fn search_name_that_ends_with_a_star_finds_what_begins_like_it() {
    let folder = Folder::new();
    let mut store = folder.store();
    let of = |number: u64, user: &str| record(number, &at(5, 8, 0), &format!(r#","UserUpn":"{user}""#));
    let records = [of(1, "anna@contoso.example"), of(2, "Annabel@contoso.example"), of(3, "ben@contoso.example")].join("\n");
    store.append(records.as_bytes()).unwrap();
    let reader = store.reader().unwrap();
    let found = |user: &str| reader.count(&Query { user: Some(user.to_owned()), ..Query::default() }).unwrap();
    assert_eq!(["anna*", "ANNA@*", "anna", "b*", "c*", "anna@contoso.example*", "*"].map(found), [2, 1, 0, 1, 0, 1, 0]);
}

#[test]
fn count_quickly_counts_all_or_says_that_there_may_be_more() {
    let (folder, reader) = filled();
    let count = |query: &Query| reader.count_quickly(query).map(|count| (count.found, count.exact)).unwrap();
    assert_eq!(count(&Query::default()), (201, true));
    assert_eq!(count(&Query { user: Some("anna*".to_owned()), ..Query::default() }), (67, true));
    assert_eq!(count(&Query { user: Some("nobody".to_owned()), ..Query::default() }), (0, true));
    let mut store = folder.store();
    let many: String = (1_000..2_000).map(|number| record(number, &at(20, 0, 0), r#","Query":"<filter/>""#)).collect();
    store.append(many.as_bytes()).unwrap();
    // Looking into texts costs more than looking at an index.
    assert_eq!(count(&Query { text: Some("filter".to_owned()), ..Query::default() }), (1_000, false));
    assert_eq!(count(&Query::default()), (1_201, true));
}
