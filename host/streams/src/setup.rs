//! The streams and consumers that there have to be.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, ReplayPolicy, pull};
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};

use crate::names::{Names, WORKERS};
use crate::{Config, Error, Lane, Link, Retention};

/// How long tries are remembered after the last.
const TRIES_AGE: Duration = Duration::from_secs(86_400);

/// Makes what is missing and changes what is otherwise than the settings say. Harmless where all is well.
///
/// A stream's retention cannot be changed while it stands; the error says so, and nothing is deleted.
pub async fn setup(link: &Link) -> Result<(), Error> {
    link.reach().await?;
    for wanted in streams(&link.config, &link.names, link.can_ingest()) {
        let doing = format!("setting up the stream {}", wanted.name);
        link.context.create_or_update_stream(wanted).await.map_err(|error| Error::server(doing, error))?;
    }
    for (stream, wanted) in consumers(&link.config, &link.names) {
        let doing = format!("setting up the consumer {} of {stream}", wanted.durable_name.clone().unwrap_or_default());
        link.context.create_consumer_on_stream(wanted, stream).await.map_err(|error| Error::server(doing, error))?;
    }
    Ok(())
}

/// Every stream as it should be, on servers that can take runs of records or not.
pub(crate) fn streams(config: &Config, names: &Names, can_ingest: bool) -> Vec<stream::Config> {
    let base = |name: String, subject: String| stream::Config {
        name,
        subjects: vec![subject],
        storage: StorageType::File,
        num_replicas: config.replicas,
        // A full stream refuses, so that whoever writes has to wait. It never makes room by forgetting.
        discard: DiscardPolicy::New,
        max_bytes: -1,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_message_size: -1,
        duplicate_window: Duration::from_millis(config.dedupe_window_ms),
        ..stream::Config::default()
    };
    let lane = |lane| base(names.stream(lane), names.subjects(lane));
    // The servers forget no id later than its message.
    let aged = |mut stream: stream::Config, age_s: u64| {
        stream.max_age = Duration::from_secs(age_s);
        if age_s > 0 {
            stream.duplicate_window = stream.duplicate_window.min(stream.max_age);
        }
        stream
    };
    let mut events = base(names.events_stream(), names.events_subject());
    events.retention = RetentionPolicy::WorkQueue;
    events.max_bytes = limit(config.events_max_bytes);
    // The headers of an event are few; those of a reject are counted in Config::needed_payload.
    events.max_message_size = i32::try_from(config.max_event_bytes + crate::pack::HEADERS).unwrap_or(i32::MAX);
    let mut records = match config.records_retention {
        Retention::WorkQueue => stream::Config { retention: RetentionPolicy::WorkQueue, ..lane(Lane::Records) },
        Retention::Limits => aged(lane(Lane::Records), config.records_max_age_s),
    };
    records.max_bytes = limit(config.records_max_bytes);
    records.allow_batch_publish = can_ingest;
    let mut tries = aged(base(names.tries_stream(), names.tries_subject("*")), TRIES_AGE.as_secs());
    tries.max_messages_per_subject = 1;
    tries.discard = DiscardPolicy::Old;
    vec![events, records, aged(lane(Lane::Rejects), config.rejects_max_age_s), aged(lane(Lane::Ledger), config.ledger_max_age_s), tries]
}

/// Every consumer as it should be, after its stream's name.
pub(crate) fn consumers(config: &Config, names: &Names) -> Vec<(String, pull::Config)> {
    let consumer = |name: &str| pull::Config {
        durable_name: Some(name.to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: config.ack_wait(),
        // The servers would leave a message lying after so many; how often is enough is for the worker to say, who keeps it.
        max_deliver: -1,
        replay_policy: ReplayPolicy::Instant,
        max_ack_pending: i64::try_from(config.max_ack_pending).unwrap_or(i64::MAX),
        max_waiting: 512,
        ..pull::Config::default()
    };
    let mut all = vec![(names.events_stream(), consumer(WORKERS))];
    for lane in Lane::ALL {
        all.extend(config.sinks.iter().map(|sink| (names.stream(lane), consumer(sink))));
    }
    all
}

fn limit(bytes: u64) -> i64 {
    if bytes == 0 { -1 } else { i64::try_from(bytes).unwrap_or(i64::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_stream_but_that_of_tries_forgets_to_make_room() {
        let config = Config::new(["nats://127.0.0.1:4222"]);
        let names = Names::new(&config.prefix);
        for stream in streams(&config, &names, true) {
            assert_eq!(stream.discard == DiscardPolicy::Old, stream.name == names.tries_stream(), "{}", stream.name);
        }
        for (stream, consumer) in consumers(&config, &names) {
            assert_eq!((consumer.max_deliver, consumer.ack_policy), (-1, AckPolicy::Explicit), "{stream}");
        }
    }
}
