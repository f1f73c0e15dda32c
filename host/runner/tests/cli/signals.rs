//! Being interrupted.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use crate::program::{Place, event};

#[test]
fn run_interrupted_accounts_for_what_was_read() {
    let place = Place::new();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = place.command();
        child.args(["run", "--summary", "json", "--rejects", "r.dead"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // Half an event follows the whole one: it was not read, and it is not rejected.
        stdin.write_all(format!("{}\n{}", event(1), &event(2)[..20]).as_bytes()).unwrap();
        let mut record = String::new();
        out.read_line(&mut record).unwrap();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{err}");
        let summary: serde_json::Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
        assert_eq!((&summary["Read"], &summary["Recorded"], &summary["Complete"]), (&1.into(), &1.into(), &false.into()), "{err}");
        drop(stdin);
    }
}

#[test]
fn run_interrupted_leaves_the_output_as_a_part() {
    let place = Place::new();
    let mut child = place.command();
    child.args(["run", "-o", "out", "--rejects", "r.dead"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("oops\n{}\n", event(1)).as_bytes()).unwrap();
    // The rejection is told once the first batch is through.
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    err.read_line(&mut told).unwrap();
    assert!(told.contains("not-json"), "{told}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    err.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    assert!(rest.contains("out.part"), "{rest}");
    assert!(!place.path("out").exists() && place.path("out.part").exists());
    drop(stdin);
}
