//! Rules that change while a run goes on.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::program::{Place, event, json_lines};
use crate::rule_component::{Does, rule};

/// How long to wait for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run that reads from a pipe.
struct Run {
    child: Child,
    stdin: Option<ChildStdin>,
    told: Receiver<String>,
    sent: u32,
    records: PathBuf,
}

impl Run {
    fn start(place: &Place) -> Self {
        let mut command = place.command();
        command.args("run - --settings actlog.toml --summary json".split(' '));
        let records = std::fs::File::create(place.path("records")).unwrap();
        command.stdin(Stdio::piped()).stdout(records).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, told) = channel();
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let stdin = child.stdin.take();
        Self { child, stdin, told, sent: 0, records: place.path("records") }
    }

    /// Waits until there are so many records.
    #[track_caller]
    fn wait_for_records(&self, count: usize) {
        let until = Instant::now() + PATIENCE;
        while std::fs::read_to_string(&self.records).unwrap().lines().count() < count {
            assert!(Instant::now() < until, "{count} records did not come");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn send(&mut self, count: u32) {
        for _ in 0..count {
            self.sent += 1;
            writeln!(self.stdin.as_mut().unwrap(), "{}", event(self.sent)).unwrap();
        }
        self.stdin.as_mut().unwrap().flush().unwrap();
    }

    /// Waits until this is told.
    #[track_caller]
    fn wait_for(&self, what: &str) {
        let mut all = Vec::new();
        while !all.iter().any(|line: &String| line.contains(what)) {
            match self.told.recv_timeout(PATIENCE) {
                Ok(line) => all.push(line),
                Err(_) => panic!("'{what}' was not told, but {all:?}"),
            }
        }
    }

    /// Ends the input; gives the account.
    fn end(mut self) -> [u64; 5] {
        drop(self.stdin.take());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let last = self.told.iter().last().unwrap();
        let summary: serde_json::Value = serde_json::from_str(&last).unwrap();
        ["Read", "Recorded", "Excluded", "Rejected", "Faulted"].map(|key| summary[key].as_u64().unwrap())
    }
}

fn settings(place: &Place, grant: &str) {
    place.write("actlog.toml", format!("[[rules]]\nname = \"mine\"\nfile = \"rule.wasm\"\ngrant = {{ {grant} }}\n"));
}

/// The tags of the records, one for each.
fn tags(place: &Place) -> Vec<String> {
    json_lines(&place.text("records")).iter().map(|record| record["Tags"].to_string().replace(['[', ']', '"'], "")).collect()
}

#[test]
fn rule_that_changes_is_swapped_and_a_bad_one_is_not() {
    let place = Place::new();
    place.write("rule.wasm", rule("1", Does::Tag("one")));
    settings(&place, "tags = ['*']");
    let mut run = Run::start(&place);
    run.send(10);
    run.wait_for_records(10);
    place.write("rule.wasm", rule("2", Does::Tag("two")));
    run.wait_for("rules loaded anew: mine");
    run.send(10);
    run.wait_for_records(20);
    place.write("rule.wasm", "no rule at all");
    run.wait_for("the new rules cannot be used, and those before go on");
    run.send(10);
    place.write("rule.wasm", rule("3", Does::Drop("gone")));
    run.wait_for("those before go on");
    run.send(10);
    run.wait_for_records(40);
    settings(&place, "may-drop = true");
    run.wait_for("rules loaded anew: mine");
    run.send(10);
    // What was sent with a rule that drops gives no record to wait for: nothing is withheld, and the account tells.
    settings(&place, "may-drop = 'perhaps'");
    run.wait_for("those before go on");
    place.write("actlog.toml", "");
    run.wait_for("the settings list no rules any more");
    run.send(10);
    let account = run.end();
    assert_eq!(account, [60, 50, 10, 0, 0]);
    let tags = tags(&place);
    let expected = [vec!["one"; 10], vec!["two"; 30], vec!["null"; 10]].concat();
    assert_eq!(tags, expected);
}

#[test]
fn rule_replaced_by_renaming_is_seen_and_one_that_was_suspended_is_asked_again() {
    let place = Place::new();
    place.write("rule.wasm", rule("1", Does::Tag("one")));
    place.write("actlog.toml", "[[rules]]\nname = \"mine\"\nfile = \"rule.wasm\"\nsuspend-after = 1\ngrant = { tags = ['two'] }\n");
    let mut run = Run::start(&place);
    run.send(1);
    run.wait_for("rule mine is suspended");
    run.send(10);
    place.write("next.wasm", rule("2", Does::Tag("two")));
    std::fs::rename(place.path("next.wasm"), place.path("rule.wasm")).unwrap();
    run.wait_for("rules loaded anew: mine");
    run.send(10);
    assert_eq!(run.end(), [21, 21, 0, 0, 0]);
    assert!(tags(&place).ends_with(&vec!["two".to_owned(); 10]), "{:?}", tags(&place));
}
