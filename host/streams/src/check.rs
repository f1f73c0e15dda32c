//! What is otherwise than it should be.

use std::fmt::Display;

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::stream;

use crate::setup::{consumers, streams};
use crate::{Error, Link};

/// One thing that is otherwise than the settings say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {is}, should be {should}")]
pub struct Finding {
    /// Of what: a stream, a consumer, a server, and which property.
    pub what: String,
    /// How it is.
    pub is: String,
    /// How it should be.
    pub should: String,
}

/// Compares the servers with the settings and changes nothing. Empty: all is well, as far as a client can see; whether the servers run
/// with `sync_interval: always` it cannot.
pub async fn check(link: &Link) -> Result<Vec<Finding>, Error> {
    let mut findings = Findings::default();
    link.reach().await?;
    let server = link.client.server_info();
    let needed = link.config.needed_payload();
    if server.max_payload < needed {
        findings.add("server max_payload", server.max_payload, format!("at least {needed}"));
    }
    for wanted in streams(&link.config, &link.names, link.can_ingest()) {
        let name = format!("stream {}", wanted.name);
        match link.context.get_stream(&wanted.name).await {
            Ok(found) => {
                let info = found.cached_info();
                compare_stream(&mut findings, &name, &info.config, &wanted);
                if let Some(cluster) = &info.cluster {
                    if cluster.leader.is_none() {
                        findings.add(&format!("{name} leader"), "none", "one of the servers");
                    }
                    for peer in cluster.replicas.iter().filter(|peer| !peer.current || peer.offline) {
                        findings.add(
                            &format!("{name} replica on {}", peer.name),
                            if peer.offline { "offline" } else { "behind" },
                            "current",
                        );
                    }
                }
            }
            Err(error) => findings.add(&name, error, "there"),
        }
    }
    for (stream, wanted) in consumers(&link.config, &link.names) {
        let name = format!("consumer {} of {stream}", wanted.durable_name.as_deref().unwrap_or_default());
        match link.context.get_consumer_from_stream::<pull::Config, _, _>(wanted.durable_name.clone().unwrap_or_default(), &stream).await {
            Ok(found) => compare_consumer(&mut findings, &name, &found.cached_info().config, &wanted),
            Err(error) => findings.add(&name, error, "there"),
        }
    }
    Ok(findings.0)
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, what: &str, is: impl Display, should: impl Display) {
        self.0.push(Finding { what: what.to_owned(), is: is.to_string(), should: should.to_string() });
    }
    fn same(&mut self, name: &str, property: &str, is: impl std::fmt::Debug, should: impl std::fmt::Debug) {
        let (is, should) = (format!("{is:?}"), format!("{should:?}"));
        if is != should {
            self.add(&format!("{name} {property}"), is, should);
        }
    }
}

fn compare_stream(findings: &mut Findings, name: &str, is: &stream::Config, should: &stream::Config) {
    findings.same(name, "subjects", &is.subjects, &should.subjects);
    findings.same(name, "retention", is.retention, should.retention);
    findings.same(name, "storage", is.storage, should.storage);
    findings.same(name, "replicas", is.num_replicas, should.num_replicas);
    findings.same(name, "discard", is.discard, should.discard);
    findings.same(name, "max_bytes", is.max_bytes, should.max_bytes);
    findings.same(name, "max_msgs", is.max_messages, should.max_messages);
    findings.same(name, "max_msgs_per_subject", is.max_messages_per_subject, should.max_messages_per_subject);
    findings.same(name, "max_msg_size", is.max_message_size, should.max_message_size);
    findings.same(name, "max_age", is.max_age, should.max_age);
    findings.same(name, "duplicate_window", is.duplicate_window, should.duplicate_window);
    findings.same(name, "allow_batched", is.allow_batch_publish, should.allow_batch_publish);
    findings.same(name, "no_ack", is.no_ack, should.no_ack);
    findings.same(name, "sealed", is.sealed, should.sealed);
}

fn compare_consumer(findings: &mut Findings, name: &str, is: &async_nats::jetstream::consumer::Config, should: &pull::Config) {
    findings.same(name, "ack_policy", is.ack_policy, should.ack_policy);
    findings.same(name, "ack_wait", is.ack_wait, should.ack_wait);
    findings.same(name, "max_deliver", is.max_deliver, should.max_deliver);
    findings.same(name, "max_ack_pending", is.max_ack_pending, should.max_ack_pending);
    findings.same(name, "filter_subject", &is.filter_subject, &should.filter_subject);
    findings.same(name, "deliver_subject", &is.deliver_subject, None::<String>);
}
