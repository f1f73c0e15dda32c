//! How many appends a second, by how many wait at once, and how long one takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use actlog_spool::{Durability, Options, Spool};

const BYTES: usize = 1024;
const TIME: Duration = Duration::from_secs(3);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The target folder is on a real disk, which the system's temporary folder may not be.
    let base = std::env::var_os("CARGO_TARGET_DIR").map_or_else(std::env::temp_dir, Into::into);
    for durability in [Durability::Disk, Durability::Process] {
        for threads in [1, 8, 64] {
            let folder = base.join(format!("spool-bench-{}", std::process::id()));
            let (spool, mut reader, _) = Spool::open(&folder, Options { durability, ..Options::default() })?;
            let done = Arc::new(AtomicU64::new(0));
            let begin = Instant::now();
            let writers: Vec<_> = (0..threads)
                .map(|_| {
                    let (spool, done) = (spool.clone(), done.clone());
                    thread::spawn(move || {
                        let mut times = Vec::new();
                        while begin.elapsed() < TIME {
                            let now = Instant::now();
                            spool.append(vec![b'x'; BYTES]).wait()?;
                            times.push(now.elapsed());
                            done.fetch_add(1, Ordering::Relaxed);
                        }
                        Ok::<_, actlog_spool::Error>(times)
                    })
                })
                .collect();
            while begin.elapsed() < TIME {
                if let Some(frame) = reader.read(10_000, 8 << 20)?.last() {
                    spool.acknowledge(frame.number)?;
                }
                thread::sleep(Duration::from_millis(50));
            }
            let mut times = Vec::new();
            for writer in writers {
                times.extend(writer.join().map_err(|_| "a writer panicked")??);
            }
            times.sort_unstable();
            let each = |share: usize| times[(times.len() - 1) * share / 100];
            let rate = done.load(Ordering::Relaxed) as f64 / TIME.as_secs_f64();
            println!("{durability:?}, {threads:2} at once: {rate:8.0} appends/s of {BYTES} bytes, p50 {:?}, p99 {:?}", each(50), each(99));
            drop((spool, reader));
            std::fs::remove_dir_all(&folder)?;
        }
    }
    Ok(())
}
