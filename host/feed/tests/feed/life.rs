//! What becomes of blobs and subscriptions over time: stops, restarts, retention, expiry.

use actlog_feed::{Error, Feed};
use rusqlite::Connection;

use crate::server::{Collector, Folder, ONE, Server, TWO, clients, options, record, records};

fn count(collector: &Collector) -> usize {
    collector.collect().iter().map(Vec::len).sum()
}

#[test]
fn what_becomes_available_while_stopped_is_not_listed_later() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, options());
    let collector = server.collector(0, ONE);
    let mut add = |numbers| {
        store.append(records(numbers, ONE).as_bytes()).unwrap();
        server.feed.cut_now().unwrap();
    };
    add(0..4);
    assert_eq!(collector.start("").status, 200);
    add(4..6);
    let before = collector.pages("subscriptions/content?contentType=Audit.General").0;
    assert_eq!(count(&collector), 6);
    assert_eq!(collector.stop().status, 200);
    add(6..9);
    assert_eq!(collector.get("subscriptions/content?contentType=Audit.General").code(), "AF20023");
    assert_eq!(collector.get_uri(before[0]["contentUri"].as_str().unwrap()).code(), "AF20023");
    assert_eq!(collector.start("").json(), serde_json::json!({"contentType": "Audit.General", "status": "enabled", "webhook": null}));
    add(9..10);
    assert_eq!(count(&collector), 7, "what came while it was stopped is not there, what came before and after is");
    for _ in 0..3 {
        collector.stop();
        collector.start("");
    }
    assert_eq!(count(&collector), 7);
    let listed = collector.get("subscriptions/list").json();
    assert_eq!(listed, serde_json::json!([{"contentType": "Audit.General", "status": "enabled", "webhook": null}]));
    // Another collector of the same tenant is not concerned.
    let other = server.collector(1, ONE);
    assert_eq!(other.get("subscriptions/list").json(), serde_json::json!([]));
    other.start("");
    assert_eq!(count(&other), 10);
}

#[test]
fn first_start_without_backlog_gives_what_comes_from_then_on() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, actlog_feed::Options { backlog: false, ..options() });
    store.append(records(0..4, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    collector.start("");
    store.append(records(4..6, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    assert_eq!(count(&collector), 2);
}

#[test]
fn restart_keeps_content_subscriptions_and_tokens() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..5, ONE).as_bytes()).unwrap();
    let known = clients();
    let server = Server::start_with(&folder, options(), known.clone());
    let collector = server.collector(0, ONE);
    collector.start("");
    server.feed.cut_now().unwrap();
    let ids = |collector: &Collector| {
        let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
        entries.into_iter().map(|entry| entry["contentId"].clone()).collect::<Vec<_>>()
    };
    let before = ids(&collector);
    drop(server);
    store.append(records(5..6, ONE).as_bytes()).unwrap();
    let server = Server::start_with(&folder, options(), known.clone());
    server.feed.cut_now().unwrap();
    let collector = Collector { root: server.root(ONE), ..collector };
    let after = ids(&collector);
    assert_eq!((&after[..before.len()], after.len()), (&before[..], before.len() + 1));
    assert_eq!(count(&collector), 6);
    drop(server);
    // A collector that was taken away is not answered, although its token would still be good.
    let (mut clients, known) = known;
    clients.remove("both");
    let server = Server::start_with(&folder, options(), (clients, known));
    let collector = Collector { root: server.root(ONE), ..collector };
    assert_eq!(collector.get("subscriptions/list").status, 401);
}

#[test]
fn collectors_that_are_set_anew_count_at_once() {
    let folder = Folder::new();
    drop(folder.store());
    let (mut clients, known) = clients();
    let server = Server::start_with(&folder, options(), (clients.clone(), known));
    let (both, first) = (server.collector(0, ONE), server.collector(1, ONE));
    clients.remove("both");
    clients.clients[0].tenants = vec![TWO];
    server.feed.set_clients(clients.clone());
    assert_eq!(both.get("subscriptions/list").status, 401, "it was taken away");
    assert_eq!(first.get("subscriptions/list").status, 401, "its tenant was taken away");
    clients.clients[0].tenants = vec![ONE];
    clients.clients[0].permissions.clear();
    server.feed.set_clients(clients.clone());
    assert_eq!(first.get("subscriptions/list").code(), "AF10001", "its permission was taken away");
    clients.clients[0].permissions = vec!["ActivityFeed.Read".to_owned()];
    server.feed.set_clients(clients);
    assert_eq!(first.get("subscriptions/list").status, 200);
}

