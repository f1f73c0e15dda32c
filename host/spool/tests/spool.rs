//! What a spool keeps, refuses, forgets and recovers.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use actlog_spool::{Damage, Durability, Error, Frame, Options, Reader, Spool};
use proptest::prelude::*;

/// Small, so that there are many segments; the disk's promise is not what these tests are about.
fn small() -> Options {
    Options {
        durability: Durability::Process,
        segment_bytes: 64 << 10,
        limit_bytes: 1 << 20,
        reserve_bytes: 64 << 10,
        frame_bytes: 32 << 10,
    }
}

fn payload(number: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| (number * 31 + at * 7) as u8).collect()
}

fn all(reader: &mut Reader) -> Vec<Frame> {
    let mut out = Vec::new();
    loop {
        let frames = reader.read(7, 100_000).unwrap();
        if frames.is_empty() {
            return out;
        }
        out.extend(frames);
    }
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "segment"));
    found.sort();
    found
}

fn bytes_in(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn frames_come_out_in_order_with_both_durabilities() {
    for durability in [Durability::Disk, Durability::Process] {
        let folder = tempfile::tempdir().unwrap();
        let (spool, mut reader, recovery) = Spool::open(folder.path(), Options { durability, ..small() }).unwrap();
        assert_eq!((recovery.last, recovery.waiting), (0, 0));
        let waiting: Vec<_> = (0..100).map(|n| spool.append(payload(n, n * 50))).collect();
        let numbers: Vec<_> = waiting.into_iter().map(|append| append.wait().unwrap()).collect();
        assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
        let frames = all(&mut reader);
        assert_eq!(frames.len(), 100);
        for (n, frame) in frames.iter().enumerate() {
            assert_eq!((frame.number, &frame.payload), (n as u64 + 1, &payload(n, n * 50)));
            assert_eq!(&spool.rereader().read(frame.place).unwrap(), frame);
        }
    }
}

#[test]
fn what_was_not_acknowledged_comes_again_and_what_was_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, reader, _) = Spool::open(folder.path(), small()).unwrap();
    for n in 0..200 {
        spool.append(payload(n, 1000)).wait().unwrap();
    }
    spool.acknowledge(120).unwrap();
    assert_eq!(spool.acknowledge(201), Err(Error::NotYet { number: 201, last: 200 }));
    drop((spool, reader));
    let (spool, mut reader, recovery) = Spool::open(folder.path(), small()).unwrap();
    assert_eq!((recovery.acknowledged, recovery.last, recovery.waiting), (120, 200, 80));
    assert_eq!((recovery.damage, recovery.cut), (vec![], vec![]));
    assert_eq!(spool.append(payload(200, 10)).wait(), Ok(201));
    let numbers: Vec<_> = all(&mut reader).iter().map(|frame| frame.number).collect();
    assert_eq!(numbers, (121..=201).collect::<Vec<_>>());
}

#[test]
fn acknowledged_segments_are_removed_and_numbers_go_on() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3_u64 {
        let (spool, mut reader, _) = Spool::open(folder.path(), small()).unwrap();
        for n in 0..300 {
            assert_eq!(spool.append(payload(n, 2000)).wait(), Ok(round * 300 + n as u64 + 1));
        }
        let place = all(&mut reader)[0].place;
        assert!(segments(folder.path()).len() > 5);
        spool.acknowledge(spool.last()).unwrap();
        assert_eq!(segments(folder.path()).len(), 1);
        assert_eq!(spool.rereader().read(place), Err(Error::Gone(round * 300 + 1)));
    }
}

#[test]
fn limit_is_kept_and_room_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, mut reader, _) = Spool::open(folder.path(), small()).unwrap();
    let mut kept = 0;
    let error = loop {
        match spool.append(payload(kept, 10_000)).wait() {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
        assert!(bytes_in(folder.path()) <= small().limit_bytes, "{} bytes", bytes_in(folder.path()));
    };
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert!(spool.is_full_for(10_000));
    assert!(kept > 50);
    // The reserve is for what completes something begun, and ends, too.
    let reserved = (0..100).take_while(|n| spool.append_reserved(payload(*n, 10_000)).wait().is_ok()).count();
    assert!((3..10).contains(&reserved), "{reserved}");
    assert!(bytes_in(folder.path()) <= small().limit_bytes);
    // A restart neither makes nor loses room.
    let used = spool.used();
    assert_eq!(all(&mut reader).len(), kept + reserved);
    drop((spool, reader));
    let (spool, mut reader, recovery) = Spool::open(folder.path(), small()).unwrap();
    assert_eq!((recovery.waiting as usize, spool.used()), (kept + reserved, used));
    assert!(matches!(spool.append(payload(0, 10_000)).wait(), Err(Error::Full { .. })));
    all(&mut reader);
    spool.acknowledge(spool.last() - 1).unwrap();
    spool.append(payload(0, 10_000)).wait().unwrap();
    assert_eq!(all(&mut reader).len(), 1);
}

