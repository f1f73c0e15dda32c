//! Split: cuts a record that is over the limit into parts, each a whole and valid record.
//!
//! Ids in QueryResults are never cut, repeated or lost. Fields stays valid JSON in every part: a value that is larger
//! than a part goes on in the next under the same name, and each piece but the last says so with `Continues`.
//! [`crate::join`] undoes all of it.

use crate::guid::{GUID_LEN, Guid};
use crate::json::write::{self, Level};
use crate::json::{Reader, Value};
use crate::parts::{self, Carry, Entry, ID_SEPARATOR, LIMIT, Role};
use crate::record::RESULT_LEN;

/// The most bytes that the head may have, so that every part has room for what flows.
const HEAD: usize = 1_536;

/// Bytes kept for `,"Part":…,"PartCount":…}` with numbers of ten digits.
const NUMBERS: usize = 42;

/// A piece of text smaller than this is not worth beginning: the next part has more room.
const WORTH: usize = 64;

/// Cuts the record that stands in `out` from byte `from` to its end, without a line feed, when it is over the limit, and
/// ends every record with a line feed. Gives the number of records. `id_of` gives the id of a part, from 2.
pub fn split(out: &mut String, from: usize, id_of: impl FnMut(u32) -> Guid) -> u32 {
    if out.len() - from <= LIMIT {
        out.push('\n');
        return 1;
    }
    let source = out.split_off(from);
    let mut entries = Vec::new();
    if parts::entries(&source, &mut entries).is_err() {
        // We rendered it, so it reads back. Were it not so, the whole record is better than none.
        debug_assert!(false, "a rendered record reads back");
        out.push_str(&source);
        out.push('\n');
        return 1;
    }
    cut(&entries, out, id_of)
}

fn cut(entries: &[Entry<'_>], out: &mut String, mut id_of: impl FnMut(u32) -> Guid) -> u32 {
    let (head, spread) = head(entries);
    let head_len: usize = 1 + head.iter().map(Entry::cost).sum::<usize>() + spread_len(&spread);
    let mut flows: Vec<Flow<'_>> = entries.iter().filter_map(|entry| Flow::of(entry, &spread)).collect();
    let mut plan = Plan::new(LIMIT.saturating_sub(head_len + NUMBERS));
    for (position, flow) in flows.iter_mut().enumerate() {
        flow.plan(position, &mut plan);
    }

    let count = plan.parts();
    let mut pieces = plan.pieces.iter().peekable();
    for part in 1..=count {
        let begin = out.len();
        for (position, entry) in head.iter().enumerate() {
            out.push(if position == 0 { '{' } else { ',' });
            entry.write_key(out);
            if entry.key == "Id" && part > 1 {
                out.push('"');
                id_of(part).write(out);
                out.push('"');
            } else {
                out.push_str(entry.raw);
            }
        }
        write_spread(&spread, out);
        while let Some(first) = pieces.next_if(|piece| piece.part == part) {
            let flow = &flows[first.flow];
            flow.open(out);
            flow.write(first, true, out);
            while let Some(next) = pieces.next_if(|piece| piece.part == part && piece.flow == first.flow) {
                flow.write(next, false, out);
            }
            flow.close(out);
        }
        for (key, number) in [(",\"Part\":", part), (",\"PartCount\":", count)] {
            out.push_str(key);
            write::number(out, u64::from(number));
        }
        out.push('}');
        debug_assert!(out.len() - begin <= LIMIT, "a part of {} bytes", out.len() - begin);
        out.push('\n');
    }
    count
}

/// The columns that stand in every part, and the names of the texts that flow because the head were too large.
fn head<'a>(entries: &[Entry<'a>]) -> (Vec<Entry<'a>>, Vec<&'a str>) {
    let mut head: Vec<Entry<'a>> =
        entries.iter().copied().filter(|entry| matches!(parts::role(entry.key), Role::Id | Role::Head | Role::Text)).collect();
    let mut spread = Vec::new();
    loop {
        let len: usize = 1 + head.iter().map(Entry::cost).sum::<usize>() + spread_len(&spread);
        if len <= HEAD {
            break;
        }
        let texts = head.iter().enumerate().filter(|(_, entry)| parts::role(entry.key) == Role::Text);
        // The longest; of equally long ones the first.
        let Some((position, _)) = texts.max_by_key(|&(position, entry)| (entry.raw.len(), usize::MAX - position)) else { break };
        spread.push(head.remove(position).key);
    }
    spread.sort_by_key(|key| entries.iter().position(|entry| entry.key == *key));
    (head, spread)
}