#[test]
fn records_that_retention_deleted_are_left_out_and_a_blob_without_any_has_expired() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, actlog_feed::Options { blob_records: 60, ..options() });
    let collector = server.collector(0, ONE);
    collector.start("");
    // The store deletes segments of 50 records.
    store.append(records(0..60, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    store.append(records(60..70, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
    let uris: Vec<&str> = entries.iter().map(|entry| entry["contentUri"].as_str().unwrap()).collect();
    assert_eq!(uris.iter().map(|uri| collector.ids(uri).len()).collect::<Vec<_>>(), [60, 10]);
    while store.retain(i64::MAX, 55).unwrap().more && collector.get_uri(uris[0]).json().as_array().unwrap().len() == 60 {}
    assert_eq!(collector.ids(uris[0]).len(), 5, "what is left of it");
    while store.retain(i64::MAX, 55).unwrap().more {}
    let gone = collector.get_uri(uris[0]);
    assert_eq!((gone.status, gone.code().as_str()), (400, "AF20051"));
    store.append(record(70, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    assert_eq!(collector.pages("subscriptions/content?contentType=Audit.General").0.len(), 3);
}

#[test]
fn content_expires_after_seven_days_and_is_no_longer_listed_after_a_day() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    let known = clients();
    let server = Server::start_with(&folder, options(), known.clone());
    server.feed.cut_now().unwrap();
    server.collector(0, ONE).start("");
    drop(server);
    // Time passes, as far as the feed can tell: the blob is older.
    let age = |milliseconds: i64| {
        let raw = Connection::open(folder.book()).unwrap();
        assert_eq!(raw.execute("UPDATE blob SET created = created - ?", [milliseconds]).unwrap(), 1);
    };
    // What is listed of the last 24 hours, what of the seventh day, and what one gets of the latter.
    let asked = || {
        let server = Server::start_with(&folder, options(), known.clone());
        let collector = server.collector(0, ONE);
        let now = actlog_store::now();
        let [start, end] = [7, 6].map(|days| actlog_store::format_time(now - days * 86_400_000));
        let (then, _) = collector.pages(&format!("subscriptions/content?contentType=Audit.General&startTime={start}&endTime={end}"));
        let got = collector.get_uri(then[0]["contentUri"].as_str().unwrap());
        (collector.pages("subscriptions/content?contentType=Audit.General").0.len(), then.len(), got.status)
    };
    age(6 * 86_400_000);
    assert_eq!(asked(), (0, 1, 200));
    age(86_400_000 - 60_000);
    assert_eq!(asked(), (0, 1, 200), "a minute before its end");
}

#[test]
fn content_that_has_expired_is_told_from_content_that_never_was() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    let known = clients();
    let server = Server::start_with(&folder, options(), known.clone());
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    collector.start("");
    let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
    let id = entries[0]["contentId"].as_str().unwrap().to_owned();
    drop(server);
    let created: i64 = id.split_once('$').unwrap().0.parse().unwrap();
    let old = id.replacen(&created.to_string(), &(created - 7 * 86_400_000).to_string(), 1);
    for sql in [format!("UPDATE blob SET created = {}", created - 7 * 86_400_000), "DELETE FROM blob".to_owned()] {
        Connection::open(folder.book()).unwrap().execute(&sql, []).unwrap();
        let server = Server::start_with(&folder, options(), known.clone());
        let collector = Collector { root: server.root(ONE), ..collector.clone() };
        let code = |id: &str| collector.get(&format!("audit/{id}")).code();
        assert_eq!((code(&old).as_str(), code(&id).as_str()), ("AF20051", "AF20050"), "{sql}");
        assert_eq!(code(&old.replacen("$1$", "$2$", 1)), "AF20050", "a number that there was not yet");
    }
}

#[test]
fn clock_that_was_put_back_a_little_keeps_the_order_of_times() {
    let folder = Folder::new();
    let mut store = folder.store();
    let known = clients();
    // How much later than now the last blob was made, and whether the next one counts from there.
    for (number, (ahead, goes_on)) in [(60_000, true), (86_400_000, false)].into_iter().enumerate() {
        let mut add = |step: u64| {
            store.append(record(number as u64 * 2 + step, ONE).as_bytes()).unwrap();
            let server = Server::start_with(&folder, options(), known.clone());
            server.feed.cut_now().unwrap();
        };
        let last = || {
            let raw = Connection::open(folder.book()).unwrap();
            raw.query_row("SELECT created FROM blob ORDER BY number DESC LIMIT 1", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        add(0);
        Connection::open(folder.book()).unwrap().execute("UPDATE blob SET created = created + ?", [ahead]).unwrap();
        let before = last();
        add(1);
        if goes_on {
            assert_eq!(last(), before);
        } else {
            assert!((last() - actlog_store::now()).abs() < 60_000, "a day is not waited for");
        }
    }
}

#[test]
fn opening_what_does_not_belong_together_is_refused() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    let open = |folder: &Folder| Feed::new(&folder.db(), clients().0, options()).map(drop);
    let feed = Feed::new(&folder.db(), clients().0, options()).unwrap();
    assert!(matches!(open(&folder), Err(Error::Locked(_))), "it is in use");
    feed.cut_now().unwrap();
    drop(feed);
    open(&folder).unwrap();
    let other = Folder::new();
    drop(other.store());
    std::fs::copy(folder.book(), other.book()).unwrap();
    assert!(matches!(open(&other), Err(Error::OtherStore { .. })));
    std::fs::write(other.book(), "nonsense that is long enough to be no database".repeat(20)).unwrap();
    assert!(matches!(open(&other), Err(Error::NotAFeed(_))));
    // An older copy of the store, with less than was passed on.
    drop(store);
    Connection::open(folder.db()).unwrap().execute_batch("DELETE FROM record; DELETE FROM seal").unwrap();
    assert!(matches!(open(&folder), Err(Error::StoreBehind { found: 0, passed: 2 })));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.book()).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn tenants_do_not_see_each_others_records() {
    let folder = Folder::new();
    let mut store = folder.store();
    for number in 0..20 {
        store.append(record(number, if number % 2 == 0 { ONE } else { TWO }).as_bytes()).unwrap();
    }
    let server = Server::start(&folder, options());
    server.feed.cut_now().unwrap();
    for (tenant, rest) in [(ONE, 0), (TWO, 1)] {
        let collector = server.collector(0, tenant);
        collector.start("");
        let ids: Vec<u64> = collector.collect().concat().iter().map(|id| id.as_u64_pair().1).collect();
        assert_eq!(ids, (0..20).filter(|number| number % 2 == rest).collect::<Vec<_>>());
    }
}

/// The feed cuts by itself when enough records wait, and somebody else may cut at the same time.
#[test]
fn records_cut_by_several_at_once_are_in_one_blob_each() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, actlog_feed::Options { blob_records: 1, ..options() });
    let collector = server.collector(0, ONE);
    collector.start("");
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let cut = || {
            while !over.load(std::sync::atomic::Ordering::Relaxed) {
                server.feed.cut_now()?;
            }
            Ok::<(), Error>(())
        };
        let cutters = [scope.spawn(cut), scope.spawn(cut), scope.spawn(cut)];
        for number in 0..120 {
            store.append(record(number, ONE).as_bytes()).unwrap();
        }
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        cutters.into_iter().for_each(|cutter| cutter.join().unwrap().unwrap());
    });
    server.feed.cut_now().unwrap();
    let mut ids: Vec<uuid::Uuid> = collector.collect().concat();
    assert_eq!(ids.len(), 120);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 120);
}

