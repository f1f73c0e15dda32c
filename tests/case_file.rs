//! Cases as data: one file holds the settings, the events and what must come of them, so that anyone can add one.
//!
//! A case file has a title, whatever explanation it needs, and sections:
//!
//! ```text
//! Reads are left out when Start Read Auditing is off
//!
//! == settings
//! { "auditing": { "read": false } }
//! == events
//! {"Message":"Retrieve","OrganizationId":"…"}
//! == outcome
//! read 1, recorded 0, records 0
//! excluded 1 × read-auditing-off: Retrieve of account
//! == records
//! ```
//!
//! `== settings` may be missing; `== settings-errors` takes the place of the last two where the settings are refused.
//! With `ACTLOG_OVERWRITE=1` the expectations are written anew, and the change shows in the diff.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One case file.
pub struct Case {
    path: PathBuf,
    head: String,
    /// The settings document; empty for the defaults.
    pub settings: String,
    /// The events, NDJSON.
    pub events: String,
    expected: String,
}

/// Every case, in the order of their names. A folder without cases, or a file that is none, is an error.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/cases")).find(|folder| folder.is_dir());
    let folder = folder.expect("tests/cases stands at the root of the project");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("reads the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let cases: Vec<Case> = paths.into_iter().map(Case::read).collect();
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    cases
}

impl Case {
    fn read(path: PathBuf) -> Self {
        assert!(path.extension().is_some_and(|extension| extension == "case"), "{} is no .case file, so nothing runs it", path.display());
        let text = std::fs::read_to_string(&path).expect("reads the case");
        let mut sections = text.split("\n== ");
        let head = sections.next().expect("a title").trim_end().to_owned();
        assert!(!head.is_empty(), "{} has no title", path.display());
        let (mut settings, mut events, mut expected) = (String::new(), String::new(), String::new());
        for section in sections {
            let (name, body) = section.split_once('\n').unwrap_or((section, ""));
            match name.trim() {
                "settings" => settings = body.trim().to_owned(),
                "events" => events = format!("{}\n", body.trim_end_matches('\n')),
                "outcome" | "records" | "settings-errors" => {
                    writeln!(expected, "== {}", name.trim()).expect("writes");
                    expected.push_str(body);
                    if !body.is_empty() && !body.ends_with('\n') {
                        expected.push('\n');
                    }
                }
                other => panic!("{}: there is no section '{other}'", path.display()),
            }
        }
        assert!(!events.is_empty(), "{} has no events", path.display());
        Self { path, head, settings, events, expected }
    }

    /// File name, for messages.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Compares what came with what the file expects; with `ACTLOG_OVERWRITE=1` writes it there instead.
    pub fn check(&self, found: &str) {
        if std::env::var_os("ACTLOG_OVERWRITE").is_some() {
            let settings = if self.settings.is_empty() { String::new() } else { format!("== settings\n{}\n", self.settings) };
            let text = format!("{}\n\n{settings}== events\n{}{found}", self.head, self.events);
            std::fs::write(&self.path, text).expect("writes the case");
            return;
        }
        assert!(
            self.expected == found,
            "{}\n{}\n--- expected\n{}\n--- found\n{found}\n(ACTLOG_OVERWRITE=1 writes the expectations anew)",
            self.path.display(),
            self.head,
            self.expected
        );
    }
}

/// How an outcome stands in a case file.
pub struct Shown {
    /// The counts `read`, `recorded` and `parts`.
    pub counts: [u32; 3],
    /// Reason, message, entity and count of what was excluded.
    pub excluded: Vec<(&'static str, String, String, u32)>,
    /// Index, reason, place and offset of what was rejected.
    pub rejected: Vec<(u32, &'static str, String, u64)>,
    /// The records.
    pub records: String,
}

impl Shown {
    /// The sections `outcome` and `records`.
    pub fn text(&self) -> String {
        let [read, recorded, parts] = self.counts;
        let mut text = format!("== outcome\nread {read}, recorded {recorded}, records {parts}\n");
        for (reason, message, entity, count) in &self.excluded {
            let entity = if entity.is_empty() { "no entity" } else { entity };
            writeln!(text, "excluded {count} × {reason}: {message} of {entity}").expect("writes");
        }
        for (index, reason, place, offset) in &self.rejected {
            let place = if place.is_empty() { "the event" } else { place };
            writeln!(text, "rejected event {index}: {reason} at {place}, byte {offset}").expect("writes");
        }
        text.push_str("== records\n");
        text.push_str(&self.records);
        text
    }
}

/// The section `settings-errors`.
pub fn settings_errors<'e>(errors: impl Iterator<Item = (&'e str, &'e str)>) -> String {
    let mut text = "== settings-errors\n".to_owned();
    for (path, explanation) in errors {
        writeln!(text, "{path}: {explanation}").expect("writes");
    }
    text
}
