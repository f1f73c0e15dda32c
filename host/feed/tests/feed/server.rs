//! A store, a feed of it, and a server on loopback; and a collector that asks.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use actlog_feed::{Clients, Feed, Options, Webhooks, router};
use actlog_store::Store;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Tenants that collectors may read.
pub const ONE: Uuid = Uuid::from_u128(0x1111_1111_0000_4000_8000_0000_0000_0001);
pub const TWO: Uuid = Uuid::from_u128(0x2222_2222_0000_4000_8000_0000_0000_0002);
/// A tenant that nobody may read.
pub const NOBODY: Uuid = Uuid::from_u128(0x3333_3333_0000_4000_8000_0000_0000_0003);

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder that goes when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("actlog-feed-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        // A process of the same number may have been killed before it could tidy up.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn db(&self) -> PathBuf {
        self.0.join("audit.db")
    }

    pub fn book(&self) -> PathBuf {
        self.0.join("audit.db.feed")
    }

    /// Opens the store for writing, and makes it.
    pub fn store(&self) -> Store {
        Store::open(self.db(), actlog_store::Options { segment: 50, ..actlog_store::Options::default() }).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A record of a tenant in the wire form.
pub fn record(number: u64, tenant: Uuid) -> String {
    let (id, correlation) = (Uuid::from_u128(0xa000 << 64 | u128::from(number)), Uuid::from_u128(0xb000 << 64 | u128::from(number)));
    format!(
        r#"{{"Id":"{id}","RecordType":21,"CreationTime":"2024-03-04T07:00:00","Operation":"CrmDefaultActivity","OrganizationId":"{tenant}","UserType":0,"UserKey":"k","Workload":"CRM","UserId":"anna@example","ClientIP":"203.0.113.60","Message":"Retrieve","CorrelationId":"{correlation}","Part":1,"PartCount":1}}"#
    ) + "\n"
}

pub fn records(numbers: std::ops::Range<u64>, tenant: Uuid) -> String {
    numbers.map(|number| record(number, tenant)).collect()
}

/// What most tests want: cut only when the test says so, and webhooks on this machine.
pub fn options() -> Options {
    Options {
        cut_every: Duration::from_secs(3_600),
        blob_records: 3,
        requests_per_minute: NonZeroU32::MAX,
        webhooks: Webhooks {
            allow_http_loopback: true,
            timeout: Duration::from_secs(2),
            retry: Duration::from_millis(10),
            most_failures: 4,
            ..Webhooks::default()
        },
        ..Options::default()
    }
}

/// A collector that was added: its id and its secret.
#[derive(Clone)]
pub struct Known {
    pub id: Uuid,
    pub secret: String,
}

/// Collectors: one that may read both tenants, one that may read the first, and one that may nothing.
pub fn clients() -> (Clients, [Known; 3]) {
    let mut clients = Clients::default();
    let mut add = |name: &str, tenants: &[Uuid]| {
        let (id, secret) = clients.add(name, tenants.to_vec()).unwrap();
        Known { id, secret }
    };
    let known = [add("both", &[ONE, TWO]), add("first", &[ONE]), add("none", &[ONE])];
    clients.clients[2].permissions = vec!["ServiceHealth.Read".to_owned()];
    (clients, known)
}

/// A server that runs until it is dropped.
pub struct Server {
    pub feed: Arc<Feed>,
    pub address: SocketAddr,
    pub known: [Known; 3],
    stop: Option<(oneshot::Sender<()>, oneshot::Sender<()>)>,
    runtime: Option<Runtime>,
}

impl Server {
    pub fn start(folder: &Folder, options: Options) -> Self {
        Self::start_with(folder, options, clients())
    }

    pub fn start_with(folder: &Folder, options: Options, (clients, known): (Clients, [Known; 3])) -> Self {
        let feed = Feed::new(&folder.db(), clients, options).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let ((stop, stopped), (end, ended)) = (oneshot::channel::<()>(), oneshot::channel::<()>());
        let app = router(feed.clone()).into_make_service_with_connect_info::<SocketAddr>();
        runtime.spawn(async move {
            let stopped = async { stopped.await.unwrap_or(()) };
            axum::serve(listener, app).with_graceful_shutdown(stopped).await.unwrap();
        });
        runtime.spawn(feed.clone().run(async { ended.await.unwrap_or(()) }));
        Server { feed, address, known, stop: Some((stop, end)), runtime: Some(runtime) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The API's root for a tenant.
    pub fn root(&self, tenant: Uuid) -> String {
        self.url(&format!("/api/v1.0/{tenant}/activity/feed"))
    }

    /// A collector that has a token for a tenant.
    pub fn collector(&self, which: usize, tenant: Uuid) -> Collector {
        let known = &self.known[which];
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&resource=https%3A%2F%2Fmanage.office.com",
            known.id, known.secret
        );
        let got = send("POST", &self.url(&format!("/{tenant}/oauth2/token")), &[("content-type", FORM)], form.as_bytes());
        assert_eq!(got.status, 200, "{}", got.text());
        let token = got.json()["access_token"].as_str().unwrap().to_owned();
        Collector { root: self.root(tenant), token }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        // What still holds the feed ends with the runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

pub const FORM: &str = "application/x-www-form-urlencoded";

/// Somebody who asks.
#[derive(Clone)]
pub struct Collector {
    pub root: String,
    pub token: String,
}

impl Collector {
    pub fn get(&self, operation: &str) -> Got {
        self.get_uri(&format!("{}/{operation}", self.root))
    }

    pub fn get_uri(&self, uri: &str) -> Got {
        send("GET", uri, &[("authorization", &format!("bearer {}", self.token)), ("content-type", FORM)], b"")
    }

    pub fn post(&self, operation: &str, body: &str) -> Got {
        let headers = [("authorization", &*format!("Bearer {}", self.token)), ("content-type", "application/json; utf-8")];
        send("POST", &format!("{}/{operation}", self.root), &headers, body.as_bytes())
    }

    pub fn start(&self, body: &str) -> Got {
        self.post("subscriptions/start?contentType=Audit.General", body)
    }

    pub fn stop(&self) -> Got {
        self.post("subscriptions/stop?contentType=Audit.General", "")
    }

    /// Every entry of a list, page after page, and how many pages there were.
    pub fn pages(&self, operation: &str) -> (Vec<Value>, usize) {
        let (mut next, mut entries, mut pages) = (Some(format!("{}/{operation}", self.root)), Vec::new(), 0);
        while let Some(uri) = next {
            let got = self.get_uri(&uri);
            assert_eq!(got.status, 200, "{uri}: {}", got.text());
            entries.extend(got.json().as_array().unwrap().iter().cloned());
            next = got.header("NextPageUri");
            pages += 1;
            assert!(pages < 10_000, "{uri}: the pages do not end");
        }
        (entries, pages)
    }

    /// Everything that is available, each blob's records as their ids.
    pub fn collect(&self) -> Vec<Vec<Uuid>> {
        let (entries, _) = self.pages("subscriptions/content?contentType=Audit.General");
        entries.iter().map(|entry| self.ids(entry["contentUri"].as_str().unwrap())).collect()
    }

    pub fn ids(&self, uri: &str) -> Vec<Uuid> {
        let got = self.get_uri(uri);
        assert_eq!(got.status, 200, "{uri}: {}", got.text());
        got.json().as_array().unwrap().iter().map(|record| record["Id"].as_str().unwrap().parse().unwrap()).collect()
    }
}

/// An answer.
pub struct Got {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    /// The code of an error, or nothing.
    pub fn code(&self) -> String {
        let value: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        value["error"]["code"].as_str().or(value["error"].as_str()).unwrap_or("").to_owned()
    }
}

pub fn send(method: &str, uri: &str, headers: &[(&str, &str)], body: &[u8]) -> Got {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20))).build();
    let mut request = axum::http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent = ureq::Agent::new_with_config(config);
    let response = match (method, body.is_empty()) {
        ("GET", true) => agent.run(request.body(()).unwrap()),
        _ => agent.run(request.body(body.to_vec()).unwrap()),
    };
    let mut response = response.unwrap_or_else(|error| panic!("{method} {uri}: {error}"));
    let headers = response.headers().iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let (status, headers) = (response.status().as_u16(), headers.collect());
    Got { status, headers, body: response.body_mut().read_to_vec().unwrap() }
}

/// Waits until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(30), "{what}: waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}
