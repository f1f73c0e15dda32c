//! Capture: takes the query and the records that came back out of an activity's parameters.

use crate::activity::{Activity, Field, Form, QuerySource};
use crate::categorize::Category;
use crate::decode::offset_in;
use crate::dotnet::{Object, Shape};
use crate::fault::Fault;
use crate::guid::{GUID_LEN, Guid};
use crate::json::{Reader, Value};
use crate::query;
use crate::tables::names;
use crate::unique;

/// Buffers that are kept from one event to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    unique: unique::Scratch,
}

/// Completes `activity` with its query and results.
pub fn capture(activity: &mut Activity<'_>, category: Category, scratch: &mut Scratch) -> Result<(), Fault> {
    activity.has_query =
        query::capture(activity.query_source, &mut scratch.text, &mut activity.query).map_err(|fault| place(activity, fault))?;
    if activity.form == Form::RemoteExecutionContext {
        let mut results = std::mem::take(&mut activity.results);
        activity.has_results = results_of(activity, category, &mut results)?;
        activity.results = results;
        if category.is_read() {
            // What a read was asked for is its query; its other parameters are no values that were written.
            activity.fields.clear();
            activity.has_fields = false;
        }
    }
    unique::retain_first(&mut activity.results, &mut scratch.unique);
    Ok(())
}

/// Says where in the event the query stands whose fault it is.
fn place(activity: &Activity<'_>, fault: Fault) -> Fault {
    let raw = match activity.query_source {
        QuerySource::None => return fault,
        QuerySource::Text(text) => text.as_raw(),
        QuerySource::Expression(raw) | QuerySource::ByAttribute(raw) | QuerySource::Expressions(raw) => raw,
    };
    // The query's own text has no escapes, the event's has.
    let fault = match activity.query_source {
        QuerySource::Text(text) => fault.moved(|offset| text.raw_offset(offset)),
        _ => fault,
    };
    let begin = offset_in(activity.event, raw);
    let fault = fault.shifted(begin);
    if activity.form == Form::SdkEvent {
        return fault.under("Query");
    }
    for (position, parameter) in activity.input.iter().enumerate() {
        let (span, key) = match parameter.value {
            Value::Text(text) => (text.as_raw(), None),
            Value::Array(span) => (span, None),
            Value::Object(span) => (span, (span.len() != raw.len()).then_some("Query")),
            _ => continue,
        };
        let from = offset_in(activity.event, span);
        if (from..from + span.len()).contains(&begin) {
            let fault = key.into_iter().fold(fault, |fault, key| fault.under(key));
            return fault.under("value").at_position(position).under("InputParameters");
        }
    }
    fault.under("InputParameters")
}

/// Collects the ids of the records that came back; false where the message brings none.
///
/// - Reads of many, exports to Excel and exports to Word: every record of the output, whatever it is wrapped in, and for
///   an export that returns a file the records it was told to export.
/// - Retrieve: nothing, since the record is EntityId already, unless related records came along.
/// - Writes of many (CreateMultiple, …): the records that were written.
fn results_of(activity: &Activity<'_>, category: Category, results: &mut Vec<Guid>) -> Result<bool, Fault> {
    let mut any = false;
    let mut found = Found { event: activity.event, results };
    let message = activity.message.decode();
    if message.eq_ignore_ascii_case("Retrieve") {
        return found.each(&activity.output, "OutputParameters", |found, parameter| {
            let Value::Object(raw) = parameter.value else { return Ok(false) };
            let object = found.object(raw)?;
            if !object.related.is_some_and(has_elements) {
                return Ok(false);
            }
            found.results.extend(object.id.or(activity.entity_id));
            found.records(parameter.value)
        });
    }
    if category.is_read() {
        any |= found.each(&activity.output, "OutputParameters", |found, parameter| found.records(parameter.value))?;
        if found.results.is_empty() && names::begins(&message, "export") {
            any |= found.each(&activity.input, "InputParameters", Found::named)?;
        }
    } else {
        any |= found.each(&activity.input, "InputParameters", |found, parameter| match parameter.name.is("Targets") {
            true => found.records(parameter.value),
            false => Ok(false),
        })?;
        any |= found.each(&activity.output, "OutputParameters", |found, parameter| match parameter.name.is("Ids") {
            true => found.guids(parameter.value),
            false => Ok(false),
        })?;
    }
    Ok(any)
}

