//! Capture: takes the query and the records that came back out of an activity's parameters.

use crate::activity::{Activity, Field, Form, QuerySource};
use crate::categorize::Category;
use crate::decode::offset_in;
use crate::dotnet::{Object, Shape};
use crate::fault::Fault;
use crate::guid::{GUID_LEN, Guid};
use crate::json::{Reader, Value};
use crate::query;
use crate::unique;

/// Buffers that are kept from one event to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    text: String,
    unique: unique::Scratch,
}

/// Completes `activity` with its query and results.
pub fn capture(activity: &mut Activity<'_>, category: Category, scratch: &mut Scratch) -> Result<(), Fault> {
    activity.has_query = query::capture(activity.query_source, &mut scratch.text, &mut activity.query).map_err(|fault| place(activity, fault))?;
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
    let (raw, key) = match (activity.query_source, activity.form) {
        (QuerySource::None, _) => return fault,
        (QuerySource::Text(text), Form::SdkEvent) => (text.as_raw(), "Query"),
        (QuerySource::Text(text), Form::RemoteExecutionContext) => (text.as_raw(), "InputParameters"),
        (QuerySource::Expression(raw) | QuerySource::ByAttribute(raw) | QuerySource::Expressions(raw), _) => (raw, "InputParameters"),
    };
    fault.under(key).shifted(offset_in(activity.event, raw))
}

/// Collects the ids of the records that came back; false where the message brings none.
///
/// - Reads of many, exports to Excel and exports to Word: every record of the output, whatever it is wrapped in, and for
///   an export that returns a file the records it was told to export.
/// - Retrieve: nothing, since the record is EntityId already, unless related records came along.
/// - Writes of many (CreateMultiple, …): the records that were written.
fn results_of(activity: &Activity<'_>, category: Category, results: &mut Vec<Guid>) -> Result<bool, Fault> {
    if activity.message.is("Retrieve") {
        for parameter in &activity.output {
            let Value::Object(raw) = parameter.value else { continue };
            let object = Object::read(raw)?;
            if object.related.is_some_and(has_elements) {
                results.extend(object.id.or(activity.entity_id));
                records(parameter.value, results)?;
            }
        }
        return Ok(!results.is_empty());
    }
    let mut any = false;
    if category.is_read() {
        for parameter in &activity.output {
            any |= records(parameter.value, results)?;
        }
        let told_by_input = results.is_empty() && activity.message.decode().to_ascii_lowercase().starts_with("export");
        if told_by_input {
            for parameter in &activity.input {
                any |= named_records(parameter, results)?;
            }
        }
    } else {
        for parameter in activity.input.iter().filter(|parameter| parameter.name.is("Targets")) {
            any |= records(parameter.value, results)?;
        }
        for parameter in activity.output.iter().filter(|parameter| parameter.name.is("Ids")) {
            any |= guids(parameter.value, results)?;
        }
    }
    Ok(any)
}

/// The records that an export was told to take.
fn named_records(parameter: &Field<'_>, results: &mut Vec<Guid>) -> Result<bool, Fault> {
    match parameter.name.as_plain() {
        Some("Target" | "Targets" | "Records") => records(parameter.value, results),
        Some("SelectedRecords" | "SelectedRecordIds" | "Ids") => guids(parameter.value, results),
        _ => Ok(false),
    }
}

/// Appends the ids of the records in a value: of an entity, a reference, a collection of either, and of what is related
/// to them. True where the value is of such a kind, though it may be empty.
fn records(value: Value<'_>, results: &mut Vec<Guid>) -> Result<bool, Fault> {
    match value {
        Value::Array(raw) => {
            let mut any = !has_elements(raw);
            Reader::new(raw).array(|_, reader| {
                any |= records(reader.value()?, results)?;
                Ok(())
            })?;
            Ok(any)
        }
        Value::Object(raw) => {
            let object = Object::read(raw)?;
            match object.shape() {
                Shape::Reference => {
                    results.extend(object.id);
                    Ok(true)
                }
                Shape::Entity => {
                    results.extend(object.id);
                    related(object, results)?;
                    Ok(true)
                }
                Shape::Collection => object.entities.map_or(Ok(true), |raw| records(Value::Array(raw), results)),
                _ => Ok(false),
            }
        }
        _ => Ok(false),
    }
}

/// Appends the records that came along with another: pairs of relationship and collection.
fn related(object: Object<'_>, results: &mut Vec<Guid>) -> Result<(), Fault> {
    let Some(raw) = object.related else { return Ok(()) };
    Reader::new(raw).array(|_, reader| {
        reader.object(|key, reader| {
            let value = reader.value()?;
            if key.is("value") {
                records(value, results)?;
            }
            Ok(())
        })
    })
}

/// Appends the GUIDs in a list of texts, or in one text such as `["{…}","{…}"]` or `…;…`.
fn guids(value: Value<'_>, results: &mut Vec<Guid>) -> Result<bool, Fault> {
    match value {
        Value::Text(text) => {
            let text = text.decode();
            results.extend(text.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(|word| word.len() == GUID_LEN).filter_map(Guid::parse));
            Ok(true)
        }
        Value::Array(raw) => {
            Reader::new(raw).array(|_, reader| {
                if let Value::Text(text) = reader.value()? {
                    results.extend(Guid::parse(&text.decode()).filter(|id| *id != Guid::ZERO));
                }
                Ok(())
            })?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

fn has_elements(array: &str) -> bool {
    array.bytes().skip(1).find(|byte| !byte.is_ascii_whitespace()) != Some(b']')
}
