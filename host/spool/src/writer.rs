//! Writes: a group of payloads at once, with one sync, into as many segments as it takes.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::{oneshot, watch};

use crate::error::Error;
use crate::folder;
use crate::frame;
use crate::lane::GROUP_BYTES;
use crate::options::Durability;
use crate::segment;
use crate::spool::Shared;

/// A payload that waits.
pub(crate) struct Job {
    pub payload: Vec<u8>,
    pub answer: oneshot::Sender<Result<u64, Error>>,
}

pub(crate) struct Writer {
    shared: Arc<Shared>,
    publish: watch::Sender<u64>,
    /// The last number given out, which may have failed. Numbers are never used again.
    last: u64,
    active: Option<Active>,
    spare: Option<JoinHandle<io::Result<File>>>,
    buffer: Vec<u8>,
}

struct Active {
    path: PathBuf,
    file: File,
    salt: u64,
    offset: u64,
}

impl Writer {
    pub fn new(shared: Arc<Shared>, publish: watch::Sender<u64>, last: u64) -> Self {
        Self { shared, publish, last, active: None, spare: None, buffer: Vec::new() }
    }

    /// Writes a group, in as many segments as it takes.
    pub fn write(&mut self, group: Vec<Job>) {
        let mut rest = group.into_iter().peekable();
        while rest.peek().is_some() {
            let mut part = Vec::new();
            let mut end = self.active.as_ref().map_or(u64::MAX, |active| active.offset);
            while let Some(job) = rest.next_if(|job| fits(end, job, self.shared.options.segment_bytes)) {
                end += frame::stored_bytes(job.payload.len());
                part.push(job);
            }
            if !part.is_empty() {
                self.write_part(part);
            } else if let Err(error) = self.roll() {
                for job in rest {
                    self.refuse(job, &error);
                }
                return;
            }
        }
    }

    /// Writes what fits into the active segment.
    fn write_part(&mut self, part: Vec<Job>) {
        let Some(active) = &mut self.active else { return };
        self.buffer.clear();
        let mut number = self.last;
        for job in &part {
            number += 1;
            frame::write(&mut self.buffer, number, &job.payload, active.salt);
        }
        let written = active.file.write_all_at(&self.buffer, active.offset);
        let written = written.and_then(|()| sync(&active.file, self.shared.options.durability));
        match written {
            Ok(()) => {
                active.offset += self.buffer.len() as u64;
                self.shared.grew(self.buffer.len() as u64);
                self.publish.send_replace(number);
                for (number, job) in (self.last + 1..).zip(part) {
                    // Nobody may be waiting any more; the frame is kept all the same.
                    let _ = job.answer.send(Ok(number));
                }
            }
            Err(error) => {
                let error = Error::file(&active.path, &error);
                tracing::error!(%error, "the spool cannot write; it goes on with another segment");
                // After a failed sync nobody knows what is on the disk, so nothing is ever written to this file again.
                let _ = active.file.set_len(active.offset);
                self.active = None;
                for job in part {
                    self.refuse(job, &error);
                }
            }
        }
        self.last = number;
        self.buffer.shrink_to(GROUP_BYTES * 2);
    }

    fn refuse(&self, job: Job, error: &Error) {
        self.shared.give_back(frame::stored_bytes(job.payload.len()));
        let _ = job.answer.send(Err(error.clone()));
    }

    /// Ends the active segment and begins another.
    fn roll(&mut self) -> Result<(), Error> {
        let Shared { folder, options, .. } = &*self.shared;
        if let Some(active) = self.active.take() {
            let cut = active.file.set_len(active.offset);
            cut.map_err(|error| Error::file(&active.path, &error))?;
        }
        let spare = folder::spare(folder);
        let made = match self.spare.take().map(JoinHandle::join) {
            Some(Ok(Ok(file))) => Ok(file),
            _ => segment::prepare(&spare, options.segment_bytes, options.durability),
        };
        let path = segment::path(folder, self.last + 1);
        let begin = |file: File| {
            let mut salt = [0; 8];
            getrandom::fill(&mut salt).map_err(io::Error::other)?;
            let salt = u64::from_le_bytes(salt);
            segment::Head { first: self.last + 1, before: *self.publish.borrow(), salt }.write(&file)?;
            fs::rename(&spare, &path)?;
            if options.durability == Durability::Disk {
                folder::sync(folder)?;
            }
            Ok(Active { path: path.clone(), file, salt, offset: segment::HEAD_BYTES })
        };
        let active = made.and_then(begin).map_err(|error| Error::file(&path, &error))?;
        self.active = Some(active);
        self.shared.began(self.last + 1);
        let (bytes, durability) = (options.segment_bytes, options.durability);
        self.spare = thread::Builder::new().name("spool-spare".to_owned()).spawn(move || segment::prepare(&spare, bytes, durability)).ok();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Some(spare) = self.spare.take() {
            // Whatever became of it, it is not needed any more.
            let _ = spare.join();
            let _ = folder::remove(&folder::spare(&self.shared.folder));
        }
    }
}

fn fits(end: u64, job: &Job, segment_bytes: u64) -> bool {
    end.checked_add(frame::stored_bytes(job.payload.len())).is_some_and(|end| end <= segment_bytes)
}

fn sync(file: &File, durability: Durability) -> io::Result<()> {
    match durability {
        Durability::Disk => file.sync_data(),
        Durability::Process => Ok(()),
    }
}
