//! Exchanges as data: one file holds the settings, a request, its answer and what must come of them. The form is described
//! in `tests/exchanges/README.md`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The token of cases that give none.
const TOKEN: &str = r#"{"oid":"a0000000-0000-4000-8000-000000000001","upn":"anna@contoso.com"}"#;

/// One case file.
pub struct Case {
    path: PathBuf,
    head: String,
    /// The sections that are given, as they stand in the file.
    given: Vec<(String, String)>,
    /// The settings document.
    pub settings: String,
    expected: String,
}

/// A header field: name and value.
pub type Field = (String, String);

/// One side of an exchange.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// What stands in lines that begin with `@`: the word, and what follows it.
    notes: Vec<(String, String)>,
    /// The first line.
    pub line: String,
    /// The header fields.
    pub fields: Vec<Field>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the body is all there.
    pub whole: bool,
}

impl Message {
    /// What a note says, or else `otherwise`. A note that says nothing is none at all.
    pub fn note(&self, word: &str, otherwise: &str) -> Option<String> {
        let given = self.notes.iter().find(|(note, _)| note == word).map_or(otherwise, |(_, rest)| rest);
        (!given.is_empty()).then(|| given.to_owned())
    }
}

/// Every case, in the order of their names. A file that is none is an error.
pub fn all() -> Vec<Case> {
    let folder = folder();
    let common = std::fs::read_to_string(folder.join("settings.json")).expect("reads the common settings");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("reads the folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| !path.ends_with("settings.json") && !path.ends_with("README.md"));
    paths.sort();
    let cases: Vec<Case> = paths.into_iter().map(|path| Case::read(path, &common)).collect();
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    cases
}

fn folder() -> PathBuf {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("tests/exchanges"));
    folders.into_iter().find(|folder| folder.join("settings.json").is_file()).expect("tests/exchanges stands at the root of the project")
}

impl Case {
    fn read(path: PathBuf, common: &str) -> Self {
        assert!(path.extension().is_some_and(|extension| extension == "case"), "{} is no .case file, so nothing runs it", path.display());
        let text = std::fs::read_to_string(&path).expect("reads the case");
        let mut sections = text.split("\n== ");
        let head = sections.next().expect("a title").trim_end().to_owned();
        assert!(!head.is_empty(), "{} has no title", path.display());
        let (mut given, mut expected) = (Vec::new(), String::new());
        for section in sections {
            let (name, body) = section.split_once('\n').unwrap_or((section, ""));
            match name.trim() {
                "settings" | "request" | "response" | "csdl" => {
                    let end = if body.ends_with('\n') { "" } else { "\n" };
                    given.push((name.trim().to_owned(), format!("{body}{end}")));
                }
                "events" | "unknown" | "settings-errors" | "names" | "metadata-error" => {
                    writeln!(expected, "== {}", name.trim()).expect("writes");
                    expected.push_str(body);
                    if !body.is_empty() && !body.ends_with('\n') {
                        expected.push('\n');
                    }
                }
                other => panic!("{}: there is no section '{other}'", path.display()),
            }
        }
        let settings = given.iter().find(|(name, _)| name == "settings").map_or(common, |(_, body)| body).to_owned();
        Self { path, head, given, settings, expected }
    }

    /// File name, for messages.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The `$metadata` document, where the case is about one.
    pub fn csdl(&self) -> Option<&str> {
        self.given.iter().find(|(name, _)| name == "csdl").map(|(_, body)| &**body)
    }

    /// The request; its token is that of the common user where it has none.
    pub fn request(&self) -> Message {
        let mut message = self.message("request").unwrap_or_else(|| panic!("{} has no request", self.path.display()));
        let is_token = |(name, _): &Field| name.eq_ignore_ascii_case("Authorization");
        if !message.fields.iter().any(is_token) && !message.notes.iter().any(|(word, _)| word == "anonymous") {
            message.fields.push(("Authorization".to_owned(), format!("Bearer {TOKEN}")));
        }
        for (_, value) in message.fields.iter_mut().filter(|field| is_token(field)) {
            if let Some(claims) = value.strip_prefix("Bearer ").filter(|claims| claims.starts_with('{')) {
                *value = format!("Bearer e30.{}.c2lnbmF0dXJl", base64url(claims.as_bytes()));
            }
        }
        message
    }

    /// The answer, where the case has one.
    pub fn response(&self) -> Option<Message> {
        self.message("response")
    }

    fn message(&self, section: &str) -> Option<Message> {
        let text = &self.given.iter().find(|(name, _)| name == section)?.1;
        let (mut message, mut rest) = (Message { whole: true, ..Message::default() }, &**text);
        while let Some((line, after)) = rest.split_once('\n') {
            rest = after;
            if let Some(note) = line.strip_prefix('@') {
                let (word, value) = note.split_once(' ').unwrap_or((note, ""));
                message.notes.push((word.to_owned(), value.to_owned()));
            } else if line.is_empty() {
                break;
            } else if message.line.is_empty() {
                message.line = line.to_owned();
            } else {
                let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{}: {line:?} is no header field", self.path.display()));
                message.fields.push((name.to_owned(), value.to_owned()));
            }
        }
        assert!(!message.line.is_empty(), "{}: the {section} has no first line", self.path.display());
        let noted = |word: &str| message.notes.iter().any(|(note, _)| note == word);
        let multipart =
            message.fields.iter().any(|(name, value)| name.eq_ignore_ascii_case("Content-Type") && value.starts_with("multipart/"));
        message.whole = !noted("cut");
        message.body = if noted("hex") {
            let digits: Vec<u8> = rest.bytes().filter(u8::is_ascii_hexdigit).collect();
            digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16).expect("digits")).collect()
        } else if multipart && !noted("lf") {
            rest.replace('\n', "\r\n").into_bytes()
        } else {
            rest.strip_suffix('\n').unwrap_or(rest).as_bytes().to_vec()
        };
        Some(message)
    }

    /// Compares what came with what the file expects; with `ACTLOG_OVERWRITE=1` writes it there instead.
    pub fn check(&self, found: &str) {
        if std::env::var_os("ACTLOG_OVERWRITE").is_some_and(|value| value == "1") {
            let given: String =
                self.given.iter().map(|(name, body)| format!("== {name}\n{}\n", body.strip_suffix('\n').unwrap_or(body))).collect();
            std::fs::write(&self.path, format!("{}\n\n{given}{found}", self.head)).expect("writes the case");
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

/// The sections `events` and `unknown`. A finding is its part, kind, place, explanation, and whether an event may be missing.
pub fn shown<'f>(events: &str, findings: impl Iterator<Item = (u32, &'f str, &'f str, &'f str, bool)>) -> String {
    let mut text = format!("== events\n{events}== unknown\n");
    for (part, kind, place, explanation, missing) in findings {
        let place = if place.is_empty() { "all" } else { place };
        let missing = if missing { " (an event may be missing)" } else { "" };
        writeln!(text, "{part} {kind} at {place}: {explanation}{missing}").expect("writes");
    }
    text
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0u32, |word, (at, &byte)| word | u32::from(byte) << (16 - 8 * at));
        for place in 0..=chunk.len() {
            out.push(char::from(LETTERS[(word >> (18 - 6 * place) & 63) as usize]));
        }
    }
    out
}
