//! How appends come to the writer: one after another where they are made, or all that wait at once on a thread of its own.

use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use crate::options::Durability;
use crate::writer::{Job, Writer};

/// Payload bytes that are written at once.
pub(crate) const GROUP_BYTES: usize = 4 << 20;

pub(crate) enum Lane {
    /// Without a sync a write takes less time than waking a thread for it, twice.
    Here(Mutex<Writer>),
    /// A sync takes long, and serves all that wait.
    Thread { queue: Option<Sender<Job>>, writer: Option<JoinHandle<()>> },
}

impl Lane {
    pub fn new(writer: Writer, durability: Durability) -> io::Result<Self> {
        Ok(match durability {
            Durability::Process => Self::Here(Mutex::new(writer)),
            Durability::Disk => {
                let (queue, jobs) = mpsc::channel();
                let writer = thread::Builder::new().name("spool".to_owned()).spawn(move || run(writer, &jobs))?;
                Self::Thread { queue: Some(queue), writer: Some(writer) }
            }
        })
    }

    /// Has a job done now or soon; false when it never will be.
    pub fn take(&self, job: Job) -> bool {
        match self {
            // A writer that panicked may be of two minds about what stands where.
            Self::Here(writer) => writer.lock().map(|mut writer| writer.write(vec![job])).is_ok(),
            Self::Thread { queue, .. } => queue.as_ref().is_some_and(|queue| queue.send(job).is_ok()),
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Self::Thread { queue, writer } = self {
            drop(queue.take());
            if writer.take().is_some_and(|writer| writer.join().is_err()) {
                tracing::error!("the spool's writer panicked");
            }
        }
    }
}

/// Takes all that waits, writes it at once and syncs it once, again and again.
fn run(mut writer: Writer, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        let mut bytes = job.payload.len();
        let mut group = vec![job];
        while bytes < GROUP_BYTES
            && let Ok(job) = jobs.try_recv()
        {
            bytes += job.payload.len();
            group.push(job);
        }
        writer.write(group);
    }
}
