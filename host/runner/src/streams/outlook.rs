//! How far the readers of streams are, asked for now and then: for readiness, metrics, logs and the terminal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use actlog_streams::{Lag, Link, lag};

use super::LOOK_EVERY;
use crate::serve::Vitals;
use crate::serve::flows::Flow;

/// Looks after which the log has a line, where anything is on its way.
const LOG_AFTER: u32 = 5;
/// What readiness calls this.
const PART: &str = "streams";

/// How far the readers were at the last look.
pub struct Outlook {
    link: Link,
    vitals: Arc<Vitals>,
    seen: Mutex<Seen>,
}

#[derive(Clone, Default)]
struct Seen {
    lags: Vec<Lag>,
    at: Option<Instant>,
}

impl Outlook {
    /// Has not looked yet.
    pub fn new(link: Link, vitals: Arc<Vitals>) -> Arc<Self> {
        vitals.report(PART, Some("the servers were not asked yet".to_owned()));
        let outlook = Arc::new(Self { link, vitals: vitals.clone(), seen: Mutex::default() });
        let told = Arc::downgrade(&outlook);
        vitals.flows.add(move || told.upgrade().map(|outlook| outlook.flows()).unwrap_or_default());
        outlook
    }

    /// The same, for whoever looks at all that moves records.
    fn flows(&self) -> Vec<Flow> {
        let rows = self.lags().into_iter().map(|lag| Flow {
            waiting: Some(lag.waiting + lag.in_work),
            ..Flow::new(lag.stream, "stream", format!("read by {}", lag.reader), "messages")
        });
        rows.collect()
    }

    /// What was seen last; nothing where nobody answered since.
    pub fn lags(&self) -> Vec<Lag> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.at.is_some_and(|at| at.elapsed() < 5 * LOOK_EVERY) { seen.lags.clone() } else { Vec::new() }
    }

    /// Looks now and then, for ever.
    pub async fn look(self: Arc<Self>) {
        let mut looks: u32 = 0;
        loop {
            match lag(&self.link).await {
                Ok(lags) => {
                    looks += 1;
                    if looks.is_multiple_of(LOG_AFTER) {
                        lags.iter().filter(|lag| lag.waiting + lag.in_work > 0).for_each(log);
                    }
                    *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen { lags, at: Some(Instant::now()) };
                    self.vitals.report(PART, None);
                }
                Err(error) => {
                    let why = format!("the servers of streams do not answer, or the streams are not set up: {error}");
                    tracing::warn!("{why}");
                    self.vitals.report(PART, Some(why));
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn log(lag: &Lag) {
    let Lag { stream, reader, waiting, in_work, again, .. } = lag;
    tracing::info!(stream, reader, waiting, in_work, again, "lag");
}
