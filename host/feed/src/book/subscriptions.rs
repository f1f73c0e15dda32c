//! Subscriptions: who is given what, since when, and where they are told of it.

use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::Book;
use super::blobs::{self, Blob, COLUMNS, OPEN};
use crate::content_type::ContentType;
use crate::error::Error;

/// Where a collector is told of what is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub(crate) address: String,
    pub(crate) auth_id: Option<String>,
    /// Milliseconds since 1970.
    pub(crate) expiration: Option<i64>,
}

/// What a collector of a tenant has asked to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) no: i64,
    pub(crate) content_type: ContentType,
    pub(crate) enabled: bool,
    pub(crate) webhook: Option<Webhook>,
    /// Whether the webhook is called; it is not after too many failures.
    pub(crate) active: bool,
}

/// A webhook that is to be called.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) no: i64,
    pub(crate) tenant: Uuid,
    pub(crate) client: Uuid,
    /// Where the collector reaches this server.
    pub(crate) base: String,
    pub(crate) webhook: Webhook,
    /// The number of the last blob that it was told of.
    sent: i64,
    /// Failures in a row.
    pub(crate) failures: u32,
}

const SUBSCRIPTION: &str = "SELECT no, content_type, enabled, address, auth_id, expiration, active FROM subscription";

fn read(row: &Row<'_>) -> rusqlite::Result<Option<Subscription>> {
    let Some(content_type) = ContentType::named(row.get_ref(1)?.as_str()?) else { return Ok(None) };
    let address: Option<String> = row.get(3)?;
    let (auth_id, expiration) = (row.get(4)?, row.get(5)?);
    let webhook = address.map(|address| Webhook { address, auth_id, expiration });
    Ok(Some(Subscription { no: row.get(0)?, content_type, enabled: row.get(2)?, webhook, active: row.get(6)? }))
}

