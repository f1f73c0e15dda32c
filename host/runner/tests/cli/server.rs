//! A server, and what is asked of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::program::Place;

/// A server that runs in a place.
pub struct Server {
    child: Child,
    pub url: String,
    pub agent: Agent,
    said: Arc<Mutex<String>>,
}

impl Server {
    pub fn start(place: &Place, arguments: &str) -> Self {
        Self::run(place, &format!("serve --listen 127.0.0.1:0 --store audit.db {arguments}"))
    }

    /// Any command that listens and says where.
    pub fn run(place: &Place, arguments: &str) -> Self {
        let mut command = place.command();
        command.args(arguments.split_whitespace()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let (mut line, mut before) = (String::new(), String::new());
        while !line.contains("listening: ") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "it did not start:\n{before}");
            before.push_str(&line);
        }
        let said = Arc::new(Mutex::new(before));
        let hear = said.clone();
        std::thread::spawn(move || {
            let mut line = String::new();
            while told.read_line(&mut line).is_ok_and(|read| read > 0) {
                hear.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60))).build().into();
        Self { child, url, agent, said }
    }

    pub fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        answered(request.call().unwrap())
    }

    pub fn post(&self, events: &str, token: Option<&str>) -> (u16, Value) {
        let mut request = self.agent.post(format!("{}/events", self.url));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        answered(request.send(events).unwrap())
    }

    /// What it said on standard error.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it said this.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        for _ in 0..1_000 {
            if self.said().contains(text) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not say '{text}' but:\n{}", self.said());
    }

    /// Sends it a signal by its name.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends it with SIGKILL, which it cannot notice.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it as an operator would.
    #[cfg(unix)]
    pub fn stop(self) {
        self.signal("TERM");
        self.ends();
    }

    /// Waits until it ended by itself, well.
    #[cfg(unix)]
    pub fn ends(mut self) {
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answered(mut response: ureq::http::Response<ureq::Body>) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
