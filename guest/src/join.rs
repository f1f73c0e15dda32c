//! Join: puts the parts of split records together again. Undoes [`crate::split`] to the byte.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::json::write::{self, Level};
use crate::json::{Reader, Text, Value};
use crate::parts::{self, Carry, Entry, ID_SEPARATOR, Role};

/// How many missing parts an error names at most.
const NAMED: usize = 1_000;

/// Why records could not be joined (the contract's `join-error`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinError {
    /// Parts did not come.
    MissingParts {
        /// CorrelationId of the source record.
        correlation_id: String,
        /// How many parts there should be.
        part_count: u32,
        /// Numbers of those that are missing, ascending, the first thousand at most.
        missing: Vec<u32>,
    },
    /// A line is no audit record.
    NotARecord(BadLine),
    /// A part contradicts another of the same source record.
    Conflict(BadLine),
}

/// A line that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Line in the input, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub explanation: String,
}

/// Joins NDJSON of audit records in any order. A source record comes out once, at the place of its first part; one that
/// was never split comes out as it is. Parts that stand twice and are equal count once.
pub fn join(records: &[u8]) -> Result<String, JoinError> {
    let mut sources: Vec<Source<'_>> = Vec::new();
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (position, bytes) in records.split(|&byte| byte == b'\n').enumerate() {
        let line = position as u32 + 1;
        let not_a_record = |explanation: String| JoinError::NotARecord(BadLine { line, explanation });
        let text = std::str::from_utf8(bytes).map_err(|error| not_a_record(error.to_string()))?;
        if text.trim_ascii().is_empty() {
            continue;
        }
        let part = Part::read(text, line).map_err(not_a_record)?;
        match known.get(&part.source()) {
            Some(&source) => sources[source].add(part)?,
            None => {
                known.insert(part.source(), sources.len());
                sources.push(Source::new(part));
            }
        }
    }
    let mut out = String::with_capacity(records.len());
    for source in sources {
        source.write(&mut out)?;
        out.push('\n');
    }
    Ok(out)
}

/// One line of the input.
struct Part<'a> {
    line: u32,
    text: &'a str,
    entries: Vec<Entry<'a>>,
    number: u32,
    count: u32,
}

impl<'a> Part<'a> {
    fn read(text: &'a str, line: u32) -> Result<Self, String> {
        let mut part = Part { line, text, entries: Vec::new(), number: 0, count: 0 };
        parts::entries(text, &mut part.entries).map_err(|fault| fault.to_string())?;
        part.number = part.number_of("Part").ok_or("it has no Part")?;
        part.count = part.number_of("PartCount").ok_or("it has no PartCount")?;
        if part.number > part.count {
            return Err(format!("it is part {} of {}", part.number, part.count));
        }
        if part.text_of("CorrelationId").is_empty() {
            return Err("it has no CorrelationId".to_owned());
        }
        Ok(part)
    }

    /// What all parts of one source record have in common.
    fn source(&self) -> (&'a str, &'a str) {
        (self.text_of("OrganizationId"), self.text_of("CorrelationId"))
    }

    fn value(&self, key: &str) -> Option<Value<'a>> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| entry.value)
    }

    /// A whole number from 1.
    fn number_of(&self, key: &str) -> Option<u32> {
        match self.value(key) {
            Some(Value::Number(digits)) => digits.parse().ok().filter(|&number| number > 0),
            _ => None,
        }
    }

    fn text_of(&self, key: &str) -> &'a str {
        match self.value(key) {
            Some(Value::Text(text)) => text.as_raw(),
            _ => "",
        }
    }

    /// Names of the texts that go on from part to part because the head were too large.
    fn spread(&self) -> impl Iterator<Item = &'a str> {
        self.text_of("Spread").split(ID_SEPARATOR)
    }

    /// The columns that every part of a source record repeats.
    fn head(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| match parts::role(entry.key) {
            Role::Head | Role::Spread => true,
            Role::Text => !self.spread().any(|key| key == entry.key),
            _ => false,
        })
    }

    fn conflict(&self, explanation: impl Into<String>) -> JoinError {
        JoinError::Conflict(BadLine { line: self.line, explanation: explanation.into() })
    }
}

/// The parts of one source record that have come.
struct Source<'a> {
    parts: BTreeMap<u32, Part<'a>>,
    first: u32,
}

impl<'a> Source<'a> {
    fn new(part: Part<'a>) -> Self {
        Self { first: part.number, parts: BTreeMap::from([(part.number, part)]) }
    }

    fn add(&mut self, part: Part<'a>) -> Result<(), JoinError> {
        let first = &self.parts[&self.first];
        if part.count != first.count {
            return Err(part.conflict(format!("PartCount is {} here and {} on line {}", part.count, first.count, first.line)));
        }
        if !part.head().eq(first.head()) {
            return Err(part.conflict(format!("its columns differ from those of part {} on line {}", first.number, first.line)));
        }
        if let Some(other) = self.parts.get(&part.number) {
            let same = other.text.trim_ascii() == part.text.trim_ascii();
            return if same {
                Ok(())
            } else {
                Err(part.conflict(format!("part {} stands differently on line {}", part.number, other.line)))
            };
        }
        self.parts.insert(part.number, part);
        Ok(())
    }

