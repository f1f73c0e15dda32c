//! A process that is killed while it appends: what it was told is kept is there, once, in order, and whole.
//!
//! `ACTLOG_KILLS` says how many times; 8 by default.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use actlog_spool::{Durability, Options, Spool};

fn options(durability: Durability) -> Options {
    Options { durability, segment_bytes: 256 << 10, limit_bytes: 64 << 20, reserve_bytes: 0, frame_bytes: 64 << 10 }
}

fn durability(disk: bool) -> Durability {
    if disk { Durability::Disk } else { Durability::Process }
}

/// Every byte follows from the first twelve, so that a frame that is not whole shows.
fn payload(thread: u32, count: u64) -> Vec<u8> {
    let mut out = [thread.to_le_bytes().as_slice(), &count.to_le_bytes()].concat();
    let length = 12 + (count as usize * 97 + thread as usize * 1009) % 6000;
    out.extend((12..length).map(|at| (at as u64 * 31 + count * 7 + u64::from(thread)) as u8));
    out
}

/// Started by the test beside it, in a process of its own; without the folder that it is given then, there is nothing to do.
#[test]
fn child_appends_until_it_is_killed() {
    let Some(folder) = std::env::var_os("SPOOL_FOLDER") else { return };
    let disk = std::env::var_os("SPOOL_DISK").is_some();
    let (spool, mut reader, recovery) = Spool::open(Path::new(&folder), options(durability(disk))).unwrap();
    assert_eq!(recovery.damage, []);
    let out = Arc::new(Mutex::new(std::io::stdout()));
    for writer in 0..4 {
        let (spool, out) = (spool.clone(), out.clone());
        thread::spawn(move || {
            for count in recovery.last * 1000.. {
                let number = spool.append(payload(writer, count)).wait().unwrap();
                writeln!(out.lock().unwrap(), "kept {number} {writer} {count}").unwrap();
            }
        });
    }
    loop {
        for frame in reader.read(50, 1 << 20).unwrap() {
            // What is told before it is acknowledged must not come again as something else; what is acknowledged not at all.
            spool.acknowledge(frame.number).unwrap();
            writeln!(out.lock().unwrap(), "done {}", frame.number).unwrap();
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn kill_loses_nothing_that_was_kept() {
    let rounds = std::env::var("ACTLOG_KILLS").map_or(8, |text| text.parse::<u64>().unwrap());
    for disk in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut kept: BTreeMap<u64, (u32, u64)> = BTreeMap::new();
        let mut done = 0;
        for round in 0..rounds.div_ceil(2) {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "child_appends_until_it_is_killed", "--nocapture"]);
            command.env("SPOOL_FOLDER", folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
            if disk {
                command.env("SPOOL_DISK", "1");
            }
            let mut child = command.spawn().unwrap();
            let stdout = BufReader::new(child.stdout.take().unwrap());
            let lines = thread::spawn(move || stdout.lines().map_while(Result::ok).collect::<Vec<_>>());
            let time = 100 + std::collections::hash_map::RandomState::new().hash_one(round) % 400;
            thread::sleep(Duration::from_millis(time));
            child.kill().unwrap();
            child.wait().unwrap();
            let before = kept.len();
            for line in lines.join().unwrap() {
                let words: Vec<_> = line.split(' ').collect();
                match words[..] {
                    ["kept", number, writer, count] => {
                        kept.insert(number.parse().unwrap(), (writer.parse().unwrap(), count.parse().unwrap()));
                    }
                    ["done", number] => done = done.max(number.parse().unwrap()),
                    _ => {}
                }
            }
            let (spool, mut reader, recovery) = Spool::open(folder.path(), options(durability(disk))).unwrap();
            assert_eq!(recovery.damage, [], "round {round}");
            assert!(recovery.acknowledged >= done, "an acknowledgement was lost");
            let mut found = BTreeMap::new();
            loop {
                let frames = reader.read(100, 1 << 20).unwrap();
                if frames.is_empty() {
                    break;
                }
                for frame in frames {
                    assert!(frame.number > recovery.acknowledged);
                    let writer = u32::from_le_bytes(frame.payload[..4].try_into().unwrap());
                    let count = u64::from_le_bytes(frame.payload[4..12].try_into().unwrap());
                    assert_eq!(frame.payload, payload(writer, count), "frame {} is not whole", frame.number);
                    assert_eq!(found.insert(frame.number, (writer, count)), None, "frame {} came twice", frame.number);
                }
            }
            for (number, what) in kept.range(recovery.acknowledged + 1..) {
                assert_eq!(found.get(number), Some(what), "frame {number} was kept and is gone");
            }
            assert!(kept.len() > before || round > 0, "the child did nothing before it was killed");
            kept.retain(|number, _| *number > recovery.acknowledged);
            drop((spool, reader));
        }
    }
}

use std::hash::BuildHasher;
