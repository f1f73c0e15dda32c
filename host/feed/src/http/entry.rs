//! A blob as lists and notifications show it.

use serde::Serialize;
use uuid::Uuid;

use crate::book::{Blob, Notification};
use crate::content_type::ContentType;
use crate::period::{self, LIFE};

/// A blob, and where it can be had.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    content_type: &'static str,
    content_id: String,
    content_uri: String,
    content_created: String,
    content_expiration: String,
}

impl Entry {
    pub(crate) fn new(blob: &Blob, feed: Uuid, base: &str) -> Self {
        let content_id = blob.id(feed).write();
        Entry {
            content_type: ContentType::General.name(),
            content_uri: format!("{base}/{}/activity/feed/audit/{content_id}", blob.cut.tenant),
            content_id,
            content_created: period::write(blob.created),
            content_expiration: period::write(blob.created + LIFE),
        }
    }
}

/// That a webhook was told of a blob.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sent {
    #[serde(flatten)]
    entry: Entry,
    notification_sent: String,
    notification_status: &'static str,
}

impl Sent {
    pub(crate) fn new(notification: &Notification, feed: Uuid, base: &str) -> Self {
        Sent {
            entry: Entry::new(&notification.blob, feed, base),
            notification_sent: period::write(notification.sent),
            notification_status: if notification.success { "success" } else { "failed" },
        }
    }
}
