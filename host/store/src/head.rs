//! The head file beside the store: without it, nobody could tell that the last seals were removed.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::error::Error;
use crate::hex;
use crate::key::{Key, PublicKey};
use crate::seal::{FORMAT, Hash, Head};

/// A file beside the store: its name and an ending.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes the head: a new file takes the old one's place, so that there is always one of the two.
pub(crate) fn write(path: &Path, store: Uuid, seals: u64, hash: &Hash, key: &Key) -> Result<(), Error> {
    let head = Head { format: FORMAT, store, seals, hash: hex::encode(hash) };
    let new = beside(path, ".new");
    let replace = || -> std::io::Result<()> {
        let mut file = File::create(&new)?;
        file.write_all(&head.to_file(key))?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        #[cfg(unix)]
        File::open(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(())
    };
    replace().map_err(|error| Error::file(path, error))
}

/// Reads the head, `None` where there is no such file.
pub(crate) fn read(path: &Path, key: PublicKey) -> Result<Option<Result<Head, String>>, Error> {
    match fs::read(path) {
        Ok(file) => Ok(Some(Head::from_file(&file, key))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path, error)),
    }
}

/// Why a head contradicts a store, where it does. `hash_of` gives the hash of a seal of the store.
pub(crate) fn contradiction(
    head: Option<Result<Head, String>>,
    store: Uuid,
    seals: u64,
    hash_of: impl FnOnce(u64) -> Result<Option<Hash>, Error>,
) -> Result<Option<String>, Error> {
    let head = match head {
        None if seals == 0 => return Ok(None),
        None => return Ok(Some(format!("it is missing, and the store has {seals} seals"))),
        Some(Err(explanation)) => return Ok(Some(explanation)),
        Some(Ok(head)) => head,
    };
    if head.format != FORMAT || head.store != store {
        return Ok(Some("it is that of another store".to_owned()));
    }
    if head.seals > seals {
        return Ok(Some(format!("it knows {} seals, and the store has {seals}: seals were removed", head.seals)));
    }
    let same = head.seals == 0 || hash_of(head.seals)?.is_some_and(|hash| hex::encode(&hash) == head.hash);
    Ok((!same).then(|| format!("seal {} is another than the one it knows", head.seals)))
}