#[test]
fn frame_over_its_limit_is_refused_and_one_at_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _reader, _) = Spool::open(folder.path(), small()).unwrap();
    assert_eq!(spool.append(payload(0, 32 << 10)).wait(), Ok(1));
    let refused = spool.append(payload(0, (32 << 10) + 1)).wait();
    assert_eq!(refused, Err(Error::TooLarge { bytes: (32 << 10) + 1, limit: 32 << 10 }));
    assert_eq!(spool.append(Vec::new()).wait(), Ok(2));
}

#[test]
fn folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let held = Spool::open(folder.path(), small()).unwrap();
    assert!(matches!(Spool::open(folder.path(), small()), Err(Error::Locked(_))));
    drop(held);
    Spool::open(folder.path(), small()).unwrap();
}

#[test]
fn options_that_contradict_themselves_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for options in [
        Options { segment_bytes: 1000, ..small() },
        Options { segment_bytes: 2 << 30, limit_bytes: 1 << 40, ..small() },
        Options { limit_bytes: 200 << 10, ..small() },
        Options { reserve_bytes: 1 << 20, ..small() },
        Options { frame_bytes: 64 << 10, ..small() },
        Options { frame_bytes: 0, ..small() },
    ] {
        assert!(matches!(Spool::open(folder.path(), options), Err(Error::Options(_))), "{options:?}");
    }
}

#[test]
fn newer_version_is_refused() {
    let folder = written(3, 100);
    let path = &segments(folder.path())[0];
    let mut bytes = fs::read(path).unwrap();
    bytes[8] = 2;
    let check = twox_hash::XxHash3_64::oneshot(&bytes[..40]).to_le_bytes();
    bytes[40..48].copy_from_slice(&check);
    fs::write(path, bytes).unwrap();
    assert!(matches!(Spool::open(folder.path(), small()), Err(Error::TooNew { found: 2, known: 1, .. })));
}

/// A spool of `count` frames, closed.
fn written(count: usize, length: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _reader, _) = Spool::open(folder.path(), small()).unwrap();
    for n in 0..count {
        spool.append(payload(n, length)).wait().unwrap();
    }
    folder
}

fn numbers_and_damage(folder: &Path) -> (Vec<u64>, Vec<Damage>, Vec<Damage>) {
    let (_spool, mut reader, recovery) = Spool::open(folder, small()).unwrap();
    (all(&mut reader).iter().map(|frame| frame.number).collect(), recovery.damage, recovery.cut)
}

#[test]
fn damage_in_the_middle_is_told_with_its_bytes_and_skipped() {
    let folder = written(10, 1000);
    let path = segments(folder.path()).remove(0);
    // Frames of 1,032 bytes from 4,096 on: this is in the payload of the fourth, and in the head of the sixth.
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&[0xff], 4096 + 3 * 1032 + 500).unwrap();
    file.write_all_at(&[0xff], 4096 + 5 * 1032 + 9).unwrap();
    let (numbers, damage, cut) = numbers_and_damage(folder.path());
    assert_eq!(numbers, [1, 2, 3, 5, 7, 8, 9, 10]);
    let expected = |n: u64| Damage { path: path.clone(), bytes: 4096 + n * 1032..4096 + (n + 1) * 1032, lost: Some(n + 1..=n + 1) };
    assert_eq!(damage, [expected(3), expected(5)]);
    assert_eq!(cut, []);
}

#[test]
fn interrupted_write_at_the_end_is_cut_off() {
    let folder = written(10, 1000);
    let path = segments(folder.path()).remove(0);
    OpenOptions::new().write(true).open(&path).unwrap().set_len(4096 + 9 * 1032 + 500).unwrap();
    let (numbers, damage, cut) = numbers_and_damage(folder.path());
    assert_eq!(numbers, (1..=9).collect::<Vec<_>>());
    assert_eq!(damage, []);
    assert_eq!(cut.len(), 1);
    assert_eq!(fs::metadata(&path).unwrap().len(), 4096 + 9 * 1032);
    assert_eq!(numbers_and_damage(folder.path()).2, []);
}

#[test]
fn segment_cut_in_the_middle_of_the_spool_is_damage() {
    let folder = written(200, 1000);
    let paths = segments(folder.path());
    OpenOptions::new().write(true).open(&paths[0]).unwrap().set_len(4096 + 9 * 1032 + 500).unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    let second = paths[1].file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(numbers, (1..=9).chain(second..=200).collect::<Vec<_>>());
    assert_eq!(damage.len(), 1);
    assert_eq!(damage[0].path, paths[0]);
    assert_eq!(damage[0].lost, Some(10..=second - 1));
    assert!(!damage[0].bytes.is_empty());
}

