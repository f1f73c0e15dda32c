//! The folder of the cache.

use crate::cache::Cache;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;

/// Files kept; every version of a component or of the compiler makes another, of some megabytes.
const KEPT: usize = 8;

/// Ends the name of a file that is being written.
const UNFINISHED: &str = ".unfinished";

/// The same in a folder within: what stands there is many and small.
const KEPT_WITHIN: usize = 64;

/// A folder that may be used: it is there, and on Unix it is this user's and nobody else may write to it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Files kept in it.
    kept: usize,
}

impl Folder {
    /// The folder of a cache, made if it is absent. The error says why there is none.
    pub(crate) fn open(cache: &Cache) -> Result<Self, String> {
        let path = match cache {
            Cache::Off => return Err("the cache is off".to_owned()),
            Cache::Folder(path) => path.clone(),
            Cache::User => user_folder().ok_or("no folder for caches is known for this user")?,
        };
        create(&path).and_then(|()| check(&path)).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path, kept: KEPT })
    }

    /// A folder within, held to the same.
    pub(crate) fn within(self, name: &str) -> Result<Self, String> {
        let within = Self::open(&Cache::Folder(self.path.join(name)))?;
        Ok(Self { kept: KEPT_WITHIN, ..within })
    }

    /// The bytes of a file, if there is one that this user can read.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(self.path.join(name)).ok()
    }

    /// Writes a file: whoever reads it meanwhile sees the old one or the new one, whole.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.prune(name);
        let unfinished = self.path.join(format!("{name}.{}{UNFINISHED}", process::id()));
        let written = create_file(&unfinished)
            .and_then(|mut file| file.write_all(bytes))
            .and_then(|()| fs::rename(&unfinished, self.path.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    /// Removes all but the newest files, to make room for `name`. What fails here fails quietly: it is tried again.
    fn prune(&self, name: &str) {
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        let mut files: Vec<_> = entries
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(|other| other != name && is_ours(other)))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        files.sort();
        files.reverse();
        for (_, path) in files.into_iter().skip(self.kept - 1) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether a file was made by a cache, finished or not: the folder may hold other things too.
fn is_ours(name: &str) -> bool {
    name.split_once(".cwasm").is_some_and(|(key, rest)| {
        key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) && (rest.is_empty() || rest.ends_with(UNFINISHED))
    })
}

/// `actlog` in the folder that this system gives a user's caches.
fn user_folder() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = if cfg!(windows) {
        folder("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        folder("HOME")?.join("Library/Caches")
    } else {
        folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?
    };
    Some(caches.join("actlog"))
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn check(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let folder = fs::metadata(path)?;
    if folder.uid() != rustix::process::geteuid().as_raw() || folder.mode() & 0o022 != 0 {
        return Err(io::Error::other("others may write here, and what is kept here is run"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check(path: &Path) -> io::Result<()> {
    fs::metadata(path).map(drop)
}

#[cfg(unix)]
fn create_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().write(true).create_new(true).open(path)
}
