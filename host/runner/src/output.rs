//! Where a command writes to: standard output, or a file that appears under its name only once it is whole.
//!
//! A file is written as `NAME.part` and renamed at the end. Whatever happens in between, a file of that name is whole, an
//! older file of that name is untouched until then, and what is half written can be told by its name.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::exit::{cannot_write, usage};
use crate::source::input::DASH;

const BUFFER: usize = 256 * 1024;

/// An open output.
pub struct Output {
    /// As the user gave it.
    name: String,
    writer: BufWriter<Box<dyn Write>>,
    part: Option<Part>,
}

struct Part {
    file: File,
    path: PathBuf,
    goal: PathBuf,
}

impl Output {
    /// Opens standard output for `-`, or a file.
    ///
    /// # Errors
    /// When the file cannot be made, or another run is writing it.
    pub fn open(name: &str) -> anyhow::Result<Self> {
        let (writer, part): (Box<dyn Write>, _) = if name == DASH {
            (Box::new(io::stdout()), None)
        } else if fs::metadata(name).is_ok_and(|metadata| !metadata.is_file()) {
            // A device or a pipe: there is nothing to rename.
            (Box::new(OpenOptions::new().write(true).open(name).map_err(|error| cannot_write(name, error))?), None)
        } else {
            let part = Part::open(name)?;
            (Box::new(part.file.try_clone().map_err(|error| cannot_write(name, error))?), Some(part))
        };
        Ok(Self { name: name.to_owned(), writer: BufWriter::with_capacity(BUFFER, writer), part })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// Names the output; [`crate::exit::ClosedPipe`] where the reader of standard output went away.
    pub fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.writer.write_all(bytes).map_err(|error| cannot_write(&self.name, error))
    }

    /// Lets what was written be seen by whoever reads along.
    ///
    /// # Errors
    /// As for [`Self::write`].
    pub fn flush(&mut self) -> anyhow::Result<()> {
        self.writer.flush().map_err(|error| cannot_write(&self.name, error))
    }

    /// Whether it is a stream that somebody may read along.
    pub fn is_stream(&self) -> bool {
        self.part.is_none()
    }

    /// Ends it well: a file gets its name once its content is safe.
    ///
    /// # Errors
    /// As for [`Self::write`].
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.flush()?;
        if let Some(part) = self.part.take() {
            part.file.sync_all().and_then(|()| fs::rename(&part.path, &part.goal)).map_err(|error| cannot_write(&self.name, error))?;
        }
        Ok(())
    }

    /// Ends it unfinished. Tells under which name the half file stays.
    pub fn leave(mut self) -> Option<PathBuf> {
        // What cannot be written now is missing from a file that is known to be incomplete.
        let _ = self.writer.flush();
        self.part.take().map(|part| part.path)
    }
}

impl Part {
    fn open(name: &str) -> anyhow::Result<Self> {
        // Through a link, the file that it names is replaced and not the link.
        let goal = fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
        if goal.file_name().is_none() {
            return Err(usage(format!("{name} names no file")));
        }
        let path = part_of(&goal);
        let cannot = |error| cannot_write(&path.display().to_string(), error);
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(usage(format!("{name} is being written by another run"))),
            // Some file systems have no locks; then nothing is lost but this check.
            Err(TryLockError::Error(_)) => {}
        }
        file.set_len(0).map_err(cannot)?;
        Ok(Self { file, path, goal })
    }
}

/// The name of a file while it is written.
pub fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

/// Writes a whole file at once, with the same promise.
///
/// # Errors
/// As for [`Output`].
pub fn write_file(name: &str, content: &[u8]) -> anyhow::Result<()> {
    let mut output = Output::open(name)?;
    output.write(content)?;
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.ndjson");
        let name = path.to_str().unwrap();
        fs::write(&path, "old").unwrap();
        let mut output = Output::open(name).unwrap();
        output.write(b"new").unwrap();
        output.flush().unwrap();
        assert_eq!((fs::read(&path).unwrap(), fs::read(part_of(&path)).unwrap()), (b"old".to_vec(), b"new".to_vec()));
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(!part_of(&path).exists());
    }

    #[test]
    fn output_left_unfinished_stays_as_a_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.ndjson");
        let mut output = Output::open(path.to_str().unwrap()).unwrap();
        output.write(b"half").unwrap();
        let part = output.leave().unwrap();
        assert_eq!(fs::read(part).unwrap(), b"half");
        assert!(!path.exists());
    }

    #[test]
    fn output_that_another_run_writes_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.ndjson");
        let name = path.to_str().unwrap();
        let first = Output::open(name).unwrap();
        assert!(Output::open(name).is_err());
        drop(first);
        assert!(Output::open(name).is_ok());
    }
}
