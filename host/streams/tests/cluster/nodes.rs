//! A cluster of real servers on this machine, each a process that can be stopped, killed and paused.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use actlog_streams::{Config, Link, Retention, setup};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub struct Cluster {
    folder: TempDir,
    program: String,
    nodes: Vec<Node>,
}

struct Node {
    port: u16,
    config: PathBuf,
    process: Option<Child>,
}

impl Cluster {
    /// `number` servers with a quorum; `more` is added to each one's settings.
    pub fn start(number: usize, more: &str) -> Self {
        let program = std::env::var("ACTLOG_NATS_SERVER")
            .expect("ACTLOG_NATS_SERVER must be the path of a nats-server; tests/streams/run sets it up and runs these tests");
        // What the library tells its operator is shown where a test fails. A second one is not needed.
        let _ = tracing_subscriber::fmt().with_test_writer().try_init();
        let folder = tempfile::tempdir().expect("a folder");
        // All are bound at once, so that none is given out twice.
        let bound: Vec<TcpListener> = (0..2 * number).map(|_| TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
        let ports: Vec<u16> = bound.iter().map(|listener| listener.local_addr().expect("an address").port()).collect();
        drop(bound);
        let (clients, routes) = ports.split_at(number);
        let route_urls: Vec<String> = routes.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect();
        let nodes = (0..number)
            .map(|index| {
                let config = folder.path().join(format!("node{index}.conf"));
                let store = folder.path().join(format!("node{index}"));
                let cluster = if number == 1 {
                    String::new()
                } else {
                    let urls = route_urls.join(", ");
                    format!("cluster {{ name: test, listen: \"127.0.0.1:{}\", routes: [{urls}] }}\n", routes[index])
                };
                let text = format!(
                    "server_name: node{index}\nlisten: \"127.0.0.1:{}\"\n\
                     jetstream {{ store_dir: {store:?}, sync_interval: always, max_file_store: 1GB, max_memory_store: 64MB }}\n\
                     {cluster}{more}\n",
                    clients[index],
                );
                std::fs::write(&config, text).expect("written");
                Node { port: clients[index], config, process: None }
            })
            .collect();
        let mut cluster = Self { folder, program, nodes };
        for index in 0..number {
            cluster.begin(index);
        }
        cluster
    }

    pub fn begin(&mut self, index: usize) {
        let log =
            std::fs::File::options().create(true).append(true).open(self.folder.path().join(format!("node{index}.log"))).expect("a log");
        let node = &mut self.nodes[index];
        assert!(node.process.is_none(), "node {index} runs already");
        let process = Command::new(&self.program).arg("-c").arg(&node.config).stdout(Stdio::null()).stderr(log).spawn();
        node.process = Some(process.expect("the server starts"));
    }

    pub fn url(&self, index: usize) -> String {
        format!("nats://127.0.0.1:{}", self.nodes[index].port)
    }

    pub fn port(&self, index: usize) -> u16 {
        self.nodes[index].port
    }

    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The server called `node3` is number 3.
    pub fn number_of(name: &str) -> usize {
        name.trim_start_matches("node").parse().expect("a node's name")
    }

    fn signal(&self, index: usize, signal: Signal) {
        let process = self.nodes[index].process.as_ref().expect("it runs");
        kill_process(Pid::from_child(process), signal).expect("signalled");
    }

    pub fn pause(&self, index: usize) {
        self.signal(index, Signal::STOP);
    }

    pub fn resume(&self, index: usize) {
        self.signal(index, Signal::CONT);
    }

    /// Ends a server as its operator would.
    pub fn stop(&mut self, index: usize) {
        self.signal(index, Signal::TERM);
        let mut process = self.nodes[index].process.take().expect("it runs");
        process.wait().expect("it ends");
    }

    pub fn kill(&mut self, index: usize) {
        self.signal(index, Signal::KILL);
        let mut process = self.nodes[index].process.take().expect("it runs");
        process.wait().expect("it ends");
    }

    /// Settings that lose patience soon enough for a test.
    pub fn config(&self) -> Config {
        let mut config = Config::new((0..self.size()).map(|index| self.url(index)));
        config.replicas = self.size();
        config.records_retention = Retention::Limits;
        config.dedupe_window_ms = 2_000;
        config.ack_wait_ms = 2_000;
        config.answer_ms = 1_000;
        config.ping_ms = 300;
        config.retry_ms = 50;
        config.batch = 16;
        // Most tests are about messages; what is in one together has a test of its own.
        config.events_per_message = 1;
        config.drain_ms = 5_000;
        config
    }

    /// A connection to streams that are set up; waits until the cluster has found together.
    pub async fn ready(&self, config: &Config) -> Link {
        let link = Link::open(config.clone()).await.expect("a link");
        let begin = Instant::now();
        loop {
            match setup(&link).await {
                Ok(()) => return link,
                Err(error) if begin.elapsed() > Duration::from_secs(60) => panic!("{error}\n{}", self.logs()),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    fn logs(&self) -> String {
        (0..self.size())
            .map(|index| {
                let text = std::fs::read_to_string(self.folder.path().join(format!("node{index}.log"))).unwrap_or_default();
                let last: Vec<&str> = text.lines().rev().take(15).collect();
                format!("node{index}:\n{}\n", last.into_iter().rev().collect::<Vec<_>>().join("\n"))
            })
            .collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
        for process in self.nodes.iter_mut().filter_map(|node| node.process.as_mut()) {
            // It may have ended by itself, and a paused one is ended by this all the same.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
