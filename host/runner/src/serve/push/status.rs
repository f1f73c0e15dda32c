//! How handing on to one receiver goes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use actlog_store::{format_time, now};

use super::pace::Pace;
use crate::serve::flows::{Flow, FlowState};

/// How handing on to one receiver goes.
pub struct Status {
    name: String,
    host: String,
    figures: Mutex<Figures>,
}

#[derive(Clone, Default)]
struct Figures {
    /// The place of the last record that it is done with; none before that is known.
    passed: Option<i64>,
    sent: u64,
    failed: u64,
    trouble: Option<String>,
    last_sent: Option<i64>,
}

impl Status {
    /// Begins; what was counted under this name `before` goes on.
    pub fn new(name: &str, endpoint: &str, before: Option<&Status>) -> Self {
        let figures = before.map(|before| before.figures().clone()).unwrap_or_default();
        Self { name: name.to_owned(), host: host(endpoint), figures: Mutex::new(Figures { trouble: None, ..figures }) }
    }

    /// The receiver's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The receiver is done with everything up to here.
    pub fn at(&self, passed: i64) {
        self.figures().passed = Some(passed);
    }

    /// So many were taken, and so many will never be.
    pub fn handed(&self, sent: u64, failed: u64) {
        let mut figures = self.figures();
        figures.sent += sent;
        figures.failed += failed;
        if sent > 0 {
            figures.last_sent = Some(now());
        }
    }

    /// What is wrong now; none when it is over.
    pub fn trouble(&self, trouble: Option<String>) {
        self.figures().trouble = trouble;
    }

    /// As it is shown.
    pub fn flow(&self, pace: &Pace) -> Flow {
        let figures = self.figures().clone();
        let (waiting, since) = figures.passed.map_or((None, None), |passed| {
            let (count, since) = pace.behind(passed);
            (Some(count), since)
        });
        Flow {
            state: if figures.trouble.is_some() { FlowState::Failing } else { FlowState::Ok },
            waiting,
            sent: figures.sent,
            failed: figures.failed,
            last_error: figures.trouble,
            oldest_age: since.map(|since| (now() - since).max(0) as f64 / 1e3),
            last_sent: figures.last_sent.map(format_time),
            ..Flow::new(&self.name, "push", &self.host, "records")
        }
    }

    fn figures(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The scheme and host of an address; what stands behind may be a secret.
fn host(endpoint: &str) -> String {
    let end = endpoint.find("://").map_or(0, |at| at + 3);
    let rest = &endpoint[end..];
    endpoint[..end + rest.find(['/', '?', '#']).unwrap_or(rest.len())].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_without_what_may_be_a_secret() {
        for (endpoint, expected) in [
            ("https://siem.example:8088/services/collector?token=x", "https://siem.example:8088"),
            ("http://[::1]:4318", "http://[::1]:4318"),
            ("http://a?b", "http://a"),
        ] {
            assert_eq!(host(endpoint), expected);
        }
    }
}
