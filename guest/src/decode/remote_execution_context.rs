//! The form that a real organization sends to a webhook or a Service Bus queue.
//!
//! `ParentContext` is passed over: it may name another message than its parameters suggest, and the audited call is the
//! outer one.

use super::slots::{Key, Slots};
use super::{check_name, offset_in};
use crate::activity::{Activity, Field, Form, QuerySource};
use crate::dotnet::{self, Object, Shape};
use crate::fault::Fault;
use crate::guid::Guid;
use crate::identity;
use crate::json::{Text, Value};
use crate::time::Timestamp;

/// Names under which a query travels among the input parameters.
const QUERY_PARAMETERS: [&str; 4] = ["Query", "FetchXml", "QueryExpression", "QuerySet"];

/// Reads the columns of a RemoteExecutionContext.
pub fn read<'a>(slots: &Slots<'a>, activity: &mut Activity<'a>) -> Result<(), Fault> {
    activity.form = Form::RemoteExecutionContext;
    activity.message = slots.required_name(Key::MessageName)?;
    activity.organization_id = Some(slots.required_guid(Key::OrganizationId)?);
    let parse = |text: &str| Timestamp::parse_dotnet(text).or_else(|| Timestamp::parse_iso(text));
    activity.creation_time =
        slots.time(Key::OperationCreatedOn, parse, "not a time such as /Date(1527757530151)/ or 2018-05-31T09:05:30Z")?;
    activity.organization_name = slots.text(Key::OrganizationName)?;
    activity.entity_name = slots.name(Key::PrimaryEntityName)?.filter(|name| !name.is("none"));
    activity.entity_id = slots.guid(Key::PrimaryEntityId)?;
    activity.user_id = slots.guid(Key::UserId)?;
    activity.system_user_id = slots.guid(Key::InitiatingUserId)?;
    activity.user_agent = slots.text(Key::InitiatingUserAgent)?;
    activity.correlation_id = slots.guid(Key::CorrelationId)?;
    activity.user_key = directory_id(slots)?;
    activity.service_context_id = slots.guid(Key::RequestId)?;
    activity.service_context_id_type = activity.service_context_id.map(|_| Text::plain("RequestId"));
    // The platform sends a context once the operation has run.
    activity.result_status = Some(Text::plain("Success"));
    parameters(slots, Key::InputParameters, activity.event, &mut activity.input)?;
    parameters(slots, Key::OutputParameters, activity.event, &mut activity.output)?;
    activity.withheld = matches!(slots.value(Key::InputParameters), Value::Null);
    target(activity)?;
    identity(slots, activity);
    Ok(())
}

/// The directory id of the acting user; the platform writes zeros where it knows none.
fn directory_id<'a>(slots: &Slots<'a>) -> Result<Option<Text<'a>>, Fault> {
    for key in [Key::UserAzureActiveDirectoryObjectId, Key::InitiatingUserAzureActiveDirectoryObjectId] {
        let same_user = key == Key::UserAzureActiveDirectoryObjectId || slots.guid(Key::UserId)? == slots.guid(Key::InitiatingUserId)?;
        if same_user && slots.guid(key)?.is_some() {
            return slots.text(key);
        }
    }
    Ok(None)
}

fn parameters<'a>(slots: &Slots<'a>, key: Key, event: &'a str, out: &mut Vec<Field<'a>>) -> Result<(), Fault> {
    match slots.value(key) {
        Value::Null => Ok(()),
        Value::Array(raw) => dotnet::pairs(event, raw, out).map_err(|fault| fault.under(key.name())),
        other => Err(slots.wrong_type(key, "an array of key and value", other)),
    }
}

