//! The folder of a spool: its lock, and what lies in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::segment;

/// Makes the folder, for this user alone, when it is not there.
pub(crate) fn make(folder: &Path) -> Result<(), Error> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| Error::file(folder, &error))
}

/// Locks the folder for as long as the file is open; the system lets go when the process ends, however it ends.
pub(crate) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = open.map_err(|error| Error::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::file(&path, &error)),
    }
}

/// The segment being made in advance.
pub(crate) fn spare(folder: &Path) -> PathBuf {
    folder.join("spare")
}

/// The segments there are, by their first number, ascending.
pub(crate) fn segments(folder: &Path) -> Result<Vec<u64>, Error> {
    let list = || -> io::Result<Vec<u64>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            found.extend(segment::first_of(&entry?.path()));
        }
        found.sort_unstable();
        Ok(found)
    };
    list().map_err(|error| Error::file(folder, &error))
}

/// Removes a file that may be there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file(path, &error)),
        _ => Ok(()),
    }
}

/// Makes names durable.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
