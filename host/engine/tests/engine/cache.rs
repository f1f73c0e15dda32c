//! The cache of machine code: used when it is sound, and never a reason to fail.

use super::common;
use actlog_engine::{Cache, Engine, Start};
use std::fs;
use std::path::{Path, PathBuf};

/// Makes an engine with this cache, sees that it works, and tells how it came by its machine code.
fn start(cache: Cache) -> Start {
    let engine =
        Engine::builder().cache(cache).component(common::troublemaker_component(common::CONTRACT)).build().expect("it fits the contract");
    let outcome = engine.filter("").expect("it takes any settings").audit(b"one\n-\ntwo\n").expect("an outcome");
    assert_eq!(outcome.records, b"one\ntwo\n");
    engine.start().clone()
}

fn in_folder(path: &Path) -> Cache {
    Cache::Folder(path.to_owned())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn cache_cold_then_warm_compiles_once() {
    let folder = common::folder("cache-warm").join("made/on/demand");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    assert_eq!(start(in_folder(&folder)), Start::Warm);
    assert_eq!(files(&folder).len(), 1, "and leaves nothing unfinished");
}

#[test]
fn cache_of_another_component_is_not_taken() {
    let folder = common::folder("cache-other");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    // A custom section of no name and no bytes: the same filter, but not the same file.
    let other = [common::troublemaker_component(common::CONTRACT), vec![0, 1, 0]].concat();
    let engine = Engine::builder().cache(in_folder(&folder)).component(other).build().expect("it fits the contract");
    assert_eq!(*engine.start(), Start::Cold);
    assert_eq!(files(&folder).len(), 2);
}

#[test]
fn cache_with_any_byte_changed_is_compiled_anew() {
    let folder = common::folder("cache-flipped");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    let file = files(&folder).remove(0);
    let good = fs::read(&file).expect("it was written");
    for at in (0..60).step_by(3).chain((60..good.len()).step_by(good.len() / 20)).chain([good.len() - 1]) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&file, bad).expect("the folder can be written");
        assert_eq!(start(in_folder(&folder)), Start::Cold, "byte {at}");
        assert_eq!(fs::read(&file).expect("it was written"), good, "and mended");
    }
}

#[test]
fn cache_of_another_length_is_compiled_anew() {
    let folder = common::folder("cache-cut");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    let file = files(&folder).remove(0);
    let good = fs::read(&file).expect("it was written");
    for length in [0, 1, 21, 22, 40, 54, good.len() / 2, good.len() - 1] {
        fs::write(&file, &good[..length]).expect("the folder can be written");
        assert_eq!(start(in_folder(&folder)), Start::Cold, "{length} bytes");
    }
    fs::write(&file, [&good[..], b"more"].concat()).expect("the folder can be written");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
}

#[test]
fn cache_that_cannot_be_written_is_no_error() {
    let blocked = common::folder("cache-blocked").join("a-file");
    fs::write(&blocked, b"").expect("the folder can be written");
    for path in [blocked.clone(), blocked.join("below")] {
        assert!(matches!(start(in_folder(&path)), Start::Uncached(why) if why.contains("a-file")));
    }
}

#[test]
fn cache_file_that_cannot_be_replaced_is_no_error() {
    let folder = common::folder("cache-in-the-way");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    let file = files(&folder).remove(0);
    fs::remove_file(&file).expect("it is ours");
    fs::create_dir(&file).expect("the folder can be written");
    assert!(matches!(start(in_folder(&folder)), Start::Uncached(_)));
    assert_eq!(files(&folder), [file], "and leaves nothing unfinished");
}

#[test]
fn cache_off_compiles() {
    assert!(matches!(start(Cache::Off), Start::Uncached(_)));
}

#[cfg(unix)]
#[test]
fn cache_folder_open_to_others_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = common::folder("cache-open");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    for mode in [0o777, 0o770, 0o702] {
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("it is ours");
        assert!(matches!(start(in_folder(&folder)), Start::Uncached(_)), "mode {mode:o}");
    }
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert_eq!(start(in_folder(&folder)), Start::Warm);
}

#[cfg(unix)]
#[test]
fn cache_folder_and_files_are_made_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = common::folder("cache-private").join("made");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&files(&folder)[0])), (0o700, 0o600));
}

#[test]
fn cache_with_many_old_files_keeps_a_few_and_all_that_is_not_its_own() {
    let folder = common::folder("cache-old");
    for number in 0..20 {
        fs::write(folder.join(format!("{number:064x}.cwasm")), b"old").expect("the folder can be written");
    }
    fs::write(folder.join(format!("{:064x}.cwasm.1.unfinished", 1)), b"from a start that was killed").expect("the folder can be written");
    fs::write(folder.join("readme.txt"), b"mine").expect("the folder can be written");
    assert_eq!(start(in_folder(&folder)), Start::Cold);
    assert_eq!(start(in_folder(&folder)), Start::Warm);
    assert_eq!(files(&folder).len(), 8 + 1);
    assert!(folder.join("readme.txt").exists());
}

#[test]
fn cache_filled_by_many_at_once_serves_all() {
    let folder = common::folder("cache-race");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| start(in_folder(&folder)));
        }
    });
    assert_eq!(start(in_folder(&folder)), Start::Warm);
}
