//! Pages: whatever their size and whatever comes in between, every blob is listed once.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use crate::server::{Folder, ONE, Server, TWO, options, record};

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Records of two tenants come in any order and are cut at any time: with any page size each collector gets each record of its
    /// tenant once, in the order in which they came, and the pages are as full as they may be.
    #[test]
    fn pages_of_any_size_give_every_blob_once(
        arrivals in prop::collection::vec((any::<bool>(), prop::bool::weighted(0.3)), 1..60),
        page in 1_usize..9,
        blob_records in 1_usize..6,
    ) {
        let folder = Folder::new();
        let mut store = folder.store();
        let server = Server::start(&folder, actlog_feed::Options { page, blob_records, ..options() });
        let mut came: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (number, (first, cut)) in arrivals.iter().enumerate() {
            let tenant = if *first { ONE } else { TWO };
            let line = record(number as u64, tenant);
            store.append(line.as_bytes()).unwrap();
            came.entry(tenant).or_default().push(line[7..43].parse().unwrap());
            if *cut {
                server.feed.cut_now().unwrap();
            }
        }
        server.feed.cut_now().unwrap();
        for tenant in [ONE, TWO] {
            let collector = server.collector(0, tenant);
            prop_assert_eq!(collector.start("").status, 200);
            let (entries, pages) = collector.pages("subscriptions/content?contentType=Audit.General");
            prop_assert_eq!(pages, entries.len().div_ceil(page).max(1));
            let mut ids: Vec<&str> = entries.iter().map(|entry| entry["contentId"].as_str().unwrap()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), entries.len());
            let blobs = collector.collect();
            prop_assert!(blobs.iter().all(|blob| (1..=blob_records).contains(&blob.len())));
            let got: Vec<Uuid> = blobs.into_iter().flatten().collect();
            prop_assert_eq!(got, came.remove(&tenant).unwrap_or_default());
        }
    }
}

#[test]
fn next_page_keeps_times_and_publisher_and_takes_no_notice_of_what_comes_later() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, actlog_feed::Options { page: 2, blob_records: 1, ..options() });
    let collector = server.collector(0, ONE);
    collector.start("");
    let add = |store: &mut actlog_store::Store, numbers| {
        store.append(crate::server::records(numbers, ONE).as_bytes()).unwrap();
        server.feed.cut_now().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    add(&mut store, 0..3);
    let first = collector.get(&format!("subscriptions/content?contentType=Audit.General&PublisherIdentifier={ONE}"));
    let next = first.header("NextPageUri").unwrap();
    for part in ["startTime=", "endTime=", "nextPage=", "PublisherIdentifier="] {
        assert!(next.contains(part), "{next}");
    }
    // The stretch of time of the first request is kept: what became available since belongs to the next one.
    add(&mut store, 3..6);
    let second = collector.get_uri(&next);
    assert_eq!((second.json().as_array().unwrap().len(), second.header("NextPageUri")), (1, None));
    let first = first.json();
    let entry = &first[0];
    let time = |name: &str| actlog_store::parse_time(entry[name].as_str().unwrap()).unwrap();
    assert_eq!(time("contentExpiration") - time("contentCreated"), 7 * 86_400_000);
    assert_eq!(entry["contentType"], "Audit.General");
    assert!(entry["contentUri"].as_str().unwrap().ends_with(entry["contentId"].as_str().unwrap()));
}

#[test]
fn stretches_of_time_one_after_the_other_give_every_blob_once() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, actlog_feed::Options { blob_records: 1, ..options() });
    let collector = server.collector(0, ONE);
    collector.start("");
    let (mut got, mut from) = (Vec::new(), actlog_store::now());
    std::thread::scope(|scope| {
        let (feed, store) = (&server.feed, &mut store);
        let writing = scope.spawn(move || {
            for number in 0..60 {
                store.append(record(number, ONE).as_bytes()).unwrap();
                feed.cut_now().unwrap();
            }
        });
        loop {
            // A collector asks up to now again and again, while blobs are being made.
            let (done, now) = (writing.is_finished(), actlog_store::now() + i64::from(writing.is_finished()) * 1_000);
            let times = format!("startTime={}&endTime={}", actlog_store::format_time(from), actlog_store::format_time(now));
            let (entries, _) = collector.pages(&format!("subscriptions/content?contentType=Audit.General&{times}"));
            got.extend(entries.iter().map(|entry| entry["contentId"].as_str().unwrap().to_owned()));
            from = now;
            if done {
                break;
            }
        }
    });
    assert_eq!(got.len(), 60);
    got.sort_unstable();
    got.dedup();
    assert_eq!(got.len(), 60);
}