/// Finds out what the operation was done to, and with which values.
///
/// - `Target` is an Entity in creates and updates, an EntityReference in deletes and most other messages.
/// - `EntityMoniker` with `State` and `Status` is the SetState shape, which also occurs under the name Update.
/// - Parameters of messages that are neither create nor update are kept as fields too: who was added to which team
///   stands nowhere else. So is a `Target` that is another record than the context's own, or names it by another key
///   than its id.
fn target<'a>(activity: &mut Activity<'a>) -> Result<(), Fault> {
    let input = std::mem::take(&mut activity.input);
    let writes_a_target = ["Create", "Update", "Upsert"].iter().any(|&message| activity.message.is(message));
    let sets_state = input.iter().any(|parameter| parameter.name.is("EntityMoniker"));
    for (position, parameter) in input.iter().enumerate() {
        let inside = |fault: Fault| fault.under("value").at_position(position).under("InputParameters");
        let object = match parameter.value {
            Value::Object(raw) => Some(Object::read(raw).map_err(|fault| inside(fault).shifted(offset_in(activity.event, raw)))?),
            _ => None,
        };
        match (&*parameter.name.decode(), object) {
            ("Target" | "EntityMoniker", Some(object)) => {
                let told = object.attributes.is_some() || object.id.is_some() && activity.entity_id.is_none_or(|id| Some(id) == object.id);
                activity.entity_id = activity.entity_id.or(object.id);
                let name = entity_name(activity.event, object.logical_name).map_err(|fault| inside(fault.under("LogicalName")))?;
                activity.entity_name = activity.entity_name.or(name);
                if let Some(attributes) = object.attributes {
                    let read = dotnet::pairs(activity.event, attributes, &mut activity.fields);
                    read.map_err(|fault| inside(fault.under("Attributes")))?;
                    activity.has_fields = true;
                }
                if !told {
                    field(activity, *parameter);
                }
            }
            ("State", _) if sets_state => field(activity, Field { name: Text::plain("statecode"), ..*parameter }),
            ("Status", _) if sets_state => field(activity, Field { name: Text::plain("statuscode"), ..*parameter }),
            (name, object) if QUERY_PARAMETERS.contains(&name) => {
                activity.query_source = query_source(parameter.value, object, activity.query_source);
                let name = entity_name(activity.event, object.and_then(|query| query.entity_name));
                activity.entity_name = activity.entity_name.or(name.map_err(|fault| inside(fault.under("EntityName")))?);
            }
            _ if writes_a_target => {}
            _ => field(activity, *parameter),
        }
    }
    if activity.entity_id.is_none() && writes_a_target {
        let created = activity.output.iter().find(|parameter| parameter.name.is("id")).map(|parameter| parameter.value);
        if let Some(Value::Text(id)) = created {
            activity.entity_id = Guid::parse(&id.decode()).filter(|id| *id != Guid::ZERO);
        }
    }
    activity.input = input;
    Ok(())
}

/// The name of an entity, where it is one.
fn entity_name<'a>(event: &str, name: Option<Text<'a>>) -> Result<Option<Text<'a>>, Fault> {
    let Some(name) = name.filter(|name| !name.is_empty() && !name.is("none")) else { return Ok(None) };
    check_name(name, offset_in(event, name.as_raw())).map(|()| Some(name))
}

fn field<'a>(activity: &mut Activity<'a>, field: Field<'a>) {
    activity.fields.push(field);
    activity.has_fields = true;
}

fn query_source<'a>(value: Value<'a>, object: Option<Object<'a>>, otherwise: QuerySource<'a>) -> QuerySource<'a> {
    match (value, object.map(|object| (object.shape(), object.query))) {
        (Value::Text(text), _) if !text.is_empty() => QuerySource::Text(text),
        (Value::Array(raw), _) => QuerySource::Expressions(raw),
        (Value::Object(raw), Some((Shape::QueryByAttribute, _))) => QuerySource::ByAttribute(raw),
        (Value::Object(raw), Some((Shape::QueryExpression, _))) => QuerySource::Expression(raw),
        (_, Some((_, Some(fetch)))) => QuerySource::Text(fetch),
        _ => otherwise,
    }
}

/// What tells this event from every other of its organization, so that a post that is sent again is the same event.
///
/// No single id does: OperationId is shared by the operations of one synchronous request, RequestId may be null, and one
/// request may change a record twice. So the parameters count too. Empty where neither id is there.
fn identity(slots: &Slots<'_>, activity: &mut Activity<'_>) {
    let has_id = |key| matches!(slots.guid(key), Ok(Some(_)));
    if !has_id(Key::OperationId) && !has_id(Key::RequestId) {
        return;
    }
    let extension = match slots.value(Key::OwningExtension) {
        Value::Object(raw) => Object::read(raw).ok().and_then(|object| object.id),
        _ => None,
    };
    let out = &mut activity.identity;
    for key in [
        Key::OperationId,
        Key::RequestId,
        Key::CorrelationId,
        Key::MessageName,
        Key::PrimaryEntityName,
        Key::PrimaryEntityId,
        Key::OperationCreatedOn,
        Key::Stage,
        Key::Mode,
        Key::Depth,
    ] {
        match slots.value(key) {
            Value::Text(text) => text.decode_into(out),
            Value::Number(digits) => out.push_str(digits),
            _ => {}
        }
        out.push('/');
    }
    if let Some(extension) = extension {
        extension.write(out);
    }
    if let Value::Array(parameters) = slots.value(Key::InputParameters) {
        identity::without_space(parameters, out);
    }
}
