//! A process that is killed at any moment: each record is in exactly one blob all the same.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use actlog_feed::Feed;
use uuid::Uuid;

use crate::server::{Collector, Folder, ONE, Server, TWO, clients, options, record};

/// The folder of the process that is to be killed.
const FOLDER: &str = "ACTLOG_FEED_KILLED";
/// How often: 8 times if nothing is said.
const KILLS: &str = "ACTLOG_KILLS";

/// What is run in the process that is killed: records come in and are cut as fast as possible.
#[test]
fn killed_child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let path = std::path::Path::new(&folder).join("audit.db");
    let mut store = actlog_store::Store::open(&path, actlog_store::Options { segment: 50, ..actlog_store::Options::default() }).unwrap();
    let feed = Feed::new(&path, clients().0, actlog_feed::Options { blob_records: 4, ..options() }).unwrap();
    let begin = store.reader().unwrap().newest().unwrap() as u64;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                feed.cut_now().unwrap();
            }
        });
        for number in begin.. {
            let tenants = [ONE, TWO, ONE];
            let lines: String = (0..3).map(|step| record(number * 3 + step, tenants[step as usize])).collect();
            store.append(lines.as_bytes()).unwrap();
        }
    });
}

#[test]
fn killed_process_leaves_each_record_in_exactly_one_blob() {
    let kills: u64 = std::env::var(KILLS).map_or(8, |kills| kills.parse().unwrap());
    let folder = Folder::new();
    drop(folder.store());
    let known = clients();
    let server = Server::start_with(&folder, options(), known.clone());
    let mut collectors = [server.collector(0, ONE), server.collector(0, TWO)];
    for collector in &collectors {
        assert_eq!(collector.start("").status, 200);
    }
    drop(server);
    let mut listed: [Vec<String>; 2] = Default::default();
    for round in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::killed_child", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(150 + round * 97 % 400));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), None, "round {round}: it ended by itself");
        let server = Server::start_with(&folder, actlog_feed::Options { blob_records: 4, ..options() }, known.clone());
        for (collector, listed) in collectors.iter_mut().zip(&mut listed) {
            let tenant = if collector.root.contains(&ONE.to_string()) { ONE } else { TWO };
            collector.root = server.root(tenant);
            let (entries, _) = collector.pages("subscriptions/content?contentType=Audit.General");
            let now: Vec<String> = entries.iter().map(|entry| entry["contentId"].as_str().unwrap().to_owned()).collect();
            assert_eq!(now[..listed.len()], listed[..], "round {round}: what was listed stays listed, in its order");
            *listed = now;
        }
    }
    let server = Server::start_with(&folder, actlog_feed::Options { blob_records: 4, ..options() }, known);
    server.feed.cut_now().unwrap();
    let mut stored: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for placed in actlog_store::Reader::open(folder.db()).unwrap().after(0, usize::MAX >> 1).unwrap() {
        let line = String::from_utf8(placed.bytes).unwrap();
        stored.entry(placed.organization).or_default().push(line[7..43].parse().unwrap());
    }
    for tenant in [ONE, TWO] {
        let collector = Collector { root: server.root(tenant), ..collectors[usize::from(tenant == TWO)].clone() };
        let got = collector.collect().concat();
        assert!(got.len() > 10, "the processes did something: {}", got.len());
        assert_eq!(got, stored[&tenant]);
    }
}
