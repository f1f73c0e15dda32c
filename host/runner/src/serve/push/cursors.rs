//! How far each receiver is, in a file beside the store. It survives the process.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::bail;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::serve::private;

/// The cursors of one store.
pub struct Cursors {
    path: PathBuf,
    kept: Mutex<Kept>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Kept {
    /// The store's own id.
    #[serde(default)]
    store: Uuid,
    /// The place of the last record that each receiver is done with.
    #[serde(default)]
    passed: BTreeMap<String, i64>,
}

impl Cursors {
    /// Reads the file of a store; there need not be one.
    ///
    /// # Errors
    /// When it cannot be read, or belongs to another store.
    pub fn open(store: &Path, id: Uuid) -> anyhow::Result<Self> {
        let mut name = OsString::from(store);
        name.push(".push");
        let path = PathBuf::from(name);
        let mut kept: Kept = private::read(&path, "cursors")?;
        if kept.passed.is_empty() {
            kept.store = id;
        }
        if kept.store != id {
            bail!("{} belongs to store {}, and this is store {id}: give it the right store, or remove it", path.display(), kept.store);
        }
        Ok(Self { path, kept: Mutex::new(kept) })
    }

    /// The place of the last record that a receiver is done with; none where it is new.
    pub fn of(&self, name: &str) -> Option<i64> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).passed.get(name).copied()
    }

    /// Which receiver is furthest, and how far.
    pub fn furthest(&self) -> Option<(String, i64)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.passed.iter().max_by_key(|(_, passed)| **passed).map(|(name, passed)| (name.clone(), *passed))
    }

    /// A receiver is done with everything up to here. It is on the disk when this returns, and never goes back.
    ///
    /// # Errors
    /// When the file cannot be written: then it is as before.
    pub fn pass(&self, name: &str, seq: i64) -> anyhow::Result<()> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = kept.clone();
        let passed = next.passed.entry(name.to_owned()).or_insert(seq);
        *passed = seq.max(*passed);
        private::write(&self.path, &next)?;
        *kept = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_never_go_back_and_belong_to_one_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("audit.db");
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let cursors = Cursors::open(&store, one).unwrap();
        assert_eq!((cursors.of("a"), cursors.furthest()), (None, None));
        cursors.pass("a", 7).unwrap();
        cursors.pass("a", 3).unwrap();
        cursors.pass("b", 0).unwrap();
        let again = Cursors::open(&store, one).unwrap();
        assert_eq!((again.of("a"), again.of("b"), again.furthest()), (Some(7), Some(0), Some(("a".to_owned(), 7))));
        assert!(Cursors::open(&store, other).is_err_and(|error| error.to_string().contains("belongs to store")));
        std::fs::remove_file(folder.path().join("audit.db.push")).unwrap();
        std::fs::create_dir(folder.path().join("audit.db.push.unfinished")).unwrap();
        assert!(again.pass("a", 9).is_err());
        assert_eq!(again.of("a"), Some(7), "what is not on the disk does not count");
    }
}