#[test]
fn missing_segment_is_told() {
    let folder = written(200, 1000);
    let paths = segments(folder.path());
    fs::remove_file(&paths[1]).unwrap();
    let first = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    assert_eq!(numbers, (1..first(&paths[1])).chain(first(&paths[2])..=200).collect::<Vec<_>>());
    assert_eq!(damage.len(), 1);
    assert_eq!(damage[0].lost, Some(first(&paths[1])..=first(&paths[2]) - 1));
}

#[test]
fn head_is_needed_once_only_and_without_any_the_file_is_put_aside() {
    let folder = written(200, 1000);
    let paths = segments(folder.path());
    let file = OpenOptions::new().write(true).open(&paths[0]).unwrap();
    file.write_all_at(&[0xff; 48], 0).unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    assert_eq!((numbers.len(), damage), (200, vec![]));
    file.write_all_at(&[0xff; 48], 2048).unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    let second = paths[1].file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(numbers, (second..=200).collect::<Vec<_>>());
    assert_eq!(damage.len(), 1);
    assert_eq!(damage[0].lost, Some(1..=second - 1));
    assert!(damage[0].path.is_file(), "{}", damage[0].path.display());
}

#[test]
fn bytes_that_look_like_a_frame_are_not_taken_for_one() {
    // A payload that is a segment: whole frames, one behind the other, as somebody would send who knows the format.
    let source = written(3, 200);
    let forged = fs::read(&segments(source.path())[0]).unwrap()[4096..4096 + 3 * 232].to_vec();
    let folder = tempfile::tempdir().unwrap();
    {
        let (spool, _reader, _) = Spool::open(folder.path(), small()).unwrap();
        spool.append(forged).wait().unwrap();
        spool.append(b"after".to_vec()).wait().unwrap();
    }
    OpenOptions::new().write(true).open(&segments(folder.path())[0]).unwrap().write_all_at(&[0xff; 32], 4096).unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    assert_eq!(numbers, [2]);
    assert_eq!(damage.len(), 1);
}

#[test]
fn lost_cursor_means_again_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    {
        let (spool, _reader, _) = Spool::open(folder.path(), small()).unwrap();
        for n in 0..200 {
            spool.append(payload(n, 1000)).wait().unwrap();
        }
        spool.acknowledge(50).unwrap();
        spool.acknowledge(150).unwrap();
    }
    let cursor = folder.path().join("cursor");
    let file = OpenOptions::new().write(true).open(&cursor).unwrap();
    file.write_all_at(&[0xff], 2056).unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    assert!(numbers[0] <= 151 && numbers.ends_with(&[199, 200]) && damage.is_empty(), "{damage:?}");
    file.write_all_at(&[0xff], 8).unwrap();
    file.write_all_at(&[0xff], 2056).unwrap();
    let (numbers, damage, _) = numbers_and_damage(folder.path());
    assert!(numbers[0] <= 151 && numbers.ends_with(&[199, 200]));
    assert_eq!(damage.iter().map(|damage| &damage.path).collect::<Vec<_>>(), [&cursor]);
}

#[test]
fn damage_while_open_is_told_and_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, mut reader, _) = Spool::open(folder.path(), small()).unwrap();
    for n in 0..200 {
        spool.append(payload(n, 1000)).wait().unwrap();
    }
    let paths = segments(folder.path());
    let write = |path: &Path, bytes: &[u8], at: u64| OpenOptions::new().write(true).open(path).unwrap().write_all_at(bytes, at).unwrap();
    write(&paths[0], &[0xff], 4096 + 3 * 1032 + 500);
    write(&paths[1], &[0xff; 4096], 0);
    let first = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let numbers: Vec<_> = all(&mut reader).iter().map(|frame| frame.number).collect();
    assert_eq!(numbers, (1..=3).chain(5..first(&paths[1])).chain(first(&paths[2])..=200).collect::<Vec<_>>());
    assert_eq!(reader.damage().len(), 2);
    spool.append(payload(200, 1000)).wait().unwrap();
    assert_eq!(all(&mut reader).len(), 1);
}

#[tokio::test]
async fn reader_waits_and_ends_with_the_spool() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, mut reader, _) = Spool::open(folder.path(), small()).unwrap();
    let other = spool.clone();
    let waiting = tokio::spawn(async move {
        reader.wait().await.unwrap();
        let got = reader.read(10, 1000).unwrap();
        (got.len(), reader.wait().await)
    });
    assert_eq!(other.append(b"x".to_vec()).await, Ok(1));
    tokio::task::yield_now().await;
    drop((spool, other));
    assert_eq!(waiting.await.unwrap(), (1, Err(Error::Closed)));
}

