//! The records that an answer brought: ids of rows, and of the rows that `$expand` put into them.

use super::body::Text;
use super::desk::Desk;
use super::finding::Kind;
use super::resource::{self, Index, Member, Set};
use crate::fault::Fault;
use crate::guid::Guid;
use crate::json::{Reader, Value};

/// How many rows may stand inside each other.
pub const MAX_NESTED: usize = 16;

/// What was found in an answer.
#[derive(Debug, Default)]
pub struct Found<'n> {
    /// Ids, in the order in which they stand there.
    pub ids: Vec<Guid>,
    /// The id of the answer itself, where the answer is one record.
    pub own: Option<Guid>,
    /// Whether there is a list `value`, though it may be empty.
    pub is_list: bool,
    /// Whether any row was met inside another.
    pub expanded: bool,
    /// The set that the answer names, where the request named none that is known.
    pub set: Option<Set<'n>>,
    /// Rows whose ids cannot be told.
    without_id: u32,
    /// Whether an object stands where the settings do not say where it leads.
    unknown_navigation: bool,
    /// Whether there are more ids than the limit allows.
    too_many: bool,
    /// Whether rows nest too deep.
    too_deep: bool,
}

/// What is asked of an answer.
#[derive(Clone, Copy)]
pub struct Asked<'n> {
    /// The settings' names.
    pub index: &'n Index,
    /// Whether the request asked for `$expand`.
    pub expand: bool,
    /// Whether rows are expected to have ids; those of aggregates have none.
    pub ids: bool,
    /// Whether rows may be records that are gone, which say their ids in another way.
    pub changes: bool,
    /// Most ids that are taken.
    pub limit: usize,
}

/// Reads an answer that is one record, or a list of records in `value`.
pub fn read<'n>(text: Text<'_>, set: &Set<'n>, asked: Asked<'n>, desk: &mut Desk<'_>) -> Found<'n> {
    let mut found = Found::default();
    let mut set = set.clone();
    let mut told = None;
    let mut reader = Reader::new(text.text);
    let mut own = Own::default();
    let read = reader
        .object(|key, reader| {
            let name = key.decode();
            match (&*name, reader.peek()) {
                ("value", Some(b'[')) => {
                    found.is_list = true;
                    reader.array(|_, reader| found.row(reader, &set, asked, 0))
                }
                ("@odata.context", Some(b'"')) => {
                    let context = reader.string()?;
                    if set.known.is_none()
                        && let Some(named) = of_context(&context.decode(), asked.index)
                    {
                        set = named;
                        told = Some(set.clone());
                    }
                    Ok(())
                }
                _ => found.member(&name, reader, &set, asked, 0, &mut own),
            }
        })
        .and_then(|()| reader.finish());
    text.ended(read, desk, "response.body");
    (found.own, found.set) = (own.id(), told);
    found.report(desk);
    found
}

/// The set that the context of an answer names: `…/$metadata#accounts(name)/$entity`.
pub fn of_context<'n>(context: &str, index: &'n Index) -> Option<Set<'n>> {
    let fragment = context.split_once("$metadata#")?.1;
    let end = fragment.find(['(', '/']).unwrap_or(fragment.len());
    let (name, rest) = fragment.split_at(end);
    // Behind a key it goes on to something else than records of this set.
    let after = rest.strip_prefix('(').and_then(|rest| rest.rsplit_once(')')).map_or(rest, |(_, after)| after);
    (matches!(after, "" | "/$entity" | "/$delta") && super::segment::is_name(name))
        .then(|| index.set(name))
        .filter(|set| set.known.is_some())
}

/// Reads a value that is a GUID other than zero.
pub fn guid(value: &Value<'_>) -> Option<Guid> {
    match value {
        Value::Text(text) => Guid::parse(&text.decode()).filter(|id| *id != Guid::ZERO),
        _ => None,
    }
}

/// What one row says of its id.
#[derive(Debug, Default)]
struct Own {
    /// What the column of the id says.
    column: Option<Guid>,
    /// What `@odata.id` says.
    link: Option<Guid>,
    conflict: bool,
}

impl Own {
    fn id(&self) -> Option<Guid> {
        self.column.or(self.link).filter(|_| !self.conflict)
    }
}

impl<'n> Found<'n> {
    /// Reads one row and those inside it. Calls itself no deeper than [`MAX_NESTED`].
    fn row(&mut self, reader: &mut Reader<'_>, set: &Set<'n>, asked: Asked<'n>, nested: usize) -> Result<(), Fault> {
        if reader.peek() != Some(b'{') {
            return reader.skip();
        }
        if nested >= MAX_NESTED {
            self.too_deep = true;
            return reader.skip();
        }
        let place = self.ids.len();
        let mut own = Own::default();
        let read = reader.object(|key, reader| self.member(&key.decode(), reader, set, asked, nested, &mut own));
        match own.id() {
            Some(_) if self.ids.len() >= asked.limit => self.too_many = true,
            // A row stands before those inside it.
            Some(id) => self.ids.insert(place.min(self.ids.len()), id),
            None => self.without_id += u32::from(asked.ids && read.is_ok()),
        }
        read
    }

    fn member(
        &mut self,
        name: &str,
        reader: &mut Reader<'_>,
        set: &Set<'n>,
        asked: Asked<'n>,
        nested: usize,
        own: &mut Own,
    ) -> Result<(), Fault> {
        let first = reader.peek();
        if Some(name) == set.primary_id() {
            let id = guid(&reader.value()?);
            own.conflict |= own.column.is_some() && own.column != id;
            own.column = id;
            return Ok(());
        }
        let is_link = matches!(name, "@odata.id" | "@odata.editLink") || name == "id" && asked.changes;
        if is_link && first == Some(b'"') {
            let text = reader.string()?.decode().into_owned();
            let bare = if name == "id" { Guid::parse(&text) } else { None };
            let id = bare.or_else(|| resource::reference(&text, asked.index, None).and_then(|record| record.key.id()));
            own.link = own.link.or(id.filter(|id| *id != Guid::ZERO));
            return Ok(());
        }
        if !matches!(first, Some(b'{' | b'[')) || name.contains('@') {
            return reader.skip();
        }
        match set.member(name) {
            Member::Navigation(navigation) => {
                self.expanded = true;
                let target = set.target(navigation, asked.index);
                if first == Some(b'{') {
                    return self.row(reader, &target, asked, nested + 1);
                }
                reader.array(|_, reader| self.row(reader, &target, asked, nested + 1))
            }
            Member::Unknown if asked.expand => {
                self.unknown_navigation = true;
                reader.skip()
            }
            Member::Unknown | Member::Property => reader.skip(),
        }
    }

    fn report(&self, desk: &mut Desk<'_>) {
        if self.without_id > 0 {
            desk.find(Kind::UnknownId, "response.body", format!("{} rows whose ids cannot be told", self.without_id));
        }
        if self.unknown_navigation {
            desk.find(
                Kind::UnknownNavigation,
                "response.body",
                "rows came with others inside, and the settings do not say where those belong",
            );
        }
        if self.too_many {
            desk.find(Kind::Limit, "response.body", "more ids than the limit allows; those beyond it are left out");
        }
        if self.too_deep {
            desk.find(Kind::Limit, "response.body", "rows nested deeper than 16 levels are left out");
        }
    }
}
