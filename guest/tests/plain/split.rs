//! Cutting a record that is over the limit: what may be large is packed into parts, front to back.

use uuid::Uuid;

use super::event::{Field, SdkEvent};
use super::record::{Record, join, part_id, unique};

/// The most bytes of a record ("Known issues": the 3 KB limit).
pub const LIMIT: usize = 3_072;

/// Bytes of `,"Part":…,"PartCount":…}` with numbers of ten digits.
const NUMBERS: usize = 42;
/// What a column costs in a record beside its content.
const QUERY: usize = r#","Query":"""#.len();
const RESULTS: usize = r#","QueryResults":"""#.len();
const FIELDS: usize = r#","Fields":"[]""#.len();
/// Less room than this is not worth beginning a text in.
const WORTH: usize = 64;

/// What one part holds of the large columns.
#[derive(Default)]
struct Part<'e> {
    query: Option<&'e str>,
    ids: Option<Vec<Uuid>>,
    fields: Option<Vec<String>>,
}

/// Parts that are being filled.
struct Packer<'e> {
    /// Bytes for content in an empty part.
    empty: usize,
    /// Bytes left in the last part.
    left: usize,
    parts: Vec<Part<'e>>,
}

/// Writes a record as parts and gives their number.
pub fn split<'e>(mut record: Record<'e>, event: &'e SdkEvent, event_id: &str, out: &mut Vec<u8>) -> Result<u32, serde_json::Error> {
    let query = record.query.take();
    (record.query_results, record.fields) = (None, None);
    let head = serde_json::to_string(&record)?.len() - r#","Part":1,"PartCount":1"#.len();
    let empty = LIMIT.saturating_sub(head + NUMBERS);
    let mut packer = Packer { empty, left: empty, parts: vec![Part::default()] };
    if let Some(query) = query {
        packer.query(query);
    }
    if let Some(ids) = &event.query_results {
        packer.ids(&unique(ids));
    }
    if let Some(fields) = &event.fields {
        packer.fields(fields)?;
    }
    let count = packer.parts.len() as u32;
    for (number, part) in (1..).zip(&packer.parts) {
        record.id = part_id(event, event_id, number);
        record.query = part.query;
        record.query_results = part.ids.as_deref().map(join);
        record.fields = part.fields.as_ref().map(|fields| format!("[{}]", fields.join(",")));
        record.part = number;
        record.part_count = count;
        serde_json::to_writer(&mut *out, &record)?;
        out.push(b'\n');
    }
    Ok(count)
}

impl<'e> Packer<'e> {
    /// The part being filled, after beginning a new one if this one has less than `least` bytes left.
    fn part_with(&mut self, least: usize) -> &mut Part<'e> {
        if self.left < least && self.left < self.empty {
            self.parts.push(Part::default());
            self.left = self.empty;
        }
        self.parts.last_mut().expect("there is always a part")
    }

    fn query(&mut self, query: &'e str) {
        let mut rest = query;
        loop {
            self.part_with(QUERY + WORTH.min(escaped(rest)));
            let (piece, cost) = front(rest, self.left.saturating_sub(QUERY), escaped_char);
            self.left = self.left.saturating_sub(QUERY + cost);
            self.part_with(0).query = Some(piece);
            rest = &rest[piece.len()..];
            if rest.is_empty() {
                return;
            }
            // The column is full; whatever comes goes into a new part.
            self.left = 0;
        }
    }

    fn ids(&mut self, ids: &[Uuid]) {
        let mut rest = ids;
        loop {
            self.part_with(RESULTS + if ids.is_empty() { 0 } else { 36 });
            let count = ((self.left.saturating_sub(RESULTS) + 2) / 38).max(1).min(rest.len());
            let (now, later) = rest.split_at(count);
            self.left = self.left.saturating_sub(RESULTS + (count * 38).saturating_sub(2));
            self.part_with(0).ids = Some(now.to_vec());
            rest = later;
            if rest.is_empty() {
                return;
            }
            self.left = 0;
        }
    }

    fn fields(&mut self, fields: &[Field]) -> Result<(), serde_json::Error> {
        if fields.is_empty() {
            self.part_with(FIELDS).fields = Some(Vec::new());
        }
        for field in fields {
            let json = serde_json::to_string(field)?;
            let len = escaped(&json);
            if FIELDS + len > self.empty {
                self.cut_field(field)?;
            } else {
                let begun = self.part_with(0).fields.is_some();
                let cost = if begun { 1 + len } else { FIELDS + len };
                let same = cost <= self.left;
                self.part_with(cost).fields.get_or_insert_default().push(json);
                self.left -= if same { cost } else { FIELDS + len };
            }
        }
        Ok(())
    }

    /// A value that no part can hold goes on from part to part: a string as pieces of its text, any other as pieces of
    /// its JSON.
    fn cut_field(&mut self, field: &Field) -> Result<(), serde_json::Error> {
        let (text, carry) = match serde_json::from_str::<String>(field.value.get()) {
            Ok(text) => (text, "text"),
            Err(_) => (field.value.get().to_owned(), "json"),
        };
        let name = serde_json::to_string(&field.name)?;
        let frame = escaped(&name) + escaped(r#",{"Name":,"Value":"","Continues":""}"#) + carry.len();
        let mut rest = text.as_str();
        loop {
            let begun = self.part_with(0).fields.is_some();
            let least = frame + WORTH + if begun { 0 } else { FIELDS };
            let fields = self.part_with(least).fields.get_or_insert_default();
            let column = if fields.is_empty() { FIELDS } else { 0 };
            let room = self.left.saturating_sub(column + frame);
            let (piece, cost) = front(rest, room, escaped_twice);
            rest = &rest[piece.len()..];
            self.left = self.left.saturating_sub(column + frame + cost);
            let value = serde_json::to_string(piece)?;
            let json = match rest.is_empty() {
                true => format!(r#"{{"Name":{name},"Value":{value}}}"#),
                false => format!(r#"{{"Name":{name},"Value":{value},"Continues":"{carry}"}}"#),
            };
            self.part_with(0).fields.get_or_insert_default().push(json);
            if rest.is_empty() {
                return Ok(());
            }
            self.left = 0;
        }
    }
}

/// The longest front of `text` that costs at most `room`, at least one character, and what it costs.
fn front(text: &str, room: usize, cost_of: impl Fn(char) -> usize) -> (&str, usize) {
    let mut cost = 0;
    for (at, character) in text.char_indices() {
        let more = cost_of(character);
        if at > 0 && cost + more > room {
            return (&text[..at], cost);
        }
        cost += more;
    }
    (text, cost)
}

/// Bytes of `text` inside a JSON string.
fn escaped(text: &str) -> usize {
    text.chars().map(escaped_char).sum()
}

/// Bytes of a character inside a JSON string.
fn escaped_char(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => character.len_utf8(),
    }
}

/// Bytes of a character inside a JSON string that is itself inside a JSON string.
fn escaped_twice(character: char) -> usize {
    match character {
        '"' | '\\' => 4,
        '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 3,
        '\0'..='\u{1f}' => 7,
        _ => character.len_utf8(),
    }
}
