//! Webhooks, against a receiver on loopback that does what the test says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actlog_feed::{Options, Webhooks};
use serde_json::Value;

use crate::server::{Collector, Folder, ONE, Server, options, records, until};

/// What a receiver got: the head of the request and its body.
#[derive(Clone, Debug)]
struct Call {
    head: String,
    body: Value,
}

impl Call {
    fn header(&self, name: &str) -> Option<&str> {
        let named = self.head.lines().filter_map(|line| line.split_once(':')).find(|(known, _)| known.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim())
    }
}

/// What it answers; the text is sent as it is.
type Answer = Arc<Mutex<String>>;

struct Receiver {
    address: String,
    calls: Arc<Mutex<Vec<Call>>>,
    answer: Answer,
    over: Arc<AtomicBool>,
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

impl Receiver {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let (calls, answer) = (Arc::<Mutex<Vec<Call>>>::default(), Arc::new(Mutex::new(OK.to_owned())));
        let over = Arc::new(AtomicBool::new(false));
        let receiver = Receiver { address, calls: calls.clone(), answer: answer.clone(), over: over.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let (calls, answer) = (calls.clone(), answer.clone());
                std::thread::spawn(move || receive(stream.unwrap(), &calls, &answer));
            }
        });
        receiver
    }

    fn answers(&self, text: &str) {
        *self.answer.lock().unwrap() = text.to_owned();
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// The content ids that it was told of, in the order in which they came.
    fn told(&self) -> Vec<String> {
        let calls = self.calls();
        let lists = calls.iter().filter_map(|call| call.body.as_array());
        lists.flatten().map(|entry| entry["contentId"].as_str().unwrap().to_owned()).collect()
    }

    fn start(&self, collector: &Collector) -> (u16, String) {
        let got =
            collector.start(&format!(r#"{{"webhook": {{"address": "{}", "authId": "secret word", "expiration": ""}}}}"#, self.address));
        (got.status, got.code())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address.trim_start_matches("http://").trim_end_matches("/hook"));
    }
}

fn receive(mut stream: TcpStream, calls: &Mutex<Vec<Call>>, answer: &Mutex<String>) {
    let mut got = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&got).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                calls.lock().unwrap().push(Call { head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() });
                break;
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(length) => got.extend_from_slice(&piece[..length]),
        }
    }
    let answer = answer.lock().unwrap().clone();
    if answer == "hang" {
        std::thread::sleep(Duration::from_secs(20));
    }
    let _ = stream.write_all(answer.as_bytes());
}

fn webhook(collector: &Collector) -> Value {
    collector.get("subscriptions/list").json()[0]["webhook"].clone()
}