/// The records that were found so far.
struct Found<'a, 'r> {
    event: &'a str,
    results: &'r mut Vec<Guid>,
}

impl<'a> Found<'a, '_> {
    /// Asks `find` about every parameter; true where one of them is of such a kind. A fault gets the place of its parameter.
    fn each(
        &mut self,
        parameters: &[Field<'a>],
        key: &str,
        mut find: impl FnMut(&mut Self, &Field<'a>) -> Result<bool, Fault>,
    ) -> Result<bool, Fault> {
        let mut any = false;
        for (position, parameter) in parameters.iter().enumerate() {
            any |= find(self, parameter).map_err(|fault| fault.under("value").at_position(position).under(key))?;
        }
        Ok(any)
    }

    /// The records that an export was told to take.
    fn named(&mut self, parameter: &Field<'a>) -> Result<bool, Fault> {
        match &*parameter.name.decode() {
            "Target" | "Targets" | "Records" => self.records(parameter.value),
            "SelectedRecords" | "SelectedRecordIds" | "Ids" => self.guids(parameter.value),
            _ => Ok(false),
        }
    }

    /// Adds the ids of the records in a value: of an entity, a reference, a collection of either, and of what is related
    /// to them. True where the value is of such a kind, though it may be empty. Calls itself no deeper than JSON nests.
    fn records(&mut self, value: Value<'a>) -> Result<bool, Fault> {
        match value {
            Value::Array(raw) => {
                let mut any = !has_elements(raw);
                Reader::new(raw).array(|position, reader| {
                    any |= self.records(reader.value()?).map_err(|fault| fault.at_position(position))?;
                    Ok(())
                })?;
                Ok(any)
            }
            Value::Object(raw) => {
                let object = self.object(raw)?;
                match object.shape() {
                    Shape::Reference => {
                        self.results.extend(object.id);
                        Ok(true)
                    }
                    Shape::Entity => {
                        self.results.extend(object.id);
                        self.related(object).map_err(|fault| fault.under("RelatedEntities"))?;
                        Ok(true)
                    }
                    Shape::Collection => match object.entities {
                        Some(raw) => self.records(Value::Array(raw)).map_err(|fault| fault.under("Entities")),
                        None => Ok(true),
                    },
                    _ => Ok(false),
                }
            }
            _ => Ok(false),
        }
    }

    /// Adds the records that came along with another: pairs of relationship and collection.
    fn related(&mut self, object: Object<'a>) -> Result<(), Fault> {
        let Some(raw) = object.related else { return Ok(()) };
        Reader::new(raw).array(|position, reader| {
            let Value::Object(pair) = reader.value()? else { return Ok(()) };
            let read = Reader::new(pair).object(|key, reader| {
                let value = reader.value()?;
                if key.is("value") {
                    self.records(value).map_err(|fault| fault.under("value"))?;
                }
                Ok(())
            });
            read.map_err(|fault| fault.at_position(position))
        })
    }

    /// Adds the GUIDs in a list of texts, or in one text such as `["{…}","{…}"]` or `…;…`.
    fn guids(&mut self, value: Value<'a>) -> Result<bool, Fault> {
        let mut add = |text: &str| self.results.extend(Guid::parse(text).filter(|id| *id != Guid::ZERO));
        match value {
            Value::Text(text) => {
                let words = text.decode();
                words.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(|word| word.len() == GUID_LEN).for_each(add);
                Ok(true)
            }
            Value::Array(raw) => {
                Reader::new(raw).array(|_, reader| {
                    if let Value::Text(text) = reader.value()? {
                        add(&text.decode());
                    }
                    Ok(())
                })?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Reads an object; a fault gets its byte in the event.
    fn object(&self, raw: &'a str) -> Result<Object<'a>, Fault> {
        Object::read(raw).map_err(|fault| fault.shifted(offset_in(self.event, raw)))
    }
}

fn has_elements(array: &str) -> bool {
    array.bytes().skip(1).find(|byte| !byte.is_ascii_whitespace()) != Some(b']')
}
