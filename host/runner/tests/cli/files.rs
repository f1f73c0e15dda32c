//! Files that are missing, full, the same, half written.

use crate::program::{Place, event, events};

#[test]
fn run_output_file_has_the_records_and_no_part_is_left() {
    let place = Place::new();
    place.write("in", events(3));
    let direct = place.run("run in").ended(0);
    let ran = place.run("run in -o out").ended(0);
    assert!(ran.out.is_empty());
    assert_eq!(place.read("out"), direct.out);
    assert!(!place.path("out.part").exists());
}

#[test]
fn run_missing_input_is_named_and_nothing_is_done() {
    let place = Place::new();
    place.write("in", events(3));
    place.write("out", "old");
    let ran = place.run("run in missing.json -o out").ended(1);
    assert!(ran.err.contains("cannot read missing.json"), "{}", ran.err);
    assert_eq!(place.text("out"), "old");
    assert!(place.run("run .").ended(2).err.contains("folder"));
}

#[test]
fn run_input_that_breaks_off_leaves_a_part_and_ends_with_1() {
    let place = Place::new();
    let whole = zstd::encode_all(events(50_000).as_bytes(), 1).unwrap();
    place.write("in.zst", &whole[..whole.len() / 2]);
    place.write("next", event(9));
    place.write("out", "old");
    let ran = place.run("run in.zst next -o out --ledger ledger.json --summary json").ended(1);
    assert!(ran.err.contains("cannot read in.zst: "), "{}", ran.err);
    assert_eq!(place.text("out"), "old");
    let part = place.text("out.part");
    assert!(part.ends_with('\n') && part.lines().last().unwrap().contains("000000000009"), "the next input was read");
    let [read, recorded, _, rejected, _] = ran.account();
    assert_eq!((recorded, part.lines().count() as u64), (read - rejected, recorded));
    assert!(place.text("ledger.json").contains("\"Complete\": false"));
}

#[test]
fn run_output_that_cannot_be_written_is_named() {
    let place = Place::new();
    place.write("in", events(3));
    let ran = place.run("run in -o no/such/folder/out").ended(1);
    assert!(ran.err.contains("no/such/folder/out"), "{}", ran.err);
    let ran = place.run("run in --rejects no/such/folder/r").ended(1);
    assert!(ran.err.contains("no/such/folder/r"), "{}", ran.err);
}

#[test]
#[cfg(target_os = "linux")]
fn run_full_disk_is_told_and_ends_with_1() {
    let place = Place::new();
    place.write("in", events(3));
    for option in ["-o", "--ledger"] {
        let ran = place.run(&format!("run in {option} /dev/full")).ended(1);
        assert!(ran.err.contains("/dev/full"), "{}", ran.err);
    }
    let ran = place.feed("run --rejects /dev/full", "oops\n").ended(1);
    assert!(ran.err.contains("/dev/full"), "{}", ran.err);
}

#[test]
fn run_a_file_that_is_read_is_not_written_over() {
    let place = Place::new();
    place.write("in", events(3));
    place.write("s.toml", "");
    std::fs::hard_link(place.path("in"), place.path("other")).unwrap();
    for arguments in [
        "run in -o in",
        "run in --rejects other",
        "run in --ledger in",
        "run in -o x --ledger x",
        "run in -o x --rejects x",
        "run in -s s.toml -o s.toml",
    ] {
        place.run(arguments).ended(2);
    }
    assert_eq!(place.text("in"), events(3));
}

#[test]
fn run_closed_pipe_ends_quietly_but_not_well() {
    use std::process::Stdio;
    let place = Place::new();
    place.write("in", events(20_000));
    let mut child = place.command().args(["run", "in"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(141), ""));
}
