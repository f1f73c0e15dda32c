//! A filter and a store for tests. An event is `NUMBER WORD`: the word says what becomes of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_streams::{Event, Keep, KeepError, Kept, Outcome, Record, Why, Work};
use bytes::Bytes;

pub struct Filter {
    /// How long it takes for a batch.
    pub pause: Duration,
}

impl Work for Filter {
    async fn work(&self, batch: Vec<Event>) -> Vec<Outcome> {
        tokio::time::sleep(self.pause).await;
        batch.iter().map(outcome).collect()
    }
}

pub fn event(number: usize, word: &str) -> Bytes {
    format!("{number} {word}").into()
}

/// The ids of the records of an event: every third has two.
pub fn ids(number: usize) -> Vec<String> {
    (1..=if number.is_multiple_of(3) { 2 } else { 1 }).map(|part| format!("event-{number}-{part}")).collect()
}

fn outcome(event: &Event) -> Outcome {
    let text = String::from_utf8_lossy(&event.bytes);
    let (number, word) = text.split_once(' ').expect("NUMBER WORD");
    match word {
        "excluded" => {
            Outcome::Excluded { rule: None, reason: "auditing-off".into(), message: "Update".into(), entity: Some("account".into()) }
        }
        "rejected" => Outcome::Rejected(Why { at: 3, ..Why::new("not-json", "no\r\nJSON") }),
        "poison" => Outcome::Faulted(Why::new("trap", "it traps")),
        "heals" if event.attempt < 3 => Outcome::Faulted(Why::new("trap", "not yet")),
        "panics" => panic!("on purpose"),
        "kills" => std::process::abort(),
        "too-long" => Outcome::Recorded(vec![Record { id: format!("event-{number}-1"), line: vec![b'x'; 2 << 20].into() }]),
        "bad-id" => Outcome::Recorded(vec![Record { id: "a.b".into(), line: Bytes::new() }]),
        _ => {
            let number = number.parse().expect("a number");
            Outcome::Recorded(ids(number).into_iter().map(|id| Record { line: format!("{{\"Id\":\"{id}\"}}").into(), id }).collect())
        }
    }
}

/// What a [`Store`] does with a call instead of keeping it.
#[derive(Clone, Copy, Debug)]
pub enum Mood {
    Well,
    Fails,
    Hangs,
    Panics,
    /// Keeps, and then its answer is lost.
    KeepsAndFails,
}

/// Drops what it has by its id, as a store must, and counts how often it was given each.
#[derive(Clone, Default)]
pub struct Store {
    pub kept: Arc<Mutex<BTreeMap<String, Vec<Kept>>>>,
    pub moods: Arc<Mutex<Vec<Mood>>>,
    /// An id that it never keeps.
    pub never: Option<String>,
}

impl Store {
    pub fn ids(&self) -> Vec<String> {
        self.kept.lock().expect("not poisoned").keys().cloned().collect()
    }
    fn put(&self, batch: Vec<Kept>) {
        let mut kept = self.kept.lock().expect("not poisoned");
        for message in batch {
            kept.entry(message.id.clone()).or_default().push(message);
        }
    }
}

impl Keep for Store {
    async fn keep(&self, batch: Vec<Kept>) -> Result<(), KeepError> {
        let mood = self.moods.lock().expect("not poisoned").pop().unwrap_or(Mood::Well);
        if let Some(index) = batch.iter().position(|message| Some(&message.id) == self.never.as_ref()) {
            return Err(KeepError::Never { index, reason: "it does not fit".into() });
        }
        match mood {
            Mood::Well => {
                self.put(batch);
                Ok(())
            }
            Mood::Fails => Err(KeepError::Later("the disk is full".into())),
            Mood::Hangs => std::future::pending().await,
            Mood::Panics => panic!("on purpose"),
            Mood::KeepsAndFails => {
                self.put(batch);
                Err(KeepError::Later("the answer was lost".into()))
            }
        }
    }
}
