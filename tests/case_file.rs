//! Cases as data: one file holds what is given and what must come of it, so that anyone can add one.
//!
//! A case file has a title, whatever explanation it needs, and sections; `tests/cases/README.md` is the format to the byte.
//! A case of the filter:
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
//! `== settings` may be missing; `== settings-errors` takes the place of the last two where the settings are refused. Where
//! joining the records does not give the same bytes again, `== joined` has what it gives, or `== join-error` why it fails.
//! A case of join has `== parts` in place of settings and events, and one of those two.
//! With `ACTLOG_OVERWRITE=1` the expectations are written anew, and the change shows in the diff.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The format, which stands beside the cases.
const FORMAT: &str = "README.md";

/// One case file.
pub struct Case {
    path: PathBuf,
    head: String,
    /// What the case is about.
    pub given: Given,
    expected: String,
}

/// What stands before the expectations.
pub enum Given {
    /// Events for the filter.
    Filter {
        /// The settings document; empty for the defaults.
        settings: String,
        /// The events, NDJSON.
        events: String,
    },
    /// Records to join, NDJSON.
    Join(String),
}

impl Given {
    fn text(&self) -> String {
        match self {
            Given::Filter { settings, events } if settings.is_empty() => format!("== events\n{events}"),
            Given::Filter { settings, events } => format!("== settings\n{settings}\n== events\n{events}"),
            Given::Join(parts) => format!("== parts\n{parts}"),
        }
    }
}

/// Every case, in the order of their names. A folder without cases, or a file that is none, is an error.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/cases")).find(|folder| folder.is_dir());
    let folder = folder.expect("tests/cases stands at the root of the project");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("reads the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.file_name().is_none_or(|name| name != FORMAT));
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
        let (mut settings, mut events, mut parts, mut expected) = (None, None, None, String::new());
        for section in sections {
            let (name, body) = section.split_once('\n').unwrap_or((section, ""));
            match name.trim() {
                "settings" => settings = Some(body.trim().to_owned()),
                "events" => events = Some(format!("{}\n", body.trim_end_matches('\n'))),
                "parts" => parts = Some(format!("{}\n", body.trim_end_matches('\n'))),
                "outcome" | "records" | "settings-errors" | "joined" | "join-error" => {
                    writeln!(expected, "== {}", name.trim()).expect("writes");
                    expected.push_str(body);
                    if !body.is_empty() && !body.ends_with('\n') {
                        expected.push('\n');
                    }
                }
                other => panic!("{}: there is no section '{other}'", path.display()),
            }
        }
        let given = match (settings, events, parts) {
            (settings, Some(events), None) => Given::Filter { settings: settings.unwrap_or_default(), events },
            (None, None, Some(parts)) => Given::Join(parts),
            _ => panic!("{} has either events, with settings or without, or parts", path.display()),
        };
        Self { path, head, given, expected }
    }

    /// File name, for messages.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Compares what came with what the file expects; with `ACTLOG_OVERWRITE=1` writes it there instead.
    pub fn check(&self, found: &str) {
        if std::env::var_os("ACTLOG_OVERWRITE").is_some() {
            let text = format!("{}\n\n{}{found}", self.head, self.given.text());
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
    /// What join makes of the records.
    pub joined: Result<String, JoinFailure>,
}

/// How a failure of join stands in a case file.
pub enum JoinFailure {
    /// CorrelationId, the numbers that are missing, PartCount.
    MissingParts(String, Vec<u32>, u32),
    /// Line and explanation.
    NotARecord(u32, String),
    /// Line and explanation.
    Conflict(u32, String),
}

impl Shown {
    /// The sections `outcome` and `records`, and what join makes of them where that is not the same again.
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
        if self.joined.as_ref().ok() != Some(&self.records) {
            text.push_str(&joined(&self.joined));
        }
        text
    }
}

/// The section `joined` or `join-error`.
pub fn joined(joined: &Result<String, JoinFailure>) -> String {
    match joined {
        Ok(records) => format!("== joined\n{records}"),
        Err(JoinFailure::MissingParts(correlation_id, missing, count)) => {
            let missing: Vec<String> = missing.iter().map(u32::to_string).collect();
            format!("== join-error\nmissing-parts {correlation_id}: {} of {count}\n", missing.join(", "))
        }
        Err(JoinFailure::NotARecord(line, explanation)) => format!("== join-error\nnot-a-record line {line}: {explanation}\n"),
        Err(JoinFailure::Conflict(line, explanation)) => format!("== join-error\nconflict line {line}: {explanation}\n"),
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
