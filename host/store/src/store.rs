//! The one writer: takes records in, seals them, and lets them go when their time has come.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use uuid::Uuid;

use crate::error::Error;
use crate::head::{self, beside};
use crate::identity;
use crate::key::{Key, PublicKey};
use crate::names::Names;
use crate::options::Options;
use crate::reader::Reader;
use crate::record::{Record, lines};
use crate::rows::{self, Outcome};
use crate::schema;
use crate::tail::Tail;

/// How many conflicting ids are named at most.
const NAMED: usize = 1_000;

/// What became of records that were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Records that are new, and stored.
    pub stored: u64,
    /// Records that were there already, to the byte.
    pub known: u64,
    /// Records whose id is there with other bytes. What is there stays.
    pub conflicts: u64,
    /// The ids of these, the first thousand.
    pub conflicting: Vec<Uuid>,
}

/// A store, open for writing. There is one for a file at any time; [`Reader`]s there may be many.
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) options: Options,
    pub(crate) key: Key,
    pub(crate) id: Uuid,
    pub(crate) tail: Tail,
    pub(crate) names: Names,
    path: PathBuf,
    head: PathBuf,
    /// A call failed: what is in memory may not be what is in the file.
    pub(crate) stale: bool,
    /// The head file is older than the last seal.
    pub(crate) head_due: bool,
    _lock: File,
}

impl Store {
    /// Opens a store, and makes it where there is none. The lock, the key and the head are files beside it.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let lock = identity::lock(&beside(&path, ".lock"))?;
        let connection = schema::open(&path, options.cache_kib, options.page_size, options.max_bytes)?;
        let recorded = identity::public_key(&connection)?;
        let key_path = options.key.clone().unwrap_or_else(|| beside(&path, ".key"));
        let key = Key::open(&key_path, recorded)?;
        let id = identity::create(&connection, &key)?;
        let head = options.head.clone().unwrap_or_else(|| beside(&path, ".head"));
        let tail = Tail::load(&connection)?;
        let names = Names::default();
        let mut store = Store { connection, options, key, id, tail, names, path, head, stale: false, head_due: false, _lock: lock };
        store.check_head()?;
        Ok(store)
    }

    /// Stores records, one JSON object a line, in one transaction: when this returns they are on the disk. A record that is
    /// there already is passed over, so that giving the same again is harmless. A line that is no record fails the whole call.
    pub fn append(&mut self, records: &[u8]) -> Result<Appended, Error> {
        let read = |(line, bytes)| match Record::read(bytes) {
            Ok(record) => Ok((bytes, record)),
            Err(explanation) => Err(Error::NotARecord { line, explanation }),
        };
        let records: Vec<(&[u8], Record<'_>)> = lines(records).map(read).collect::<Result<_, _>>()?;
        self.change(|store| store.insert(&records))
    }

    /// Seals the records since the last seal. Says how many seals there are.
    pub fn seal(&mut self) -> Result<u64, Error> {
        self.change(|store| store.tail.seal(&store.connection, store.id, &store.key))?;
        self.write_head()?;
        Ok(self.tail.seals)
    }

    /// How many records are not sealed yet.
    pub fn unsealed(&self) -> usize {
        self.tail.len()
    }

    /// The key that proves this store's seals.
    pub fn public_key(&self) -> PublicKey {
        self.key.public()
    }

    /// The store's own id, which every seal holds.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// A reader of this store.
    pub fn reader(&self) -> Result<Reader, Error> {
        Reader::open_with(&self.path, self.options.cache_kib)
    }

    /// Seals what is left and closes. Dropping does the same, but tells nobody when it fails.
    pub fn close(mut self) -> Result<(), Error> {
        self.seal().map(drop)
    }

    fn insert(&mut self, records: &[(&[u8], Record<'_>)]) -> Result<Appended, Error> {
        let mut appended = Appended::default();
        let mut shown = Vec::new();
        for (bytes, record) in records {
            match rows::insert(&self.connection, &mut self.names, self.tail.next(), record, bytes, &mut shown)? {
                Outcome::Known => appended.known += 1,
                Outcome::Conflict => {
                    appended.conflicts += 1;
                    if appended.conflicting.len() < NAMED {
                        appended.conflicting.push(record.id);
                    }
                }
                Outcome::Stored => {
                    appended.stored += 1;
                    self.tail.add(record.id, record.time, bytes);
                    if self.tail.len() >= self.options.segment {
                        self.tail.seal(&self.connection, self.id, &self.key)?;
                    }
                }
            }
        }
        rows::show(&self.connection, &mut shown)?;
        Ok(appended)
    }

    /// Does something in one transaction: all of it is kept, or nothing.
    pub(crate) fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.stale {
            self.names.forget();
            self.tail = Tail::load(&self.connection)?;
            self.stale = false;
        }
        let seals = self.tail.seals;
        self.stale = true;
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let result = change(self).and_then(|done| Ok(self.connection.execute_batch("COMMIT").map(|()| done)?));
        if result.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.stale = result.is_err();
        if result.is_ok() && (self.tail.seals != seals || self.head_due) {
            // What was asked is on the disk; a head that cannot be written is written with the next change.
            self.head_due = true;
            let _ = self.write_head();
        }
        result
    }

    /// Writes the head where it is due.
    pub(crate) fn write_head(&mut self) -> Result<(), Error> {
        if self.head_due {
            head::write(&self.head, self.id, self.tail.seals, &self.tail.hash, &self.key)?;
            self.head_due = false;
        }
        Ok(())
    }

    fn check_head(&mut self) -> Result<(), Error> {
        let head = head::read(&self.head, self.key.public())?;
        let known = head.as_ref().and_then(|head| head.as_ref().ok()).map(|head| head.seals);
        let contradiction = head::contradiction(head, self.id, self.tail.seals, |number| identity::seal_hash(&self.connection, number))?;
        if let Some(explanation) = contradiction
            && !self.options.renew_head
        {
            return Err(Error::Head { path: self.head.clone(), explanation });
        }
        self.head_due = known != Some(self.tail.seals) || self.options.renew_head;
        self.write_head()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = self.seal();
    }
}
