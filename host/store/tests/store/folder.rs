//! A folder for one test, and records to fill a store with.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use actlog_store::{Options, Store};
use rusqlite::Connection;
use uuid::Uuid;

/// Records of the filter, the specification's profile: some in several parts.
pub const RECORDS: &[u8] = include_bytes!("../records.ndjson");

/// Records of the filter, the wire profile.
pub const WIRE: &[u8] = include_bytes!("../records-wire.ndjson");

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder that goes when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("actlog-store-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn db(&self) -> PathBuf {
        self.0.join("audit.db")
    }

    pub fn store(&self) -> Store {
        self.store_of(10)
    }

    pub fn store_of(&self, segment: usize) -> Store {
        Store::open(self.db(), Options { segment, ..Options::default() }).unwrap()
    }

    /// A connection for doing harm.
    pub fn raw(&self) -> Connection {
        Connection::open(self.db()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An id from a number.
pub fn id(number: u64) -> Uuid {
    Uuid::from_u128(0xa000_0000_0000_4000_8000_0000_0000_0000 | u128::from(number))
}

/// A record with this number; `more` are columns of its own, each with a comma before it.
pub fn record(number: u64, time: &str, more: &str) -> String {
    let organization = id(0xffff);
    let (own, correlation) = (id(number), id(number + 0x1_0000_0000));
    let head = format!(r#""Id":"{own}","CorrelationId":"{correlation}","CreationTime":"{time}","OrganizationId":"{organization}""#);
    format!(r#"{{{head},"Operation":"Retrieve","Message":"Retrieve","Category":"Read"{more},"Part":1,"PartCount":1}}"#) + "\n"
}

/// A time in March 2024: its day, hour and second.
pub fn at(day: u32, hour: u32, second: u32) -> String {
    format!("2024-03-{day:02}T{hour:02}:00:{second:02}Z")
}

/// The bits to flip of so many bytes: all where `ACTLOG_EVERY_BIT` is set or `all`, else one of each byte, another one for each.
pub fn bits(bytes: usize, all: bool) -> impl Iterator<Item = usize> {
    let all = all || std::env::var_os("ACTLOG_EVERY_BIT").is_some();
    (0..bytes * 8).filter(move |bit| all || bit % 8 == bit / 8 % 8)
}