/// One thing that happens to a file.
#[derive(Clone, Debug)]
enum Harm {
    Flip { file: usize, at: u64, mask: u8 },
    Cut { file: usize, at: u64 },
    Zero { file: usize, at: u64, length: usize },
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => (0..6_usize, 0..70_000_u64, 1..=255_u8).prop_map(|(file, at, mask)| Harm::Flip { file, at, mask }),
        1 => (0..6_usize, 0..70_000_u64).prop_map(|(file, at)| Harm::Cut { file, at }),
        1 => (0..6_usize, 0..70_000_u64, 1..9000_usize).prop_map(|(file, at, length)| Harm::Zero { file, at, length }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever happens to the files: no panic, every frame that is whole comes out, in order, and nothing else does.
    #[test]
    fn whole_frames_come_out_whatever_happens_to_files(harms in prop::collection::vec(harm(), 0..6), lengths in prop::collection::vec(0..9000_usize, 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        let mut places = Vec::new();
        {
            let (spool, mut reader, _) = Spool::open(folder.path(), small()).unwrap();
            for (n, length) in lengths.iter().enumerate() {
                spool.append(payload(n, *length)).wait().unwrap();
            }
            // Where each frame stands, as the format says: in its file, one behind the other, filled up to eights.
            let files = segments(folder.path());
            let mut at = 4096;
            let mut file = 0;
            let first = |file: usize| files.get(file).map(|path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap());
            for frame in all(&mut reader) {
                if first(file + 1) == Some(frame.number) {
                    (file, at) = (file + 1, 4096);
                }
                places.push((frame, file, at));
                at += (32 + places.last().unwrap().0.payload.len() as u64).next_multiple_of(8);
            }
        }
        let mut files = segments(folder.path());
        let count = files.len();
        files.push(folder.path().join("cursor"));
        let mut harmed: Vec<(usize, std::ops::Range<u64>)> = Vec::new();
        for harm in harms {
            let (Harm::Flip { file, at, .. } | Harm::Cut { file, at } | Harm::Zero { file, at, .. }) = harm;
            let Some(path) = files.get(file) else { continue };
            let mut bytes = fs::read(path).unwrap();
            let end = bytes.len() as u64;
            if at >= end {
                continue;
            }
            match harm {
                Harm::Flip { mask, .. } => bytes[at as usize] ^= mask,
                Harm::Cut { .. } => bytes.truncate(at as usize),
                Harm::Zero { length, .. } => bytes.iter_mut().skip(at as usize).take(length).for_each(|byte| *byte = 0),
            }
            fs::write(path, bytes).unwrap();
            let harmed_bytes = match harm {
                Harm::Flip { .. } => at..at + 1,
                Harm::Cut { .. } => at..u64::MAX,
                Harm::Zero { length, .. } => at..at + length as u64,
            };
            if file < count {
                harmed.push((file, harmed_bytes));
            }
        }
        let touches = |file: usize, from: u64, to: u64| harmed.iter().any(|(other, bytes)| *other == file && bytes.start < to && bytes.end > from);
        // Two flips can undo each other, and zeros can be written over zeros: what was harmed may come out, what was not must.
        let must: Vec<u64> = places
            .iter()
            .filter(|(frame, file, at)| {
                let end = at + 32 + frame.payload.len() as u64;
                !(touches(*file, *at, end) || touches(*file, 0, 48) && touches(*file, 2048, 2096))
            })
            .map(|(frame, ..)| frame.number)
            .collect();
        for round in 0..2 {
            let (spool, mut reader, recovery) = Spool::open(folder.path(), small()).unwrap();
            let frames = all(&mut reader);
            prop_assert!(frames.is_sorted_by_key(|frame| frame.number));
            for frame in &frames {
                prop_assert_eq!(&frame.payload, &places[frame.number as usize - 1].0.payload);
            }
            for number in &must {
                prop_assert!(frames.iter().any(|frame| frame.number == *number), "frame {} of {:?}", number, recovery);
            }
            // What is missing was told: as damage, or as the end of an interrupted write.
            prop_assert!(frames.len() == lengths.len() || round > 0 || !(recovery.damage.is_empty() && recovery.cut.is_empty()) || recovery.last < lengths.len() as u64);
            drop((spool, reader));
        }
    }

    /// Files of any content, under the names of a spool: no panic, and an append goes through.
    #[test]
    fn files_of_any_content_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..9000), cursor in prop::collection::vec(any::<u8>(), 0..4100)) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("00000000000000000007.segment"), bytes).unwrap();
        fs::write(folder.path().join("cursor"), cursor).unwrap();
        let (spool, mut reader, _) = Spool::open(folder.path(), small()).unwrap();
        spool.append(b"whole".to_vec()).wait().unwrap();
        prop_assert_eq!(all(&mut reader).len(), 1);
    }
}
