//! How much longer a request takes through the proxy than directly, and than through nginx where there is one (`ACTLOG_NGINX`, or
//! in the path). All ways are taken in turn, on one connection each, so that what the machine does meanwhile hits all alike; and so
//! are two bare writes to the disk, which is the least that an intent and an outcome can take there.

use std::convert::Infallible;
use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actlog_proxy::{Config, Exchange, Proxy, RecordError, Recorder};
use actlog_spool::Durability;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

const ROUNDS: usize = 3000;
const ANSWER: usize = 2000;
const SEGMENT: u64 = 8 << 20;

type Fault = Box<dyn std::error::Error + Send + Sync>;

struct Nobody;

impl Recorder for Nobody {
    async fn record(&self, _: Vec<Exchange>) -> Result<(), RecordError> {
        Ok(())
    }
}

struct Way {
    name: &'static str,
    sender: SendRequest<Full<Bytes>>,
    times: Vec<Duration>,
}

async fn way(name: &'static str, address: SocketAddr) -> Result<Way, Fault> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(Way { name, sender, times: Vec::new() })
}

impl Way {
    async fn take(&mut self, method: &str, body: &'static [u8]) -> Result<(), Fault> {
        let begin = Instant::now();
        let request =
            Request::builder().method(method).uri("/api/data/v9.2/accounts").header("host", "x").header("content-type", "application/json");
        self.sender.ready().await?;
        let answer = self.sender.send_request(request.body(Full::new(Bytes::from_static(body)))?).await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.into_body().collect().await?.to_bytes().len(), ANSWER);
        self.times.push(begin.elapsed());
        Ok(())
    }
}

/// Two writes to the disk, one after the other, as an intent and an outcome are.
struct Disk {
    file: File,
    at: u64,
    times: Vec<Duration>,
}

impl Disk {
    fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::create(path)?;
        file.write_all_at(&vec![0; SEGMENT as usize], 0)?;
        file.sync_all()?;
        Ok(Self { file, at: 0, times: Vec::new() })
    }

    fn take(&mut self) -> Result<(), Fault> {
        let begin = Instant::now();
        for _ in 0..2 {
            self.file.write_all_at(&[b'x'; 600], self.at)?;
            self.file.sync_data()?;
            self.at = (self.at + 600) % (SEGMENT - 600);
        }
        self.times.push(begin.elapsed());
        Ok(())
    }
}

fn tell(method: &str, name: &str, times: &mut [Duration], base: [Duration; 2]) -> [Duration; 2] {
    times.sort_unstable();
    let [half, most] = [50, 99].map(|share| times[(times.len() - 1) * share / 100]);
    let more = |found: Duration, base: Duration| match base {
        Duration::ZERO => String::new(),
        base => format!("(+{:.1?})", found.saturating_sub(base)),
    };
    println!("{method:4} {name:33} p50 {half:9.1?} {:12} p99 {most:9.1?} {}", more(half, base[0]), more(most, base[1]));
    [half, most]
}

async fn upstream() -> Result<SocketAddr, Fault> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request: Request<hyper::body::Incoming>| async move {
                let _ = request.into_body().collect().await;
                let mut answer = Response::new(Full::<Bytes>::from(vec![b'x'; ANSWER]));
                answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
                Ok::<_, Infallible>(answer)
            });
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            tokio::spawn(async move { server.serve_connection(TokioIo::new(stream), service).await.is_ok() });
        }
    });
    Ok(address)
}

fn nginx(folder: &Path, upstream: SocketAddr) -> Result<Option<(Child, SocketAddr)>, Fault> {
    let program = std::env::var("ACTLOG_NGINX").unwrap_or_else(|_| "nginx".to_owned());
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let text = format!(
        "daemon off; worker_processes 1; pid {0}/pid; error_log {0}/error;
         events {{ worker_connections 128; }}
         http {{ access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
           upstream up {{ server {upstream}; keepalive 8; }}
           server {{ listen {port}; keepalive_requests 1000000;
             location / {{ proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }} }}",
        folder.display()
    );
    std::fs::write(folder.join("nginx.conf"), text)?;
    let started = Command::new(program).arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")).stderr(Stdio::null()).spawn();
    let Ok(child) = started else { return Ok(None) };
    for _ in 0..100 {
        if std::net::TcpStream::connect(port).is_ok() {
            return Ok(Some((child, port)));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("nginx does not listen".into())
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    // On a real disk, which the system's temporary folder may not be.
    let base = std::env::var_os("CARGO_TARGET_DIR").map_or_else(std::env::temp_dir, Into::into);
    let folder = tempfile::tempdir_in(base)?;
    let upstream = upstream().await?;
    let mut ways = vec![way("direct", upstream).await?];
    let mut proxies = Vec::new();
    for (name, api, durability) in [
        ("passed, not the API", false, Durability::Disk),
        ("journaled, survives the process", true, Durability::Process),
        ("journaled, on the disk", true, Durability::Disk),
    ] {
        let mut config = Config::new("127.0.0.1:0".parse()?, &format!("http://{upstream}"), folder.path().join(name));
        config.journal.durability = durability;
        config.is_api = Arc::new(move |_| api);
        let proxy = Proxy::bind(config, Nobody).await?;
        ways.push(way(name, proxy.addresses()[0]).await?);
        proxies.push(proxy);
    }
    let mut nginx = nginx(folder.path(), upstream)?;
    if let Some((_, address)) = &nginx {
        ways.push(way("nginx", *address).await?);
    } else {
        println!("nginx is not there");
    }
    let mut disk = Disk::open(&folder.path().join("alone"))?;
    for (method, body) in [("GET", b"".as_slice()), ("POST", &[b'x'; 1000])] {
        for way in &mut ways {
            way.times.clear();
            for _ in 0..100 {
                way.take(method, body).await?;
            }
            way.times.clear();
        }
        for _ in 0..ROUNDS {
            for at in 0..ways.len() {
                // What comes after a wait for the disk finds the processors asleep; so each comes after one that is not counted.
                ways[0].take(method, body).await?;
                ways[0].times.pop();
                ways[at].take(method, body).await?;
            }
            disk.take()?;
        }
        let mut base = [Duration::ZERO; 2];
        for way in &mut ways {
            let found = tell(method, way.name, &mut way.times, base);
            if base == [Duration::ZERO; 2] {
                base = found;
            }
        }
    }
    tell("", "two writes to the disk alone", &mut disk.times, [Duration::ZERO; 2]);
    for proxy in proxies {
        proxy.stop(Duration::from_secs(1)).await;
    }
    if let Some((child, _)) = &mut nginx {
        // In order, so that it takes its worker along.
        Command::new("kill").arg("-QUIT").arg(child.id().to_string()).status()?;
        child.wait()?;
    }
    Ok(())
}
