//! Files that hold who may do what: JSON that nobody but this user may read, replaced as a whole.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest file that is read.
const MOST_BYTES: u64 = 16 << 20;

/// Reads a file; the default where there is none. `what` is what its content is called.
///
/// # Errors
/// When it cannot be read, is no such file, or others may read it.
pub fn read<T: DeserializeOwned + Default>(path: &Path, what: &str) -> anyhow::Result<T> {
    let cannot = || format!("cannot read {}", path.display());
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(T::default()),
        Err(error) => return Err(error).with_context(cannot),
    };
    let mut text = String::new();
    check_private(&file, path)?;
    file.take(MOST_BYTES + 1).read_to_string(&mut text).with_context(cannot)?;
    if text.len() as u64 > MOST_BYTES {
        bail!("{} is over {MOST_BYTES} bytes", path.display());
    }
    serde_json::from_str(&text).with_context(|| format!("{} is no file of {what}", path.display()))
}

/// Writes a file, for this user alone. It is on the disk when this returns, and never half written.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, content: &impl Serialize) -> anyhow::Result<()> {
    let unfinished = path.with_added_extension("unfinished");
    let written = private_file(&unfinished)
        .and_then(|mut file| {
            file.write_all(serde_json::to_string_pretty(content).map_err(std::io::Error::other)?.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&unfinished, path));
    written.with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(unix)]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(unix)]
fn check_private(file: &fs::File, path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("others may read {}; make it yours alone: chmod 600", path.display());
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_file: &fs::File, _path: &Path) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Kept = BTreeMap<String, u32>;

    #[test]
    fn what_is_written_comes_back_and_what_is_not_there_is_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db.push");
        assert_eq!(read::<Kept>(&path, "numbers").unwrap(), Kept::new());
        let kept = Kept::from([("a".to_owned(), 1)]);
        write(&path, &kept).unwrap();
        assert_eq!(read::<Kept>(&path, "numbers").unwrap(), kept);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
        fs::write(&path, "[]").unwrap();
        assert!(read::<Kept>(&path, "numbers").unwrap_err().to_string().ends_with("is no file of numbers"));
    }

    #[test]
    fn file_that_is_too_long_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long");
        write(&path, &Kept::new()).unwrap();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(MOST_BYTES + 1).unwrap();
        assert!(read::<Kept>(&path, "numbers").unwrap_err().to_string().contains("is over"));
    }
}