fn available(collector: &Collector) -> Vec<String> {
    let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
    entries.iter().map(|entry| entry["contentId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn webhook_is_validated_and_told_of_every_blob_in_order() {
    let (folder, receiver) = (Folder::new(), Receiver::new());
    let mut store = folder.store();
    store.append(records(0..9, ONE).as_bytes()).unwrap();
    let webhooks = Webhooks { batch: 2, ..options().webhooks };
    let server = Server::start(&folder, Options { webhooks, ..options() });
    server.feed.cut_now().unwrap();
    let collector = server.collector(0, ONE);
    assert_eq!(receiver.start(&collector), (200, String::new()));
    let validation = receiver.calls()[0].clone();
    let code = validation.header("Webhook-ValidationCode").unwrap();
    assert_eq!(validation.body, serde_json::json!({"validationCode": code}));
    assert_eq!(validation.header("Webhook-AuthID"), Some("secret word"));
    assert!(code.len() >= 32 && validation.head.starts_with("POST /hook HTTP/1.1"));
    let shown = serde_json::json!({"status": "enabled", "address": receiver.address, "authId": "secret word", "expiration": null});
    assert_eq!(webhook(&collector), shown);
    until("the backlog", || receiver.told().len() == 3);
    store.append(records(9..14, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    until("what is new", || receiver.told().len() == 5);
    assert_eq!(receiver.told(), available(&collector));
    let told = receiver.calls()[1].clone();
    assert_eq!(told.body.as_array().unwrap().len(), 2, "no more at a time than the limit");
    assert_eq!((told.header("Webhook-AuthID"), told.header("Webhook-ValidationCode")), (Some("secret word"), None));
    let entry = &told.body[0];
    assert_eq!(entry["tenantId"], ONE.to_string());
    assert_eq!(entry["clientId"], server.known[0].id.to_string());
    assert_eq!(collector.ids(entry["contentUri"].as_str().unwrap()).len(), 3, "its address leads to the records");
    let (sent, _) = collector.pages("subscriptions/notifications?contentType=Audit.General");
    assert_eq!(sent.len(), 5);
    assert!(sent.iter().all(|sent| sent["notificationStatus"] == "success" && sent["notificationSent"].is_string()));
    assert_eq!(receiver.start(&collector), (400, "AF20024".to_owned()), "the same again changes nothing");
    assert_eq!(collector.start("").status, 200, "without one it is taken away");
    assert_eq!(webhook(&collector), Value::Null);
}

#[test]
fn webhook_that_does_not_answer_200_is_not_taken() {
    let (folder, receiver) = (Folder::new(), Receiver::new());
    drop(folder.store());
    let server = Server::start(&folder, options());
    let collector = server.collector(0, ONE);
    let elsewhere = Receiver::new();
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.address);
    let endless = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    let answers = [
        "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n",
        "nonsense",
        "",
        &redirect,
        &endless,
    ];
    for answer in answers {
        receiver.answers(answer);
        assert_eq!(receiver.start(&collector), (400, "AF20021".to_owned()), "{answer:.60}");
    }
    assert_eq!(elsewhere.calls().len(), 0, "nobody was sent elsewhere");
    assert_eq!(collector.get("subscriptions/list").json(), serde_json::json!([]), "the subscription is not created");
    receiver.answers("hang");
    let since = Instant::now();
    assert_eq!(receiver.start(&collector), (400, "AF20021".to_owned()));
    assert!(since.elapsed() < Duration::from_secs(10), "it is not waited for longer than allowed");
    // A subscription that is there stays as it is.
    assert_eq!(collector.start("").status, 200);
    receiver.answers("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(receiver.start(&collector), (400, "AF20021".to_owned()));
    assert_eq!(webhook(&collector), Value::Null);
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(collector.start(&format!(r#"{{"webhook": {{"address": "http://{gone}/"}}}}"#)).code(), "AF20021");
}

#[test]
fn webhook_that_fails_is_tried_again_and_in_the_end_disabled_until_started() {
    let (folder, receiver) = (Folder::new(), Receiver::new());
    let mut store = folder.store();
    let server = Server::start(&folder, options());
    let collector = server.collector(0, ONE);
    assert_eq!(receiver.start(&collector).0, 200);
    let bad = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n";
    receiver.answers(bad);
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    until("two tries", || receiver.told().len() >= 2);
    receiver.answers(OK);
    until("a success", || {
        collector
            .pages("subscriptions/notifications?contentType=Audit.General")
            .0
            .iter()
            .any(|sent| sent["notificationStatus"] == "success")
    });
    let (sent, _) = collector.pages("subscriptions/notifications?contentType=Audit.General");
    assert_eq!(sent.iter().filter(|sent| sent["notificationStatus"] == "success").count(), 1);
    assert!(sent.iter().filter(|sent| sent["notificationStatus"] == "failed").count() >= 2);
    receiver.answers(bad);
    store.append(records(2..4, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    until("disabled", || webhook(&collector)["status"] == "disabled");
    let tries = receiver.calls().len();
    store.append(records(4..6, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    receiver.answers(OK);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(receiver.calls().len(), tries, "it is not called any more");
    assert_eq!(available(&collector).len(), 3, "content is there all the same");
    assert_eq!(receiver.start(&collector).0, 200);
    until("what it has missed", || receiver.told().last() == available(&collector).last());
    let successes = || {
        let (sent, _) = collector.pages("subscriptions/notifications?contentType=Audit.General");
        sent.iter().filter(|sent| sent["notificationStatus"] == "success").count()
    };
    until("each blob is told of", || successes() == 3);
}

#[test]
fn webhook_is_told_again_after_a_restart_of_what_it_did_not_take() {
    let (folder, receiver) = (Folder::new(), Receiver::new());
    let mut store = folder.store();
    let known = crate::server::clients();
    let server = Server::start_with(&folder, options(), known.clone());
    let collector = server.collector(0, ONE);
    assert_eq!(receiver.start(&collector).0, 200);
    receiver.answers("hang");
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    until("a call", || receiver.told().len() == 1);
    drop(server);
    receiver.answers(OK);
    let server = Server::start_with(&folder, options(), known);
    let collector = Collector { root: server.root(ONE), ..collector };
    until("the same again", || receiver.told().len() >= 2);
    until("written down", || {
        collector
            .pages("subscriptions/notifications?contentType=Audit.General")
            .0
            .iter()
            .any(|sent| sent["notificationStatus"] == "success")
    });
    let told = receiver.told();
    assert!(told.iter().all(|id| *id == told[0]));
}

#[test]
fn webhook_that_has_expired_or_is_stopped_is_not_called() {
    let (folder, receiver) = (Folder::new(), Receiver::new());
    let mut store = folder.store();
    let server = Server::start(&folder, options());
    let collector = server.collector(0, ONE);
    let soon = actlog_store::format_time(actlog_store::now() + 1_000);
    let body = |expiration: &str| format!(r#"{{"webhook": {{"address": "{}", "expiration": "{expiration}"}}}}"#, receiver.address);
    assert_eq!(collector.start(&body(&soon)).json()["webhook"]["expiration"], soon);
    until("expired", || webhook(&collector)["status"] == "expired");
    store.append(records(0..2, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(receiver.told().len(), 0);
    // A later date lets it go on.
    let later = actlog_store::format_time(actlog_store::now() + 3_600_000);
    assert_eq!(collector.start(&body(&later)).status, 200);
    until("told", || receiver.told().len() == 1);
    collector.stop();
    store.append(records(2..4, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    std::thread::sleep(Duration::from_millis(1_200));
    assert_eq!(receiver.told().len(), 1);
    assert_eq!(collector.start(&body(&later)).status, 200);
    store.append(records(4..6, ONE).as_bytes()).unwrap();
    server.feed.cut_now().unwrap();
    until("what came after the new start", || receiver.told().len() == 2);
    assert_eq!(receiver.told(), available(&collector));
}

#[test]
fn webhook_by_http_needs_the_operators_word_and_loopback() {
    let (folder, receiver) = (Folder::new(), Receiver::new());
    drop(folder.store());
    let server = Server::start(&folder, Options { webhooks: Webhooks::default(), ..options() });
    assert_eq!(receiver.start(&server.collector(0, ONE)), (400, "AF20021".to_owned()));
    assert_eq!(receiver.calls().len(), 0);
}

#[test]
fn webhooks_that_hang_while_they_are_validated_keep_nobody_from_being_told() {
    let (folder, receiver, hanging) = (Folder::new(), Receiver::new(), Receiver::new());
    let mut store = folder.store();
    let webhooks = Webhooks { concurrency: 1, timeout: Duration::from_secs(5), ..options().webhooks };
    let server = Server::start(&folder, Options { webhooks, ..options() });
    assert_eq!(receiver.start(&server.collector(0, ONE)).0, 200);
    hanging.answers("hang");
    let other = server.collector(1, ONE);
    std::thread::scope(|scope| {
        let refused: Vec<_> = (0..3).map(|_| scope.spawn(|| hanging.start(&other))).collect();
        until("a call that hangs", || hanging.calls().len() == 1);
        store.append(records(0..2, ONE).as_bytes()).unwrap();
        server.feed.cut_now().unwrap();
        until("told all the same", || receiver.told().len() == 1);
        assert!(refused.iter().any(|refused| !refused.is_finished()), "it was told while others hang");
        for refused in refused {
            assert_eq!(refused.join().unwrap(), (400, "AF20021".to_owned()));
        }
    });
    assert!(hanging.calls().len() <= 3);
}
