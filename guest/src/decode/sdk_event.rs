//! The plain form: the schema's own names as keys.

use super::check_name;
use super::slots::{Key, Slots};
use crate::activity::{Activity, Field, Form, QuerySource};
use crate::fault::{Fault, Reason};
use crate::guid::Guid;
use crate::json::{Reader, Value};
use crate::time::Timestamp;

/// Reads the columns of a SdkEvent.
pub fn read<'a>(slots: &Slots<'a>, activity: &mut Activity<'a>) -> Result<(), Fault> {
    activity.form = Form::SdkEvent;
    activity.message = slots.required_name(Key::Message)?;
    activity.organization_id = Some(slots.required_guid(Key::OrganizationId)?);
    activity.event_id = slots.name(Key::EventId)?;
    activity.creation_time = slots.time(Key::CreationTime, Timestamp::parse_iso, "not an ISO 8601 time such as 2018-03-02T23:25:56Z")?;
    activity.organization_name = slots.text(Key::CrmOrganizationUniqueName)?;
    activity.instance_url = slots.text(Key::InstanceUrl)?;
    activity.entity_name = slots.name(Key::EntityName)?;
    activity.entity_id = slots.guid(Key::EntityId)?;
    activity.user_id = slots.guid(Key::UserId)?;
    activity.system_user_id = slots.guid(Key::SystemUserId)?;
    activity.user_upn = slots.text(Key::UserUpn)?;
    activity.user_key = slots.text(Key::UserKey)?;
    activity.user_type = slots.user_type(Key::UserType)?;
    activity.client_ip = slots.text(Key::ClientIP)?;
    activity.user_agent = slots.text(Key::UserAgent)?;
    activity.correlation_id = slots.guid(Key::CorrelationId)?;
    activity.service_context_id = slots.guid(Key::ServiceContextId)?;
    activity.service_context_id_type = slots.text(Key::ServiceContextIdType)?;
    activity.service_name = slots.text(Key::ServiceName)?;
    activity.result_status = slots.text(Key::ResultStatus)?;
    activity.workload = slots.text(Key::Workload)?;
    activity.query_source = slots.text(Key::Query)?.map_or(QuerySource::None, QuerySource::Text);
    Ok(())
}

/// Reads `[{"Name": …, "Value": …}]` as it comes by. A value that is absent is null.
pub fn fields<'a>(reader: &mut Reader<'a>, activity: &mut Activity<'a>) -> Result<(), Fault> {
    if reader.peek() != Some(b'[') {
        return none_or_wrong_type(reader, "an array of {\"Name\", \"Value\"}");
    }
    activity.has_fields = true;
    let fields = &mut activity.fields;
    reader.array(|position, reader| {
        let first = reader.peek();
        let begin = reader.offset();
        if first != Some(b'{') {
            let explanation = format!("expected an object with Name and Value, found {}", reader.value()?.kind());
            return Err(Fault::new(Reason::WrongType, begin, explanation).at_position(position));
        }
        let (mut name, mut value) = (None, None);
        let read = reader.object(|key, reader| {
            let (slot, label) = match &*key.decode() {
                "Name" => (&mut name, "Name"),
                "Value" => (&mut value, "Value"),
                _ => return reader.skip(),
            };
            if slot.is_some() {
                return Err(Fault::new(Reason::DuplicateKey, reader.offset(), "this key stands twice").under(label));
            }
            *slot = Some(reader.value()?);
            Ok(())
        });
        let field = read.and_then(|()| match name {
            Some(Value::Text(name)) if !name.is_empty() => {
                check_name(name, begin).map_err(|fault| fault.under("Name"))?;
                Ok(Field { name, value: value.unwrap_or(Value::Null), form: Form::SdkEvent })
            }
            None | Some(Value::Null | Value::Text(_)) => Err(Fault::new(Reason::MissingKey, begin, "a field needs a name").under("Name")),
            Some(other) => {
                let explanation = format!("expected a string, found {}", other.kind());
                Err(Fault::new(Reason::WrongType, begin, explanation).under("Name"))
            }
        });
        fields.push(field.map_err(|fault| fault.at_position(position))?);
        Ok(())
    })
}

/// Reads `[guid, …]` as it comes by. The zero GUID names no record and is passed over.
pub fn query_results<'a>(reader: &mut Reader<'a>, activity: &mut Activity<'a>) -> Result<(), Fault> {
    if reader.peek() != Some(b'[') {
        return none_or_wrong_type(reader, "an array of GUIDs");
    }
    activity.has_results = true;
    let results = &mut activity.results;
    reader.array(|position, reader| {
        reader.peek();
        let at = reader.offset();
        let fault = |reason, explanation: String| Fault::new(reason, at, explanation).at_position(position);
        match reader.value()? {
            Value::Text(text) => match Guid::parse(&text.decode()) {
                Some(Guid::ZERO) => {}
                Some(guid) => results.push(guid),
                None => return Err(fault(Reason::BadValue, "not a GUID".to_owned())),
            },
            other => return Err(fault(Reason::WrongType, format!("expected a GUID, found {}", other.kind()))),
        }
        Ok(())
    })
}

/// Null is as good as absent; anything else has the wrong type.
fn none_or_wrong_type(reader: &mut Reader<'_>, expected: &str) -> Result<(), Fault> {
    let at = reader.offset();
    match reader.value()? {
        Value::Null => Ok(()),
        other => Err(Fault::new(Reason::WrongType, at, format!("expected {expected}, found {}", other.kind()))),
    }
}
