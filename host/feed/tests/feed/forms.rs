//! Records that are not in the form that collectors expect.

use std::time::Duration;

use actlog_feed::{Error, Feed, Options};

use crate::server::{Folder, NOBODY, ONE, Server, clients, options, record, records, until};

/// The same record in the specification's own form.
fn specified(number: u64) -> String {
    record(number, ONE).replace(r#""RecordType":21,"#, "").replace(r#""UserType":0"#, r#""UserType":"Regular""#)
}

#[test]
fn store_of_another_form_is_refused_with_what_to_do() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append((0..5).map(specified).collect::<String>().as_bytes()).unwrap();
    let error = Feed::new(&folder.db(), clients().0, options()).map(drop).unwrap_err();
    assert!(matches!(error, Error::NotWireForm { .. }), "{error}");
    assert!(error.to_string().contains("management-api"), "{error}");
    // Where the caller says that others will come, or one is right, it goes on.
    Feed::new(&folder.db(), clients().0, Options { mixed: true, ..options() }).map(drop).unwrap();
    store.append(record(9, ONE).as_bytes()).unwrap();
    Feed::new(&folder.db(), clients().0, options()).map(drop).unwrap();
}

#[test]
fn records_of_another_form_are_left_out_and_counted() {
    let folder = Folder::new();
    let mut store = folder.store();
    for number in 0..10 {
        let line = if number % 3 == 0 { specified(number) } else { record(number, ONE) };
        store.append(line.as_bytes()).unwrap();
    }
    let server = Server::start(&folder, options());
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    collector.start("");
    let ids: Vec<u64> = collector.collect().concat().iter().map(|id| id.as_u64_pair().1).collect();
    assert_eq!(ids, [1, 2, 4, 5, 7, 8]);
    assert_eq!(server.feed.left_out().unwrap(), 4);
}

#[test]
fn records_of_a_tenant_that_nobody_reads_are_no_reason_to_complain() {
    let folder = Folder::new();
    let mut store = folder.store();
    let lines: String = (0..5).map(|number| specified(number).replace(&ONE.to_string(), &NOBODY.to_string())).collect();
    store.append(lines.as_bytes()).unwrap();
    let feed = Feed::new(&folder.db(), clients().0, options()).unwrap();
    assert_eq!(feed.cut_now().unwrap(), 5);
    assert_eq!(feed.left_out().unwrap(), 0);
}

#[test]
fn rendering_makes_the_form() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append((0..5).map(specified).collect::<String>().as_bytes()).unwrap();
    let wire = |record: &[u8]| {
        let text = std::str::from_utf8(record).map_err(|error| error.to_string())?;
        Ok(text.replace(r#""UserType":"Regular""#, r#""UserType":0,"RecordType":21"#).into_bytes())
    };
    let feed = Feed::with_render(&folder.db(), clients().0, options(), wire).unwrap();
    assert_eq!(feed.cut_now().unwrap(), 5);
    assert_eq!(feed.left_out().unwrap(), 0);
}

#[test]
fn run_makes_records_available_by_itself() {
    let folder = Folder::new();
    let mut store = folder.store();
    let soon = Server::start(&folder, Options { cut_every: Duration::from_millis(300), blob_records: 100, ..options() });
    let collector = soon.collector(0, ONE);
    collector.start("");
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    until("after a while", || collector.collect().concat().len() == 2);
    drop(soon);
    // As many as a blob holds do not wait.
    let full = Server::start(&folder, Options { cut_every: Duration::from_secs(3_600), blob_records: 5, ..options() });
    let collector = full.collector(0, ONE);
    collector.start("");
    store.append(records(2..7, ONE).as_bytes()).unwrap();
    until("a full blob", || collector.collect().concat().len() == 7);
}
