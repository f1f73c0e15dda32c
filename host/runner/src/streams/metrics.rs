//! What `/metrics` tells of streams: how far the readers are, and what each part of this program did.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use actlog_streams::{Count, Lag};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

use super::outlook::Outlook;
use crate::serve::metrics::{Labels, counters, gauges};

/// Reads the figures when they are asked for.
pub struct Figures {
    outlook: Arc<Outlook>,
    counts: Mutex<Vec<(&'static str, Arc<Count>)>>,
}

impl Figures {
    /// Of this outlook, and of no part yet.
    pub fn new(outlook: Arc<Outlook>) -> Arc<Self> {
        Arc::new(Self { outlook, counts: Mutex::default() })
    }

    /// Tells of one more part.
    pub fn add(&self, part: &'static str, count: Arc<Count>) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).push((part, count));
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let lags = self.outlook.lags();
        let labels = |lag: &Lag| -> Labels { vec![("stream".to_owned(), lag.stream.clone()), ("reader".to_owned(), lag.reader.clone())] };
        let of = |figure: fn(&Lag) -> u64| lags.iter().map(move |lag| (labels(lag), figure(lag) as f64));
        gauges(&mut encoder, "stream_waiting", "Messages that nobody has taken yet", of(|lag| lag.waiting))?;
        gauges(&mut encoder, "stream_in_work", "Messages that somebody has taken and not finished", of(|lag| lag.in_work))?;
        gauges(&mut encoder, "stream_again", "Messages in work that were given out more than once", of(|lag| lag.again))?;
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let all = counts.iter().flat_map(|(part, count)| {
            let label = |what: &str| vec![("part".to_owned(), (*part).to_owned()), ("what".to_owned(), what.to_owned())];
            count.now().named().into_iter().map(|(what, count)| (label(what), count)).collect::<Vec<_>>()
        });
        counters(&mut encoder, "stream_messages", "What the parts of this process did on streams", all)
    }
}
