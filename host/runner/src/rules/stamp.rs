//! How a file stands.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

/// What is enough to see that a file was written anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Option<(u64, Option<SystemTime>)>);

impl Stamp {
    /// How a file stands now.
    pub fn of(path: &Path) -> Self {
        let stamp = |metadata: Metadata| (metadata.len(), metadata.modified().ok());
        Self(fs::metadata(path).ok().map(stamp))
    }
}
