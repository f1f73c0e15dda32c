//! Running the program in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// An organization, as events name it.
pub const ORGANIZATION: &str = "4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4";

/// A folder in which the program runs.
pub struct Place(TempDir);

/// What the program did.
pub struct Ran {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// The program in this folder, ready to be given arguments. Machine code is kept from test to test.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_actlog"));
        command.current_dir(self.0.path()).env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR").env_remove("CLICOLOR_FORCE").env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    /// Runs the program with arguments that are split at blanks.
    pub fn run(&self, arguments: &str) -> Ran {
        Ran::from(self.command().args(arguments.split_whitespace()).output().unwrap())
    }

    /// The same, with standard input.
    pub fn feed(&self, arguments: &str, input: impl AsRef<[u8]>) -> Ran {
        let mut command = self.command();
        command.args(arguments.split_whitespace()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.as_ref().to_vec();
        // The program may end before it has read everything.
        let feeder = std::thread::spawn(move || stdin.write_all(&input));
        let ran = Ran::from(child.wait_with_output().unwrap());
        drop(feeder.join());
        ran
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self { code: output.status.code(), out: output.stdout, err: String::from_utf8(output.stderr).unwrap() }
    }
}

impl Ran {
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.err);
        self
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// The records, or whatever JSON went to standard output line by line.
    pub fn lines(&self) -> Vec<Value> {
        json_lines(self.text())
    }

    /// The summary that `--summary json` wrote.
    pub fn summary(&self) -> Value {
        serde_json::from_str(self.err.lines().last().unwrap()).unwrap()
    }

    /// Read, recorded, excluded, rejected and faulted of that summary.
    pub fn account(&self) -> [u64; 5] {
        let summary = self.summary();
        assert_eq!(summary["Balanced"], true);
        ["Read", "Recorded", "Excluded", "Rejected", "Faulted"].map(|key| summary[key].as_u64().unwrap())
    }
}

pub fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An event that is recorded; `id` tells it from others.
pub fn event(id: u32) -> String {
    format!(
        r#"{{"EventId":"00000000-0000-4000-8000-{id:012}","Message":"Retrieve","OrganizationId":"{ORGANIZATION}","EntityName":"account","EntityId":"0a0d8709-711e-e811-a952-{id:012}"}}"#
    )
}

/// An event that is excluded.
pub fn excluded() -> String {
    format!(r#"{{"Message":"WhoAmI","OrganizationId":"{ORGANIZATION}"}}"#)
}

/// `count` events that are recorded, a line each.
pub fn events(count: u32) -> String {
    (1..=count).map(|id| event(id) + "\n").collect()
}

/// Compares with a file under tests/golden, or writes it where ACTLOG_OVERWRITE is 1.
#[track_caller]
pub fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("ACTLOG_OVERWRITE").is_some_and(|value| value == "1") {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name} differs; ACTLOG_OVERWRITE=1 writes it anew. It is now:\n{text}");
}
