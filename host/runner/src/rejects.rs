//! Events that could not be used: told on standard error, and kept byte for byte in the rejects file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};

use crate::batches::Kept;
use crate::console::{Console, clean};
use crate::exit::{cannot_write, usage};
use crate::source::dead_letter::Header;
use crate::source::event::Origin;
use crate::source::position::Position;
use crate::table::thousands;

/// Events that are told one by one.
const TOLD: u64 = 10;
/// Characters of a text in a header that are kept, so that a header stays a line that is held.
const MAX_TEXT: usize = 2_000;

/// One event that could not be used.
pub struct Unusable<'a> {
    /// Where it came from.
    pub origin: &'a Origin,
    /// `rejected` or `faulted`.
    pub outcome: &'static str,
    /// Why, as the summary names it.
    pub reason: &'a str,
    /// Path of keys and positions in the event; empty for the event itself.
    pub place: &'a str,
    /// Byte of the event at which it was noticed, from 0.
    pub at: u64,
    /// One sentence for people.
    pub explanation: &'a str,
}

/// The rejects file, if one was asked for, and the count.
pub struct Rejects {
    file: Option<(String, BufWriter<File>)>,
    is_new: bool,
    count: u64,
}

impl Rejects {
    /// Opens the rejects file. One that is there already is added to and never cut short.
    ///
    /// # Errors
    /// When the file cannot be opened, or is something else than a row of dead letters.
    pub fn open(name: Option<&str>) -> anyhow::Result<Self> {
        let Some(name) = name else { return Ok(Self { file: None, is_new: false, count: 0 }) };
        let cannot = |error| cannot_write(name, error);
        let known = fs::metadata(name).ok();
        let mut options = OpenOptions::new();
        if known.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            options.write(true);
        } else {
            options.read(true).append(true).create(true);
        }
        let mut file = options.open(name).map_err(cannot)?;
        if known.as_ref().is_some_and(|metadata| metadata.is_file() && metadata.len() > 0) {
            let mut last = [0];
            file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(cannot)?;
            if last != *b"\n" {
                return Err(usage(format!("{name} does not end with a whole dead letter, so nothing is added to it; give another name")));
            }
        }
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(usage(format!("{name} is being written by another run")));
        }
        Ok(Self { file: Some((name.to_owned(), BufWriter::new(file))), is_new: known.is_none(), count: 0 })
    }

    /// Tells of an event and keeps it.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn add(&mut self, unusable: &Unusable<'_>, kept: &mut Keep<'_>, console: &Console) -> anyhow::Result<()> {
        if self.count < TOLD {
            console.say(&message(unusable, kept));
        }
        self.count += 1;
        let Some((name, file)) = &mut self.file else { return Ok(()) };
        let header = Header {
            source: unusable.origin.source.to_string(),
            line: unusable.origin.position.line,
            column: unusable.origin.position.column,
            offset: unusable.origin.position.offset,
            outcome: unusable.outcome.to_owned(),
            reason: unusable.reason.to_owned(),
            place: clipped(unusable.place),
            at: unusable.at,
            explanation: clipped(unusable.explanation),
            bytes: kept.len(),
        };
        let written = file.write_all(&header.write()).and_then(|()| kept.copy_to(file)).and_then(|()| file.write_all(b"\n"));
        written.map_err(|error| cannot_write(name, error))
    }

    /// Lets what was kept be seen.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        let Some((name, file)) = &mut self.file else { return Ok(()) };
        file.flush().map_err(|error| cannot_write(name, error))
    }

    /// Makes sure that what was kept outlives a crash.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn sync(&mut self) -> anyhow::Result<()> {
        self.flush()?;
        let Some((name, file)) = &mut self.file else { return Ok(()) };
        file.get_ref().sync_data().map_err(|error| cannot_write(name, error))
    }

    /// Writes out what is left, and tells what became of the events that were not told one by one.
    ///
    /// # Errors
    /// When the rejects file cannot be written.
    pub fn finish(self, console: &Console) -> anyhow::Result<()> {
        let (name, more) = (self.file.as_ref().map(|(name, _)| name.clone()), self.count.saturating_sub(TOLD));
        if let Some((name, file)) = self.file {
            let file = file.into_inner().map_err(|error| cannot_write(&name, error.into_error()))?;
            if self.count == 0 && self.is_new {
                drop(file);
                fs::remove_file(&name).map_err(|error| cannot_write(&name, error))?;
            }
        }
        match (name, more) {
            (Some(name), 1..) => console.say(&format!("and {} more, in {name}", thousands(more))),
            (None, 1..) => console.say(&format!("and {} more", thousands(more))),
            _ => {}
        }
        Ok(())
    }

    /// Whether events were lost because nobody asked to keep them.
    pub fn has_lost(&self) -> bool {
        self.count > 0 && self.file.is_none()
    }
}

/// The bytes of an event, as they came.
pub enum Keep<'a> {
    /// In a batch.
    Bytes(&'a [u8]),
    /// Of an event that the filter did not get.
    Kept(&'a mut Kept),
}

impl Keep<'_> {
    fn len(&self) -> u64 {
        match self {
            Keep::Bytes(bytes) => bytes.len() as u64,
            Keep::Kept(Kept::Bytes(bytes)) => bytes.len() as u64,
            Keep::Kept(Kept::Spool(spool)) => spool.len(),
        }
    }

    fn copy_to(&mut self, out: &mut dyn Write) -> std::io::Result<()> {
        match self {
            Keep::Bytes(bytes) => out.write_all(bytes),
            Keep::Kept(Kept::Bytes(bytes)) => out.write_all(bytes),
            Keep::Kept(Kept::Spool(spool)) => spool.copy_to(out),
        }
    }

    /// The first bytes, where they are in memory.
    fn held(&self) -> &[u8] {
        match self {
            Keep::Bytes(bytes) => bytes,
            Keep::Kept(Kept::Bytes(bytes)) => bytes,
            Keep::Kept(Kept::Spool(_)) => &[],
        }
    }
}

/// `events.json:12:34: wrong-type at InputParameters[0].value: …`, where line and column are those of the fault.
fn message(unusable: &Unusable<'_>, kept: &Keep<'_>) -> String {
    let held = kept.held();
    let before = &held[..usize::try_from(unusable.at).unwrap_or(usize::MAX).min(held.len())];
    let Position { line, column, .. } = unusable.origin.position.after(before);
    let place = if unusable.place.is_empty() { String::new() } else { format!(" at {}", clean(unusable.place)) };
    format!("{}:{line}:{column}: {}{place}: {}", clean(unusable.origin.name()), unusable.reason, clean(unusable.explanation))
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
