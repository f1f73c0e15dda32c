//! The collectors that pull from this server: which there may be, and how each of them is.

use std::path::Path;
use std::sync::Arc;

use actlog_feed::{Clients, Feed, Overview, Subscribed};
use actlog_store::{format_time, now};

use super::flows::{Flow, FlowState};
use super::private;

/// The profile whose records collectors can read.
pub const PROFILE: &str = "management-api";

/// Reads the file of collectors; none where there is no file.
///
/// # Errors
/// When it cannot be read, is no such file, or others may read it.
pub fn read(path: &Path) -> anyhow::Result<Clients> {
    private::read(path, "collectors")
}

/// Writes the file of collectors, for this user alone.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, clients: &Clients) -> anyhow::Result<()> {
    private::write(path, clients)
}

/// How the feed is, and each subscription.
pub fn flows(feed: &Arc<Feed>) -> Vec<Flow> {
    let whole = Flow::new("feed", "feed", "Management Activity API", "records");
    match feed.overview() {
        Ok(overview) => {
            let waiting = Some(overview.waiting);
            let state = if overview.trouble.is_some() { FlowState::Failing } else { FlowState::Ok };
            let Overview { left_out, trouble, available, .. } = overview;
            let feed = Flow { state, waiting, sent: available, failed: left_out, last_error: trouble, ..whole };
            std::iter::once(feed).chain(overview.subscriptions.iter().map(subscription)).collect()
        }
        Err(error) => vec![Flow { state: FlowState::Failing, last_error: Some(error.to_string()), ..whole }],
    }
}

fn subscription(subscribed: &Subscribed) -> Flow {
    let detail = format!("{} {}", subscribed.tenant, subscribed.content_type);
    let flow = Flow {
        state: if subscribed.enabled { FlowState::Ok } else { FlowState::Stopped },
        sent: subscribed.pulled.blobs,
        last_sent: subscribed.pulled.last.map(format_time),
        ..Flow::new(&subscribed.collector, "collector", detail, "blobs")
    };
    let Some(webhook) = subscribed.webhook.as_ref().filter(|_| subscribed.enabled) else { return flow };
    let trouble = match webhook.failures {
        0 => None,
        1 => Some(format!("the webhook at {} failed", webhook.host)),
        more => Some(format!("the webhook at {} failed {more} times in a row", webhook.host)),
    };
    let state = match (webhook.active, &trouble) {
        (false, _) => FlowState::Stopped,
        (true, Some(_)) => FlowState::Failing,
        (true, None) => FlowState::Ok,
    };
    Flow {
        state,
        waiting: Some(webhook.waiting),
        failed: webhook.failed,
        last_error: trouble,
        oldest_age: webhook.oldest.map(|oldest| (now() - oldest).max(0) as f64 / 1e3),
        ..flow
    }
}
