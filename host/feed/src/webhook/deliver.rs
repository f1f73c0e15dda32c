//! Tells webhooks what is new, again after a failure, and in the end not any more.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use uuid::Uuid;

use super::client::Call;
use crate::book::{Blob, Due};
use crate::error::Error;
use crate::feed::Feed;
use crate::http::entry::Entry;
use crate::period::LIFE;

/// How often it is looked whom to call.
const GLANCE: Duration = Duration::from_millis(500);
/// How long it is waited at most after a failure.
const LONGEST: Duration = Duration::from_secs(3_600);
/// Webhooks that wait for their turn at most.
const WAITING: usize = 256;

/// What a webhook is told of a blob.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    tenant_id: Uuid,
    client_id: Uuid,
    #[serde(flatten)]
    entry: Entry,
}

/// Calls webhooks for as long as it is polled.
pub(crate) async fn run(feed: Arc<Feed>) {
    let busy = Arc::new(Mutex::new(HashSet::new()));
    loop {
        tokio::time::sleep(GLANCE).await;
        let due = match feed.blocking(|feed| feed.book.due(actlog_store::now(), WAITING)).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!("webhooks cannot be called: {error}");
                continue;
            }
        };
        for due in due {
            let no = due.no;
            if !busy.lock().unwrap_or_else(PoisonError::into_inner).insert(no) {
                continue;
            }
            let (feed, busy) = (feed.clone(), busy.clone());
            tokio::spawn(async move {
                if let Err(error) = tell(&feed, due).await {
                    tracing::error!("what a webhook was told cannot be written down: {error}");
                }
                busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&no);
            });
        }
    }
}

/// Tells a webhook of what it has not been told yet, as much as goes into one call.
async fn tell(feed: &Arc<Feed>, due: Due) -> Result<(), Error> {
    let (batch, asked) = (feed.options.webhooks.batch, due.clone());
    let blobs = feed.blocking(move |feed| feed.book.untold(&asked, actlog_store::now() - LIFE, batch)).await?;
    if blobs.is_empty() {
        return Ok(());
    }
    let body = body(feed.book.id, &due, &blobs);
    let call = Call { address: due.webhook.address.clone(), auth_id: due.webhook.auth_id.clone(), code: None, body };
    let told = feed.webhooks.call(call).await;
    feed.doings.called(due.no, blobs.len(), told.is_ok());
    let now = actlog_store::now();
    let outcome = told.map_err(|_| {
        let (webhooks, failures) = (&feed.options.webhooks, due.failures);
        if failures + 1 >= webhooks.most_failures {
            tracing::warn!("the webhook of collector {} is disabled after {} failures in a row", due.client, failures + 1);
            return None;
        }
        Some(now + wait(webhooks.retry, failures).as_millis() as i64)
    });
    feed.blocking(move |feed| feed.book.told(&due, &blobs, now, outcome)).await
}

/// How long it is waited after a failure that so many came before, in a row.
fn wait(retry: Duration, failures: u32) -> Duration {
    retry.saturating_mul(1 << failures.min(20)).min(LONGEST)
}

fn body(feed: Uuid, due: &Due, blobs: &[Blob]) -> Vec<u8> {
    let told: Vec<Told> =
        blobs.iter().map(|blob| Told { tenant_id: due.tenant, client_id: due.client, entry: Entry::new(blob, feed, &due.base) }).collect();
    serde_json::to_vec(&told).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_grows_with_each_failure_up_to_an_hour() {
        let waits: Vec<u64> = (0..40).map(|failures| wait(Duration::from_secs(10), failures).as_secs()).collect();
        assert_eq!(waits[..4], [10, 20, 40, 80]);
        assert!(waits.is_sorted() && waits[9..].iter().all(|wait| *wait == 3_600), "{waits:?}");
    }
}
