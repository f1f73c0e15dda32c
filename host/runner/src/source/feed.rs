//! Sources that may keep their reader waiting: pipes and terminals are read by a thread of their own, so that an
//! interrupt is noticed while nothing comes.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::interrupt::Interrupt;

/// What one read asks for; a pipe gives no more at once.
const CHUNK: usize = 64 * 1024;
/// Chunks that may wait.
const AHEAD: usize = 4;
/// How long an interrupt may go unnoticed.
const PATIENCE: Duration = Duration::from_millis(50);

/// How many chunks wait to be read.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Whether a read would give something at once.
    pub fn any(&self) -> bool {
        self.0.load(Ordering::Acquire) > 0
    }
}

struct Feed {
    waiting: Waiting,
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    used: usize,
    interrupt: Interrupt,
}

/// Reads `source` on a thread of its own. After an interrupt the source cannot be read any more.
pub fn from(mut source: impl Read + Send + 'static, interrupt: &Interrupt) -> (Box<dyn Read + Send>, Waiting) {
    let (send, chunks) = sync_channel(AHEAD);
    let waiting = Waiting::default();
    let counted = waiting.clone();
    thread::spawn(move || {
        loop {
            let mut chunk = vec![0; CHUNK];
            let result = match source.read(&mut chunk) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                result => result,
            };
            let is_last = !matches!(result, Ok(1..));
            counted.0.fetch_add(1, Ordering::Release);
            let sent = send.send(result.map(|count| {
                chunk.truncate(count);
                chunk
            }));
            if is_last || sent.is_err() {
                return;
            }
        }
    });
    (Box::new(Feed { waiting: waiting.clone(), chunks, chunk: Vec::new(), used: 0, interrupt: interrupt.clone() }), waiting)
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.used == self.chunk.len() {
            if self.interrupt.signal().is_some() {
                return Err(io::Error::other("interrupted"));
            }
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => {
                    self.waiting.0.fetch_sub(1, Ordering::Release);
                    self.chunk = chunk?;
                    self.used = 0;
                    if self.chunk.is_empty() {
                        return Ok(0);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
        let count = into.len().min(self.chunk.len() - self.used);
        into[..count].copy_from_slice(&self.chunk[self.used..self.used + count]);
        self.used += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feed_gives_everything_and_ends() {
        let text = "abc".repeat(CHUNK);
        let mut back = String::new();
        from(io::Cursor::new(text.clone()), &Interrupt::default()).0.read_to_string(&mut back).unwrap();
        assert_eq!(back, text);
    }

    #[test]
    fn feed_after_an_interrupt_fails_though_nothing_comes() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                thread::sleep(Duration::from_secs(3600));
                Ok(0)
            }
        }
        let interrupt = Interrupt::default();
        let mut feed = from(Silent, &interrupt).0;
        interrupt.raise(2);
        assert!(feed.read(&mut [0; 8]).is_err());
    }
}
