//! What streams, subjects and consumers are called.

use sha2::{Digest, Sha256};

/// One of the ways out of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Records, one message each; the id is the record's Id.
    Records,
    /// Events that could not be used, byte for byte, with the reason in headers; the id is [`event_key`].
    Rejects,
    /// One line of JSON for each event that was left out on purpose; the id is [`event_key`].
    Ledger,
}

impl Lane {
    /// All of them.
    pub const ALL: [Lane; 3] = [Lane::Records, Lane::Rejects, Lane::Ledger];
    fn word(self) -> &'static str {
        match self {
            Lane::Records => "records",
            Lane::Rejects => "rejects",
            Lane::Ledger => "ledger",
        }
    }
}

/// The names that follow from a prefix.
#[derive(Clone, Debug)]
pub struct Names {
    prefix: String,
}

/// The consumer of EVENTS that all workers share.
pub(crate) const WORKERS: &str = "workers";

impl Names {
    /// The names for `prefix`.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }
    fn stream_of(&self, word: &str) -> String {
        format!("{}-{word}", self.prefix).to_ascii_uppercase()
    }
    /// The stream of events.
    pub fn events_stream(&self) -> String {
        self.stream_of("events")
    }
    /// The subject of events.
    pub fn events_subject(&self) -> String {
        format!("{}.events", self.prefix)
    }
    /// The stream of a lane.
    pub fn stream(&self, lane: Lane) -> String {
        self.stream_of(lane.word())
    }
    /// All subjects of a lane.
    pub fn subjects(&self, lane: Lane) -> String {
        format!("{}.{}.*", self.prefix, lane.word())
    }
    /// The subject of all messages of a lane that have none of their own.
    pub fn shared_subject(&self, lane: Lane) -> String {
        format!("{}.{}.all", self.prefix, lane.word())
    }
    /// The subject of one message of a lane.
    pub fn subject(&self, lane: Lane, id: &str) -> String {
        format!("{}.{}.{id}", self.prefix, lane.word())
    }
    /// The stream that remembers how often an event was tried alone.
    pub fn tries_stream(&self) -> String {
        self.stream_of("tries")
    }
    /// The subject of one event's tries, or of all with `*`.
    pub fn tries_subject(&self, key: &str) -> String {
        format!("{}.tries.{key}", self.prefix)
    }
}

/// What an event is known by: the SHA-256 of its bytes, in hexadecimal.
pub fn event_key(event: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(event).iter().fold(String::with_capacity(64), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// Whether an id can be the last part of a subject.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_key_is_a_sha_256() {
        assert_eq!(event_key(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn ids_that_would_reach_another_subject_are_refused() {
        for bad in ["", "a.b", "*", ">", "a b", "a\r\nb", "ä", &"a".repeat(129)] {
            assert!(!is_id(bad), "{bad:?}");
        }
        assert!(is_id("c2c5abcd-05cd-542c-8d78-f10b8c793a3b"));
    }
}
