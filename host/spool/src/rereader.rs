//! Reads frames once more.

use std::io::ErrorKind;
use std::sync::Arc;

use crate::error::Error;
use crate::frame::{Frame, Place};
use crate::scan::Scan;
use crate::segment;
use crate::spool::Shared;

/// Reads frames once more, before they are acknowledged. Keeps the last file open: it is for some frames at once, not to be kept.
pub struct Rereader {
    shared: Arc<Shared>,
    scan: Option<Scan>,
}

impl Rereader {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, scan: None }
    }

    /// The frame at a place.
    ///
    /// # Errors
    /// When it is gone, or its file cannot be read.
    pub fn read(&mut self, place: Place) -> Result<Frame, Error> {
        if self.scan.as_ref().is_none_or(|scan| scan.head().first != place.segment) {
            self.scan = match Scan::open(&segment::path(&self.shared.folder, place.segment)) {
                Err(Error::File { kind: ErrorKind::NotFound, .. }) => None,
                other => other?,
            };
        }
        let frame = self.scan.as_ref().map(|scan| scan.at(place)).transpose()?.flatten();
        frame.ok_or(Error::Gone(place.number))
    }
}