fn spread_len(spread: &[&str]) -> usize {
    if spread.is_empty() { 0 } else { r#","Spread":"""#.len() + spread.iter().map(|key| key.len() + ID_SEPARATOR.len()).sum::<usize>() }
}

fn write_spread(spread: &[&str], out: &mut String) {
    if !spread.is_empty() {
        out.push_str(r#","Spread":""#);
        out.push_str(&spread.join(ID_SEPARATOR));
        out.push('"');
    }
}

/// Which piece of which flow stands in which part.
struct Plan {
    /// Bytes for flows in a part that holds nothing yet.
    fresh: usize,
    /// Bytes left in the part being filled.
    left: usize,
    part: u32,
    pieces: Vec<Piece>,
}

/// A piece of a flow: what it means is the flow's affair.
struct Piece {
    part: u32,
    flow: usize,
    range: std::ops::Range<usize>,
    /// For fields: the value that is cut, and whether this is its last piece.
    cut: Option<Cut>,
}

/// One piece of a value that is cut.
#[derive(Clone, Copy)]
struct Cut {
    /// Which of the values that are cut.
    value: usize,
    /// Whether no more of it follows.
    last: bool,
}

impl Plan {
    fn new(fresh: usize) -> Self {
        Self { fresh, left: fresh, part: 1, pieces: Vec::new() }
    }

    fn parts(&self) -> u32 {
        self.part
    }

    fn is_fresh(&self) -> bool {
        self.left == self.fresh
    }

    fn next_part(&mut self) {
        self.part += 1;
        self.left = self.fresh;
    }

    /// Bytes that `flow` has in this part for its content, `overhead` for its key counted off unless it stands there
    /// already. None where not even the key has room.
    fn room(&self, flow: usize, overhead: usize) -> Option<usize> {
        self.left.checked_sub(if self.holds(flow) { 0 } else { overhead })
    }

    /// The room of `flow`, in a new part where this one has less than `least`.
    fn room_or_next(&mut self, flow: usize, overhead: usize, least: usize) -> usize {
        match self.room(flow, overhead) {
            Some(room) if room >= least => room,
            _ if self.is_fresh() => self.room(flow, overhead).unwrap_or_default(),
            _ => {
                self.next_part();
                self.room(flow, overhead).unwrap_or_default()
            }
        }
    }

    fn holds(&self, flow: usize) -> bool {
        self.pieces.last().is_some_and(|piece| piece.part == self.part && piece.flow == flow)
    }

    fn put(&mut self, flow: usize, overhead: usize, len: usize, range: std::ops::Range<usize>, cut: Option<Cut>) {
        let cost = if self.holds(flow) { len } else { overhead + len };
        self.left = self.left.saturating_sub(cost);
        self.pieces.push(Piece { part: self.part, flow, range, cut });
    }
}

/// A column that goes on from part to part.
enum Flow<'a> {
    Text { key: &'a str, raw: &'a str },
    Results { raw: &'a str },
    Fields(FieldsFlow),
}

impl<'a> Flow<'a> {
    fn of(entry: &Entry<'a>, spread: &[&str]) -> Option<Self> {
        match (parts::role(entry.key), entry.value) {
            (Role::Query, Value::Text(text)) => Some(Flow::Text { key: entry.key, raw: text.as_raw() }),
            (Role::Text, Value::Text(text)) if spread.contains(&entry.key) => Some(Flow::Text { key: entry.key, raw: text.as_raw() }),
            (Role::Results, Value::Text(text)) => Some(Flow::Results { raw: text.as_raw() }),
            (Role::Fields, Value::Text(text)) => Some(Flow::Fields(FieldsFlow::read(text.decode().into_owned(), Level::Nested))),
            (Role::Fields, Value::Array(raw)) => Some(Flow::Fields(FieldsFlow::read(raw.to_owned(), Level::Record))),
            _ => None,
        }
    }

    fn plan(&mut self, flow: usize, plan: &mut Plan) {
        match self {
            Flow::Text { key, raw } => plan_text(flow, key, raw, plan),
            Flow::Results { raw } => plan_results(flow, raw, plan),
            Flow::Fields(fields) => fields.plan(flow, plan),
        }
    }

    fn open(&self, out: &mut String) {
        match self {
            Flow::Text { key, .. } => {
                for piece in [",\"", key, "\":\""] {
                    out.push_str(piece);
                }
            }
            Flow::Results { .. } => out.push_str(r#","QueryResults":""#),
            Flow::Fields(fields) => out.push_str(match fields.level {
                Level::Record => r#","Fields":["#,
                Level::Nested => r#","Fields":"["#,
            }),
        }
    }

    fn write(&self, piece: &Piece, first: bool, out: &mut String) {
        match self {
            Flow::Text { raw, .. } | Flow::Results { raw } => out.push_str(&raw[piece.range.clone()]),
            Flow::Fields(fields) => fields.write(piece, first, out),
        }
    }

    fn close(&self, out: &mut String) {
        out.push_str(match self {
            Flow::Text { .. } | Flow::Results { .. } => "\"",
            Flow::Fields(FieldsFlow { level: Level::Record, .. }) => "]",
            Flow::Fields(FieldsFlow { level: Level::Nested, .. }) => "]\"",
        });
    }
}

fn plan_text(flow: usize, key: &str, raw: &str, plan: &mut Plan) {
    let overhead = key.len() + r#","":"""#.len();
    let mut from = 0;
    loop {
        let rest = &raw[from..];
        let room = plan.room_or_next(flow, overhead, WORTH.min(rest.len()));
        let len = whole_escapes(rest, room);
        plan.put(flow, overhead, len, from..from + len, None);
        from += len;
        if from == raw.len() {
            return;
        }
        plan.next_part();
    }
}

fn plan_results(flow: usize, raw: &str, plan: &mut Plan) {
    let overhead = r#","QueryResults":"""#.len();
    let mut from = 0;
    loop {
        let room = plan.room_or_next(flow, overhead, GUID_LEN.min(raw.len()));
        let ids = (room + ID_SEPARATOR.len()) / RESULT_LEN;
        let end = raw.len().min(from + (ids * RESULT_LEN).saturating_sub(ID_SEPARATOR.len()));
        plan.put(flow, overhead, end - from, from..end, None);
        if end == raw.len() {
            return;
        }
        from = end + ID_SEPARATOR.len();
        plan.next_part();
    }
}

/// The longest front of `raw`, text in JSON's escaped form, that has at most `room` bytes and cuts neither an escape nor
/// a character. At least one of them, so that there is always progress.
fn whole_escapes(raw: &str, room: usize) -> usize {
    if raw.len() <= room {
        return raw.len();
    }
    let bytes = raw.as_bytes();
    let mut end = 0;
    while end < raw.len() {
        let step = match (bytes[end], bytes.get(end + 1)) {
            (b'\\', Some(b'u')) => 6,
            (b'\\', _) => 2,
            (0..0x80, _) => 1,
            (0x80..0xe0, _) => 2,
            (0xe0..0xf0, _) => 3,
            _ => 4,
        };
        if end > 0 && end + step > room {
            break;
        }
        end += step;
    }
    end.min(raw.len())
}

/// Fields: the inner JSON, where its elements stand in it, and the text of the values that are cut.
struct FieldsFlow {
    level: Level,
    inner: String,
    elements: Vec<Element>,
    cut: Vec<CutValue>,
}

/// A value that no part can hold.
struct CutValue {
    /// The name in the inner JSON, in quotes.
    name: std::ops::Range<usize>,
    carry: Carry,
    /// Of a string what it says, of anything else its JSON.
    text: String,
}

struct Element {
    /// The whole element in `inner`.
    span: std::ops::Range<usize>,
    /// Its name, in quotes.
    name: std::ops::Range<usize>,
    /// Its value.
    value: std::ops::Range<usize>,
}

impl FieldsFlow {
    fn read(inner: String, level: Level) -> Self {
        let mut elements = Vec::new();
        let mut reader = Reader::new(&inner);
        let read = reader.array(|_, reader| {
            reader.peek();
            let mut element = Element { span: reader.offset()..0, name: 0..0, value: 0..0 };
            reader.object(|key, reader| {
                reader.peek();
                let from = reader.offset();
                reader.skip()?;
                match key.as_plain() {
                    Some("Name") => element.name = from..reader.offset(),
                    _ => element.value = from..reader.offset(),
                }
                Ok(())
            })?;
            element.span.end = reader.offset();
            elements.push(element);
            Ok(())
        });
        debug_assert!(read.is_ok(), "rendered fields read back");
        Self { level, inner, elements, cut: Vec::new() }
    }

    /// Bytes that text of the inner JSON takes in the record.
    fn len(&self, text: &str) -> usize {
        match self.level {
            Level::Record => text.len(),
            Level::Nested => text.chars().map(|character| write::escaped_len(character, Level::Record)).sum(),
        }
    }

    fn push(&self, text: &str, out: &mut String) {
        match self.level {
            Level::Record => out.push_str(text),
            Level::Nested => write::escaped(out, text, Level::Record),
        }
    }

    fn plan(&mut self, flow: usize, plan: &mut Plan) {
        let overhead = match self.level {
            Level::Record => r#","Fields":[]"#.len(),
            Level::Nested => r#","Fields":"[]""#.len(),
        };
        if self.elements.is_empty() {
            plan.room_or_next(flow, overhead, 0);
            plan.put(flow, overhead, 0, 0..0, None);
        }
        for element in std::mem::take(&mut self.elements) {
            let len = self.len(&self.inner[element.span.clone()]);
            let comma = usize::from(plan.holds(flow));
            if plan.room(flow, overhead).is_some_and(|room| comma + len <= room) {
                plan.put(flow, overhead, comma + len, element.span, None);
            } else if overhead + len <= plan.fresh {
                plan.next_part();
                plan.put(flow, overhead, len, element.span, None);
            } else {
                self.plan_cut(flow, overhead, element, plan);
            }
        }
    }

    fn plan_cut(&mut self, flow: usize, overhead: usize, element: Element, plan: &mut Plan) {
        let (carry, text) = match Reader::new(&self.inner[element.value.clone()]).value() {
            Ok(Value::Text(text)) => (Carry::Text, text.decode().into_owned()),
            _ => (Carry::Json, self.inner[element.value.clone()].to_owned()),
        };
        let frame = self.len(&self.inner[element.name.clone()]) + self.len(r#",{"Name":,"Value":"","Continues":""}"#) + carry.name().len();
        let mut from = 0;
        loop {
            let room = plan.room_or_next(flow, overhead, frame + WORTH);
            let (end, len) = self.fit(&text, from, room.saturating_sub(frame));
            let last = end == text.len();
            plan.put(flow, overhead, frame + len, from..end, Some(Cut { value: self.cut.len(), last }));
            if last {
                break;
            }
            from = end;
            plan.next_part();
        }
        self.cut.push(CutValue { name: element.name, carry, text });
    }

    /// How far the text goes on from `from` within `room` bytes, and the bytes it takes. At least one character.
    fn fit(&self, text: &str, from: usize, room: usize) -> (usize, usize) {
        let (mut end, mut len) = (from, 0);
        for character in text[from..].chars() {
            let cost = write::escaped_len(character, self.level);
            if end > from && len + cost > room {
                break;
            }
            end += character.len_utf8();
            len += cost;
        }
        (end, len)
    }

    fn write(&self, piece: &Piece, first: bool, out: &mut String) {
        if !first {
            out.push(',');
        }
        let Some(Cut { value, last }) = piece.cut else {
            return self.push(&self.inner[piece.range.clone()], out);
        };
        let value = &self.cut[value];
        self.push(r#"{"Name":"#, out);
        self.push(&self.inner[value.name.clone()], out);
        self.push(r#","Value":""#, out);
        write::escaped(out, &value.text[piece.range.clone()], self.level);
        if !last {
            self.push(r#"","Continues":""#, out);
            self.push(value.carry.name(), out);
        }
        self.push(r#""}"#, out);
    }
}
