//! Every subscription, for whoever runs the program.

use rusqlite::params;
use uuid::Uuid;

use super::Book;
use super::blobs::OPEN;
use crate::content_type::ContentType;
use crate::error::Error;
use crate::overview::Told;

/// A subscription, and what its webhook was not told of yet; what it was told is not counted here.
pub(crate) struct Watched {
    pub(crate) no: i64,
    pub(crate) tenant: Uuid,
    pub(crate) client: Uuid,
    pub(crate) content_type: ContentType,
    pub(crate) enabled: bool,
    pub(crate) webhook: Option<Told>,
}

/// What was not told yet is counted up to here: who runs the program needs no more.
const MOST_COUNTED: i64 = 100_000;

impl Book {
    /// Every subscription.
    pub(crate) fn watched(&self) -> Result<Vec<Watched>, Error> {
        let connection = self.connection();
        let mut all = connection.prepare_cached(
            "SELECT no, tenant, client, content_type, enabled, address, active, sent, failures FROM subscription ORDER BY no",
        )?;
        let waiting = format!(
            "SELECT count(*), min(created) FROM (SELECT created FROM blob WHERE tenant = ?2 AND number > ?3 AND {OPEN} LIMIT {MOST_COUNTED})"
        );
        let mut waiting = connection.prepare_cached(&waiting)?;
        let mut found = Vec::new();
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let (no, tenant): (i64, Uuid) = (row.get(0)?, row.get(1)?);
            let Some(content_type) = ContentType::named(&row.get::<_, String>(3)?) else { continue };
            let webhook = match row.get::<_, Option<String>>(5)? {
                None => None,
                Some(address) => {
                    // Only this type ever has blobs.
                    let (waiting, oldest) = match content_type {
                        ContentType::General => {
                            waiting.query_row(params![no, tenant, row.get::<_, i64>(7)?], |row| Ok((row.get(0)?, row.get(1)?)))?
                        }
                        _ => (0_i64, None),
                    };
                    let (active, failures) = (row.get(6)?, row.get(8)?);
                    Some(Told { host: host(&address), active, waiting: waiting as u64, oldest, told: 0, failed: 0, failures })
                }
            };
            found.push(Watched { no, tenant, client: row.get(2)?, content_type, enabled: row.get(4)?, webhook });
        }
        Ok(found)
    }

    /// How many blobs there are.
    pub(crate) fn blobs(&self) -> Result<u64, Error> {
        Ok(self.connection().query_row("SELECT count(*) FROM blob", [], |row| row.get::<_, i64>(0))? as u64)
    }
}

/// The scheme and host of an address.
fn host(address: &str) -> String {
    let Ok(uri) = address.parse::<axum::http::Uri>() else { return "?".to_owned() };
    let scheme = uri.scheme_str().unwrap_or("?");
    format!("{scheme}://{}", uri.authority().map_or("?", |authority| authority.as_str()))
}
