//! The work of a worker: the filter with its rules, and the account of what the events came to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use actlog_engine::rules::RuleFault;
use actlog_engine::{self as engine, Filter};
use actlog_streams::{Event, Outcome, Record, Why, Work};
use axum::body::Bytes;
use prometheus_client::metrics::histogram::Histogram;
use serde::Deserialize;

use crate::account::{Account, ENGINE, reason_of};
use crate::batches::on_one_line;

/// Filters events one by one, so that each has its own outcome.
pub struct Audit {
    filter: Filter,
    account: Arc<Mutex<Account>>,
    seconds: Histogram,
}

impl Audit {
    /// Counts in `account` how events ended, and in `seconds` how long batches took.
    pub fn new(filter: Filter, account: Arc<Mutex<Account>>, seconds: Histogram) -> Self {
        Self { filter, account, seconds }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work for Audit {
    async fn work(&self, batch: Vec<Event>) -> Vec<Outcome> {
        let (filter, began) = (self.filter.clone(), Instant::now());
        let audited = tokio::task::spawn_blocking(move || {
            let mut faults = Vec::new();
            let outcomes: Vec<Outcome> = batch.iter().map(|event| audit(&filter, &event.bytes, &mut faults)).collect();
            (outcomes, faults)
        });
        // A panic gives no outcomes, which counts as a fault of each event.
        let (outcomes, faults) = audited.await.unwrap_or_default();
        self.seconds.observe(began.elapsed().as_secs_f64());
        self.account().faults_to_tell(&faults).iter().for_each(|told| tracing::warn!("{told}"));
        outcomes
    }

    fn ended(&self, outcome: &Outcome) {
        self.account().ended(outcome);
    }
}

fn audit(filter: &Filter, event: &[u8], faults: &mut Vec<RuleFault>) -> Outcome {
    let mut line = Vec::with_capacity(event.len() + 1);
    on_one_line(event, &mut line);
    match filter.audit(&line) {
        Ok(mut audited) => {
            faults.append(&mut audited.rule_faults);
            outcome(audited)
        }
        Err(error) => Outcome::Faulted(Why::new(ENGINE, error.to_string())),
    }
}

/// What one event came to.
fn outcome(audited: engine::Outcome) -> Outcome {
    let entity = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
    if let Some(it) = audited.rejected.first() {
        let why = Why::new(it.reason.name(), &it.explanation);
        Outcome::Rejected(Why { place: it.place.clone(), at: u64::from(it.offset), ..why })
    } else if let Some(it) = audited.faulted.first() {
        Outcome::Faulted(Why::new(reason_of(it), &it.explanation))
    } else if let Some(it) = audited.excluded.first() {
        Outcome::Excluded { rule: None, reason: it.reason.name().to_owned(), message: it.message.clone(), entity: entity(&it.entity) }
    } else if let Some(it) = audited.dropped.first() {
        let (rule, reason, message) = (Some(it.rule.clone()), it.reason.clone(), it.message.clone());
        Outcome::Excluded { rule, reason, message, entity: entity(&it.entity) }
    } else if audited.read == 0 {
        Outcome::Rejected(Why::new(engine::RejectReason::NotJson.name(), "there is no event in the message"))
    } else {
        match records(&audited.records.into()) {
            Ok(records) => Outcome::Recorded(records),
            Err(error) => Outcome::Faulted(Why::new(ENGINE, format!("the filter's record has no Id; please report this: {error}"))),
        }
    }
}

/// The records of lines, each with its Id.
///
/// # Errors
/// When a line has none.
pub fn records(lines: &Bytes) -> serde_json::Result<Vec<Record>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Line {
        id: String,
    }
    let record = |line: &[u8]| {
        let line = lines.slice_ref(line.strip_suffix(b"\n").unwrap_or(line));
        serde_json::from_slice::<Line>(&line).map(|Line { id }| Record { id, line })
    };
    lines.split_inclusive(|byte| *byte == b'\n').map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actlog_engine::Engine;

    /// Each event has the outcome that it has in a run, and each of its parts its own Id.
    #[test]
    fn audit_gives_each_event_its_own_outcome() {
        let filter = Engine::new().unwrap().filter("").unwrap();
        let audit = |event: &str| super::audit(&filter, event.as_bytes(), &mut Vec::new());
        let organization = r#""OrganizationId":"4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4""#;
        let event = format!("{{\"Message\":\"Retrieve\",\n{organization}}}");
        assert!(matches!(audit(&event), Outcome::Recorded(records) if records.len() == 1));
        let long = format!(r#"{{"Message":"RetrieveMultiple",{organization},"Query":"{}"}}"#, "x".repeat(8_000));
        let Outcome::Recorded(parts) = audit(&long) else { panic!("{:?}", audit(&long)) };
        let ids: std::collections::BTreeSet<_> = parts.iter().map(|part| &part.id).collect();
        assert!(ids.len() > 1 && ids.len() == parts.len(), "{parts:?}");
        let whole: Vec<u8> = parts.iter().flat_map(|part| [&part.line[..], b"\n"].concat()).collect();
        assert_eq!(whole, filter.audit(long.as_bytes()).unwrap().records, "the lines of a run");
        let excluded = audit(&format!(r#"{{"Message":"WhoAmI",{organization}}}"#));
        let (reason, message) = ("excluded-message".to_owned(), "WhoAmI".to_owned());
        assert_eq!(excluded, Outcome::Excluded { rule: None, reason, message, entity: None });
        let Outcome::Rejected(why) = audit(r#"{"Message":5}"#) else { panic!("not rejected") };
        assert_eq!((why.reason.as_str(), why.place.as_str()), ("wrong-type", "Message"));
        for nothing in ["", " \n ", "{}{}", "[]", "{}\n{}"] {
            assert!(matches!(audit(nothing), Outcome::Rejected(_)), "{nothing:?}: {:?}", audit(nothing));
        }
    }
}
