//! How a store is opened.

use std::path::PathBuf;

/// How a store is opened; the default is right for most.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file of the signing key. Default: the store's name with `.key`.
    pub key: Option<PathBuf>,
    /// The file of the head. Default: the store's name with `.head`. On another disk it protects better.
    pub head: Option<PathBuf>,
    /// How many records a segment has before it is sealed by itself.
    pub segment: usize,
    /// How much of the file is kept in memory, in KiB, by the writer and by each reader.
    pub cache_kib: u32,
    /// How large the file may become. Default: as large as the disk allows.
    pub max_bytes: Option<u64>,
    /// The page size of a new store, a power of two from 512 to 65,536.
    pub page_size: u32,
    /// Write a new head where it is missing or contradicts the store. Only for who knows why it does: a restored backup.
    pub renew_head: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { key: None, head: None, segment: 10_000, cache_kib: 64 << 10, max_bytes: None, page_size: 4096, renew_head: false }
    }
}
