//! Limits, obeyed and violated.

use std::num::NonZeroU32;

use actlog_feed::{Error, Feed, Options};

use crate::server::{FORM, Folder, ONE, Server, TWO, clients, options, record, records, send};

#[test]
fn too_many_requests_of_a_tenant_are_refused_and_told_when_to_come_again() {
    let folder = Folder::new();
    drop(folder.store());
    let server = Server::start(&folder, Options { requests_per_minute: NonZeroU32::new(5).unwrap(), ..options() });
    let (one, first, two) = (server.collector(0, ONE), server.collector(1, ONE), server.collector(0, TWO));
    for _ in 0..5 {
        assert_eq!(one.get("subscriptions/list").status, 200);
    }
    for collector in [&one, &first] {
        let got = collector.get(&format!("subscriptions/list?PublisherIdentifier={TWO}"));
        assert_eq!((got.status, got.code().as_str()), (429, "AF429"));
        let message = got.json()["error"]["message"].as_str().unwrap().to_owned();
        assert_eq!(message, format!("Too many requests. Method=GET, PublisherId={TWO}"));
        let wait: u64 = got.header("Retry-After").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
    assert_eq!(two.get("subscriptions/list").status, 200, "another tenant is not concerned");
}

#[test]
fn wrong_secrets_are_slowed_down_and_the_right_one_is_not() {
    let folder = Folder::new();
    drop(folder.store());
    let server = Server::start(&folder, options());
    let uri = server.url(&format!("/{ONE}/oauth2/token"));
    let guess = |secret: &str| {
        let form = format!("grant_type=client_credentials&client_id={}&client_secret={secret}", server.known[0].id);
        send("POST", &uri, &[("content-type", FORM)], form.as_bytes())
    };
    let statuses: Vec<u16> = (0..30).map(|number| guess(&format!("wrong{number}")).status).collect();
    assert!(statuses[..20].iter().all(|status| *status == 401), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 429).count() >= 8, "{statuses:?}");
    assert!(guess("wrong").header("Retry-After").is_some());
    assert_eq!(guess(&server.known[0].secret).status, 200);
}

#[test]
fn blobs_keep_to_records_and_bytes() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..40, ONE).as_bytes()).unwrap();
    let line = record(0, ONE).len() - 1;
    // So many bytes hold four records, with brackets and commas, and one byte less holds three.
    for (bytes, expected) in [(4 * line + 5, 4), (4 * line + 4, 3)] {
        let file = folder.path().join(format!("{bytes}.feed"));
        let server = Server::start(&folder, Options { blob_records: 500, blob_bytes: bytes, file: Some(file), ..options() });
        server.feed.cut_now().unwrap();
        let collector = server.collector(0, ONE);
        collector.start("");
        let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
        let sizes: Vec<usize> = entries.iter().map(|entry| collector.get_uri(entry["contentUri"].as_str().unwrap()).body.len()).collect();
        assert!(sizes.iter().all(|size| *size <= bytes), "{bytes}: {sizes:?}");
        assert_eq!(collector.collect()[0].len(), expected);
        assert_eq!(collector.collect().concat().len(), 40);
    }
}

#[test]
fn large_records_stay_under_a_mebibyte() {
    let folder = Folder::new();
    let mut store = folder.store();
    let text = "x".repeat(2_500);
    let large = |number| record(number, ONE).replace(r#""UserKey":"k""#, &format!(r#""UserKey":"{text}""#));
    store.append((0..900).map(large).collect::<String>().as_bytes()).unwrap();
    let server = Server::start(&folder, Options { blob_records: 100_000, blob_bytes: 1 << 20, ..options() });
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    collector.start("");
    let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
    let sizes: Vec<usize> = entries.iter().map(|entry| collector.get_uri(entry["contentUri"].as_str().unwrap()).body.len()).collect();
    assert!(sizes.iter().all(|size| *size <= 1 << 20), "{sizes:?}");
    assert!(sizes[0] > (1 << 20) - 4_000, "as full as it may be: {sizes:?}");
    assert_eq!(collector.collect().concat().len(), 900);
}

#[test]
fn bodies_that_are_too_large_are_refused() {
    let folder = Folder::new();
    drop(folder.store());
    let server = Server::start(&folder, options());
    let collector = server.collector(0, ONE);
    assert_eq!(collector.start(&" ".repeat(16 << 10)).status, 200);
    assert_eq!(collector.start(&" ".repeat((16 << 10) + 1)).status, 413);
    let form = format!("grant_type={}", "x".repeat(16 << 10));
    assert_eq!(send("POST", &server.url(&format!("/{ONE}/oauth2/token")), &[("content-type", FORM)], form.as_bytes()).status, 413);
}

#[test]
fn store_that_fails_is_an_internal_error_that_tells_nothing() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    let server = Server::start(&folder, options());
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    collector.start("");
    let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
    rusqlite::Connection::open(folder.db()).unwrap().execute_batch("DROP TABLE source").unwrap();
    let got = collector.get_uri(entries[0]["contentUri"].as_str().unwrap());
    assert_eq!((got.status, got.code().as_str()), (500, "AF50000"));
    assert_eq!(got.json()["error"]["message"], "An internal error occurred. Retry the request.");
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    drop(folder.store());
    let bad = [
        Options { blob_records: 0, ..options() },
        Options { blob_bytes: (1 << 20) + 1, ..options() },
        Options { page: 0, ..options() },
        Options { public_url: Some("audit.example".to_owned()), ..options() },
        Options { public_url: Some("https://audit.example/?a".to_owned()), ..options() },
    ];
    for options in bad {
        assert!(matches!(Feed::new(&folder.db(), clients().0, options.clone()), Err(Error::Option(_))), "{options:?}");
    }
}

#[test]
fn public_url_stands_before_every_address() {
    let folder = Folder::new();
    let mut store = folder.store();
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    let public_url = Some("https://audit.example/m365/".to_owned());
    let server = Server::start(&folder, Options { public_url, page: 1, blob_records: 1, ..options() });
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    collector.start("");
    let got = collector.get("subscriptions/content?contentType=Audit.General");
    let root = format!("https://audit.example/m365/api/v1.0/{ONE}/activity/feed/");
    assert!(got.json()[0]["contentUri"].as_str().unwrap().starts_with(&root));
    assert!(got.header("NextPageUri").unwrap().starts_with(&root));
}