impl Book {
    /// Every subscription of a collector in a tenant.
    pub(crate) fn subscriptions(&self, tenant: Uuid, client: Uuid) -> Result<Vec<Subscription>, Error> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("{SUBSCRIPTION} WHERE tenant = ? AND client = ? ORDER BY no"))?;
        let found: Vec<Option<Subscription>> = statement.query_map((tenant, client), read)?.collect::<Result<_, _>>()?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The subscription of a collector to a content type.
    pub(crate) fn subscription(&self, tenant: Uuid, client: Uuid, content_type: ContentType) -> Result<Option<Subscription>, Error> {
        let connection = self.connection();
        let sql = format!("{SUBSCRIPTION} WHERE tenant = ? AND client = ? AND content_type = ?");
        let found = connection.prepare_cached(&sql)?.query_row((tenant, client, content_type.name()), read).optional()?;
        Ok(found.flatten())
    }

    /// Starts a subscription, or changes its webhook. With `backlog`, a first start gives what became available before, too.
    pub(crate) fn start(
        &self,
        (tenant, client): (Uuid, Uuid),
        content_type: ContentType,
        webhook: Option<&Webhook>,
        base: &str,
        backlog: bool,
    ) -> Result<(), Error> {
        let mut connection = self.connection();
        let change = connection.transaction()?;
        let newest = blobs::newest(&change)?;
        let (address, auth_id, expiration) = match webhook {
            Some(webhook) => (Some(&webhook.address), webhook.auth_id.as_ref(), webhook.expiration),
            None => (None, None, None),
        };
        let known = "SELECT no, enabled, address IS NOT NULL FROM subscription WHERE tenant = ? AND client = ? AND content_type = ?";
        let known: Option<(i64, bool, bool)> =
            change.query_row(known, (tenant, client, content_type.name()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let (no, opened) = match known {
            None => {
                let after = if backlog { 0 } else { newest };
                let sql = "INSERT INTO subscription (tenant, client, content_type, enabled, base, address, auth_id, expiration, active, \
                     sent, failures, next_try) VALUES (?, ?, ?, 1, ?, ?, ?, ?, 1, ?, 0, 0)";
                change.execute(sql, params![tenant, client, content_type.name(), base, address, auth_id, expiration, after])?;
                (change.last_insert_rowid(), Some(after))
            }
            Some((no, enabled, had_webhook)) => {
                let sql = "UPDATE subscription SET enabled = 1, base = ?2, address = ?3, auth_id = ?4, expiration = ?5, active = 1, \
                     failures = 0, next_try = 0, sent = CASE WHEN ?6 THEN sent ELSE ?7 END WHERE no = ?1";
                // A webhook that was disabled goes on where it was; a new one is told of what is new.
                change.execute(sql, params![no, base, address, auth_id, expiration, had_webhook && enabled, newest])?;
                (no, (!enabled).then_some(newest))
            }
        };
        if let Some(after) = opened {
            change.execute("INSERT OR REPLACE INTO span (subscription, after, upto) VALUES (?, ?, NULL)", (no, after))?;
        }
        Ok(change.commit()?)
    }

    /// Stops a subscription; what becomes available from now on does not belong to it.
    pub(crate) fn stop(&self, no: i64) -> Result<(), Error> {
        let mut connection = self.connection();
        let change = connection.transaction()?;
        let newest = blobs::newest(&change)?;
        change.execute("UPDATE subscription SET enabled = 0 WHERE no = ?", [no])?;
        change.execute("DELETE FROM span WHERE subscription = ?1 AND upto IS NULL AND after >= ?2", (no, newest))?;
        change.execute("UPDATE span SET upto = ?2 WHERE subscription = ?1 AND upto IS NULL", (no, newest))?;
        Ok(change.commit()?)
    }

    /// Webhooks that are to be called now: there is something that they were not told of, and they do not wait after a failure.
    pub(crate) fn due(&self, now: i64, limit: usize) -> Result<Vec<Due>, Error> {
        let connection = self.connection();
        let sql = "SELECT no, tenant, client, base, address, auth_id, expiration, sent, failures FROM subscription AS s \
             WHERE enabled AND active AND address IS NOT NULL AND content_type = ?1 AND next_try <= ?2 \
             AND (expiration IS NULL OR expiration > ?2) \
             AND EXISTS (SELECT 1 FROM blob WHERE tenant = s.tenant AND number > s.sent) ORDER BY next_try LIMIT ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_map(params![ContentType::General.name(), now, limit as i64], |row| {
            let webhook = Webhook { address: row.get(4)?, auth_id: row.get(5)?, expiration: row.get(6)? };
            let (sent, failures) = (row.get(7)?, row.get(8)?);
            Ok(Due { no: row.get(0)?, tenant: row.get(1)?, client: row.get(2)?, base: row.get(3)?, webhook, sent, failures })
        })?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// What a webhook is to be told of next, at most `limit` blobs created since `since`. Where there is nothing, it counts as told.
    pub(crate) fn untold(&self, due: &Due, since: i64, limit: usize) -> Result<Vec<Blob>, Error> {
        let connection = self.connection();
        let sql =
            format!("SELECT {COLUMNS} FROM blob WHERE tenant = ?2 AND number > ?3 AND created >= ?4 AND {OPEN} ORDER BY number LIMIT ?5");
        let mut statement = connection.prepare_cached(&sql)?;
        let found: Vec<Blob> =
            statement.query_map(params![due.no, due.tenant, due.sent, since, limit as i64], Blob::read)?.collect::<Result<_, _>>()?;
        if found.is_empty() {
            let newest = blobs::newest(&connection)?;
            connection.execute("UPDATE subscription SET sent = ?2 WHERE no = ?1 AND sent = ?3", (due.no, newest, due.sent))?;
        }
        Ok(found)
    }

    /// Writes down what became of a call: these blobs were told of, or not, and then when to try again; `None` for not any more.
    pub(crate) fn told(&self, due: &Due, blobs: &[Blob], now: i64, outcome: Result<(), Option<i64>>) -> Result<(), Error> {
        let mut connection = self.connection();
        let change = connection.transaction()?;
        let mut insert = change.prepare_cached("INSERT INTO notification (subscription, blob, sent, success) VALUES (?, ?, ?, ?)")?;
        for blob in blobs {
            insert.execute(params![due.no, blob.number, now, outcome.is_ok()])?;
        }
        drop(insert);
        // Where the webhook was changed meanwhile, what became of the old one says nothing of the new one.
        let (same, key) = ("WHERE no = ?1 AND address = ?2 AND sent = ?3", (due.no, &due.webhook.address, due.sent));
        match outcome {
            Ok(()) => {
                let sent = blobs.last().map_or(due.sent, |blob| blob.number);
                let sql = format!("UPDATE subscription SET sent = ?4, failures = 0, next_try = 0 {same}");
                change.execute(&sql, params![key.0, key.1, key.2, sent])?;
            }
            Err(next_try) => {
                let sql = format!("UPDATE subscription SET failures = failures + 1, active = ?4, next_try = ?5 {same}");
                change.execute(&sql, params![key.0, key.1, key.2, next_try.is_some(), next_try.unwrap_or(0)])?;
            }
        }
        Ok(change.commit()?)
    }
}