#[test]
fn overview_says_what_waits_and_who_fetched_what() {
    let folder = Folder::new();
    let mut store = folder.store();
    let server = Server::start(&folder, actlog_feed::Options { blob_records: 100, ..options() });
    let collector = server.collector(0, ONE);
    collector.start("");
    store.append(records(0..5, ONE).as_bytes()).unwrap();
    let overview = server.feed.overview().unwrap();
    assert_eq!((overview.waiting, overview.blobs, overview.left_out, overview.trouble), (5, 0, 0, None));
    server.feed.cut_now().unwrap();
    assert_eq!(count(&collector), 5);
    let overview = server.feed.overview().unwrap();
    assert_eq!((overview.waiting, overview.blobs), (0, 1));
    let [one] = overview.subscriptions.as_slice() else { panic!("{overview:?}") };
    assert_eq!((one.collector.as_str(), one.tenant, one.content_type, one.enabled), ("both", ONE, "Audit.General", true));
    assert_eq!((one.pulled.lists, one.pulled.blobs, &one.webhook), (1, 1, &None));
    assert!(one.pulled.bytes > 0 && one.pulled.last.is_some_and(|last| (0..60_000).contains(&(actlog_store::now() - last))));
    // Who may not read the tenant any more has no subscription that counts.
    server.feed.set_clients(actlog_feed::Clients::default());
    assert!(!server.feed.overview().unwrap().subscriptions[0].enabled);
}