    fn write(&self, out: &mut String) -> Result<(), JoinError> {
        let first = &self.parts[&self.first];
        if self.parts.len() as u64 != u64::from(first.count) {
            return Err(JoinError::MissingParts {
                correlation_id: first.text_of("CorrelationId").to_owned(),
                part_count: first.count,
                missing: (1..=first.count).filter(|number| !self.parts.contains_key(number)).take(NAMED).collect(),
            });
        }
        if first.count == 1 {
            out.push_str(first.text.trim_ascii());
            return Ok(());
        }
        let mut keys: Vec<&str> = Vec::new();
        for part in self.parts.values() {
            for entry in &part.entries {
                if !keys.contains(&entry.key) && parts::role(entry.key) != Role::Spread {
                    keys.push(entry.key);
                }
            }
        }
        let wire = keys.contains(&"RecordType");
        keys.sort_by_key(|key| parts::position(key, wire));
        for (position, key) in keys.into_iter().enumerate() {
            out.push_str(if position == 0 { "{\"" } else { ",\"" });
            out.push_str(key);
            out.push_str("\":");
            self.write_value(key, first, out)?;
        }
        out.push('}');
        Ok(())
    }

    fn write_value(&self, key: &str, first: &Part<'a>, out: &mut String) -> Result<(), JoinError> {
        match parts::role(key) {
            Role::Numbers => out.push('1'),
            Role::Query => self.write_text(key, "", out),
            Role::Results => self.write_text(key, ID_SEPARATOR, out),
            Role::Text if first.spread().any(|spread| spread == key) => self.write_text(key, "", out),
            Role::Fields => return self.write_fields(out),
            Role::Id | Role::Head | Role::Text | Role::Spread => {
                let entry = self.parts[&1].entries.iter().find(|entry| entry.key == key);
                out.push_str(entry.map_or("null", |entry| entry.raw));
            }
        }
        Ok(())
    }

    /// The pieces of a text one after another.
    fn write_text(&self, key: &str, separator: &str, out: &mut String) {
        out.push('"');
        let pieces = self.parts.values().filter_map(|part| match part.value(key) {
            Some(Value::Text(text)) => Some(text.as_raw()),
            _ => None,
        });
        for (position, piece) in pieces.enumerate() {
            if position > 0 {
                out.push_str(separator);
            }
            out.push_str(piece);
        }
        out.push('"');
    }

    fn write_fields(&self, out: &mut String) -> Result<(), JoinError> {
        let mut inner = Inner { text: "[".to_owned(), open: None };
        let mut level = Level::Record;
        for part in self.parts.values() {
            let read = match part.value("Fields") {
                Some(Value::Text(text)) => {
                    level = Level::Nested;
                    inner.add(&text.decode())
                }
                Some(Value::Array(raw)) => inner.add(raw),
                _ => Ok(()),
            };
            read.map_err(|fault| part.conflict(format!("its Fields do not fit: {fault}")))?;
        }
        if let Some(open) = inner.open {
            return Err(self.parts[&1].conflict(format!("the value of {} goes on, but no part brings the rest", open.name)));
        }
        inner.text.push(']');
        match level {
            Level::Record => out.push_str(&inner.text),
            Level::Nested => {
                out.push('"');
                write::escaped(out, &inner.text, Level::Record);
                out.push('"');
            }
        }
        Ok(())
    }
}

/// The fields of a source record as they come together.
struct Inner {
    text: String,
    /// The value whose next piece is awaited.
    open: Option<Open>,
}

struct Open {
    name: String,
    carry: Carry,
    value: String,
}

impl Inner {
    /// Adds the fields of the next part.
    fn add(&mut self, fields: &str) -> Result<(), Fault> {
        let mut reader = Reader::new(fields);
        reader.array(|_, reader| {
            let (mut name, mut text, mut continues) = ("null", Text::default(), None);
            reader.peek();
            let from = reader.offset();
            reader.object(|key, reader| {
                reader.peek();
                let from = reader.offset();
                let read = reader.value()?;
                let raw = fields.get(from..reader.offset()).unwrap_or_default();
                match (key.as_plain(), read) {
                    (Some("Name"), _) => name = raw,
                    (Some("Value"), Value::Text(piece)) => text = piece,
                    (Some("Value"), _) => {}
                    (Some("Continues"), Value::Text(kind)) => continues = Carry::find(&kind.decode()),
                    _ => return Err(reader.fault("a field has Name, Value and Continues only")),
                }
                Ok(())
            })?;
            match (self.open.take(), continues) {
                (Some(open), _) if open.name != name => Err(reader.fault("a value goes on under another name")),
                (Some(mut open), continues) => {
                    text.decode_into(&mut open.value);
                    if continues.is_some() {
                        self.open = Some(open);
                    } else {
                        self.close(open);
                    }
                    Ok(())
                }
                (None, Some(carry)) => {
                    self.open = Some(Open { name: name.to_owned(), carry, value: text.decode().into_owned() });
                    Ok(())
                }
                (None, None) => {
                    self.separate();
                    self.text.push_str(fields.get(from..reader.offset()).unwrap_or_default());
                    Ok(())
                }
            }
        })?;
        reader.finish()
    }

    fn close(&mut self, open: Open) {
        self.separate();
        self.text.push_str(r#"{"Name":"#);
        self.text.push_str(&open.name);
        self.text.push_str(r#","Value":"#);
        match open.carry {
            Carry::Text => {
                self.text.push('"');
                write::escaped(&mut self.text, &open.value, Level::Record);
                self.text.push('"');
            }
            Carry::Json => self.text.push_str(&open.value),
        }
        self.text.push('}');
    }

    fn separate(&mut self) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
    }
}
