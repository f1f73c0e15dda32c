//! A stand-in for a receiver of records: takes NDJSON by POST, and fails in turn as it is told.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// What it does with a request; when nothing is left to do, it takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Answers with this status.
    Status(u16),
    /// Reads it and never answers.
    Hangs,
    /// Reads it and ends the connection.
    Resets,
    /// Takes it, and ends the connection before it says so.
    TakesAndResets,
}

#[derive(Default)]
struct Shared {
    todo: VecDeque<Does>,
    /// What it does when nothing is left to do.
    otherwise: Option<Does>,
    requests: usize,
    taken: Vec<Value>,
    headers: Vec<String>,
}

/// A receiver on loopback.
#[derive(Clone)]
pub struct Receiver {
    pub address: String,
    shared: Arc<Mutex<Shared>>,
}

impl Receiver {
    pub fn new(todo: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared { todo: todo.iter().copied().collect(), ..Shared::default() }));
        let receiver = Self { address, shared: shared.clone() };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = shared.clone();
                std::thread::spawn(move || serve(stream.unwrap(), &shared));
            }
        });
        receiver
    }

    /// From now on it does this with whatever comes; `None`: it takes it.
    pub fn does(&self, otherwise: Option<Does>) {
        self.shared.lock().unwrap().otherwise = otherwise;
    }

    /// Ids of the records that it took, in their order, also those that it took twice.
    pub fn ids(&self) -> Vec<String> {
        self.shared.lock().unwrap().taken.iter().map(|record| record["Id"].as_str().unwrap().to_owned()).collect()
    }

    /// What it took.
    pub fn taken(&self) -> Vec<Value> {
        self.shared.lock().unwrap().taken.clone()
    }

    pub fn requests(&self) -> usize {
        self.shared.lock().unwrap().requests
    }

    /// The headers of the requests, in lower case.
    pub fn headers(&self) -> Vec<String> {
        self.shared.lock().unwrap().headers.clone()
    }

    /// Waits until it has so many different records, and gives the ids of all.
    #[track_caller]
    pub fn wait_for(&self, records: usize) -> Vec<String> {
        for _ in 0..1_500 {
            let ids = self.ids();
            if ids.iter().collect::<std::collections::BTreeSet<_>>().len() >= records {
                return ids;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it took {} of {records} records in {} requests", self.ids().len(), self.requests());
    }
}

fn serve(stream: TcpStream, shared: &Mutex<Shared>) {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let begin = head.len();
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
            let line = head[begin..].trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let lines = || body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| serde_json::from_slice(line).unwrap());
        let does = {
            let mut shared = shared.lock().unwrap();
            shared.requests += 1;
            shared.headers.push(head.to_ascii_lowercase());
            let does = shared.todo.pop_front().or(shared.otherwise);
            if matches!(does, None | Some(Does::TakesAndResets)) {
                shared.taken.extend(lines());
            }
            does
        };
        let status = match does {
            None => 200,
            Some(Does::Status(status)) => status,
            Some(Does::Hangs) => {
                std::thread::sleep(Duration::from_secs(30));
                return;
            }
            Some(Does::Resets | Does::TakesAndResets) => return,
        };
        if reader.get_mut().write_all(format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nno").as_bytes()).is_err() {
            return;
        }
    }
}
