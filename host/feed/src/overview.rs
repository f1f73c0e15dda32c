//! How the feed is: what waits, who is subscribed, what they were given. For whoever runs the program.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::Error;
use crate::feed::Feed;

/// How the feed is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overview {
    /// Records of the store that are not available yet.
    pub waiting: u64,
    /// Blobs that can be had.
    pub blobs: u64,
    /// Records that were made available since the feed was opened.
    pub available: u64,
    /// Records that collectors are not given, because they are not in the wire form, ever since the feed's file was made.
    pub left_out: u64,
    /// Why records cannot be made available; none when they can.
    pub trouble: Option<String>,
    /// In the order in which they were first started.
    pub subscriptions: Vec<Subscribed>,
}

/// What a collector is subscribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subscribed {
    /// What people call the collector; its id when it was taken away.
    pub collector: String,
    /// Whose records.
    pub tenant: Uuid,
    /// Such as `Audit.General`.
    pub content_type: &'static str,
    /// Whether it is started, and its collector may still read the tenant.
    pub enabled: bool,
    /// What it fetched since the feed was opened.
    pub pulled: Pulled,
    /// Its webhook, where it has one.
    pub webhook: Option<Told>,
}

/// What a collector fetched since the feed was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pulled {
    /// Lists of what there is.
    pub lists: u64,
    /// Blobs.
    pub blobs: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// When it last asked for a list or a blob, milliseconds since 1970.
    pub last: Option<i64>,
}

/// What a webhook was told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// Its scheme and host. The rest of the address may be a secret.
    pub host: String,
    /// Whether it is called; it is not after too many failures.
    pub active: bool,
    /// Blobs that it was not told of yet.
    pub waiting: u64,
    /// When the oldest of these became available, milliseconds since 1970.
    pub oldest: Option<i64>,
    /// Blobs that it was told of, since the feed was opened.
    pub told: u64,
    /// Calls that failed, since the feed was opened.
    pub failed: u64,
    /// Failures in a row until now.
    pub failures: u32,
}

impl Feed {
    /// How it is. This waits for a disk.
    ///
    /// # Errors
    /// When the store or the feed's own file cannot be read.
    pub fn overview(&self) -> Result<Overview, Error> {
        let cut = self.book.cut()?;
        let newest = self.ask(|reader| Ok(reader.newest()?))?;
        let clients = self.clients();
        let names: HashMap<Uuid, &str> = clients.clients.iter().map(|client| (client.id, client.name.as_str())).collect();
        let may = |client: Uuid, tenant: Uuid| clients.by_id(client).is_some_and(|client| client.tenants.contains(&tenant));
        let subscriptions = self.book.watched()?.into_iter().map(|watched| Subscribed {
            collector: names.get(&watched.client).map_or_else(|| watched.client.to_string(), |&name| name.to_owned()),
            tenant: watched.tenant,
            content_type: watched.content_type.name(),
            enabled: watched.enabled && may(watched.client, watched.tenant),
            pulled: self.doings.pulled(watched.client, watched.tenant),
            webhook: watched.webhook.map(|webhook| {
                let (told, failed) = self.doings.told(watched.no);
                Told { told, failed, ..webhook }
            }),
        });
        Ok(Overview {
            waiting: u64::try_from(newest - cut).unwrap_or(0),
            blobs: self.book.blobs()?,
            available: self.doings.available(),
            left_out: self.book.left_out()?,
            trouble: self.doings.trouble(),
            subscriptions: subscriptions.collect(),
        })
    }
}
