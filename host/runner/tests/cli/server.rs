//! A server, and what is asked of it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

use crate::program::Place;

/// A server that runs in a place.
pub struct Server {
    child: Child,
    pub url: String,
    pub agent: Agent,
}

impl Server {
    pub fn start(place: &Place, arguments: &str) -> Self {
        let mut command = place.command();
        command.args("serve --listen 127.0.0.1:0 --store audit.db".split(' ')).args(arguments.split_whitespace()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening: ") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "the server did not start");
        }
        // What else it says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        let agent = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60))).build().into();
        Self { child, url, agent }
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

    /// Ends it as an operator would.
    #[cfg(unix)]
    pub fn stop(mut self) {
        let killed = std::process::Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
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
