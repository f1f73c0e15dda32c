//! The plain form: one object with the schema's own names as keys.

use crate::fetchxml;
use crate::json::Json;
use crate::plan::{Deed, Plan};
use crate::values::{Dialect, Source};
use crate::words;

/// Writes an event as a SdkEvent.
pub(crate) fn write(plan: &Plan<'_>, source: &mut Source<'_>) -> String {
    let mut json = Json::new(false);
    json.object(|json| {
        common(json, plan, source);
        match plan.deed {
            Deed::Unlogged => {}
            Deed::Read => entity(json, plan, source, true),
            Deed::ReadMany(count) => {
                entity(json, plan, source, false);
                let long_query = plan.large && source.random.percent(30);
                json.key("Query").text(&fetchxml::query(plan.entity, long_query, plan.now, source.random));
                json.key("QueryResults").array(|json| results(json, count, source));
            }
            Deed::Write(count) => {
                entity(json, plan, source, true);
                json.key("Fields").array(|json| fields(json, plan, count, source));
            }
        }
    });
    json.finish()
}

fn common(json: &mut Json, plan: &Plan<'_>, source: &mut Source<'_>) {
    let Plan { user, now, message, .. } = plan;
    let organization = user.organization;
    json.key("EventId").plain(|out| source.random.guid(out));
    json.key("Message").text(message);
    json.key("CreationTime").text(&now.to_string());
    json.key("OrganizationId").text(organization.id);
    json.key("CrmOrganizationUniqueName").text(organization.unique_name);
    json.key("InstanceUrl").text(organization.url);
    json.key("UserId").text(&user.id);
    if source.random.percent(30) {
        json.key("SystemUserId").text(&user.id);
    }
    json.key("UserUpn").text(&user.upn);
    if source.random.percent(80) {
        json.key("UserKey").text(&user.key);
    }
    json.key("UserType").bare(user.user_type);
    json.key("ClientIP").text(&user.ip);
    if source.random.percent(90) {
        json.key("UserAgent").text(user.agent);
    }
    json.key("CorrelationId").plain(|out| source.random.guid(out));
    if source.random.percent(20) {
        json.key("ServiceContextId").plain(|out| source.random.guid(out));
        json.key("ServiceContextIdType").text("SessionId");
    }
    if source.random.percent(50) {
        json.key("ServiceName").text("Dynamics 365");
    }
    if source.random.percent(70) {
        json.key("ResultStatus").text(source.random.weighted(&[(19, "Success"), (1, "Failure")]));
    }
}

/// The entity, by its logical name or now and then by the name that people see.
fn entity(json: &mut Json, plan: &Plan<'_>, source: &mut Source<'_>, with_id: bool) {
    let shown = plan.entity.is_out_of_box() && source.random.percent(10);
    json.key("EntityName").text(if shown { plan.entity.shown } else { plan.entity.name });
    if with_id {
        json.key("EntityId").plain(|out| source.random.guid(out));
    }
}

/// Ids of records. A query that joins entities gives a record once for each match, so now and then one stands twice.
fn results(json: &mut Json, count: u32, source: &mut Source<'_>) {
    let mut id = String::new();
    for number in 0..count {
        if number == 0 || !source.random.percent(1) {
            id.clear();
            source.random.guid(&mut id);
        }
        json.text(&id);
    }
}

fn fields(json: &mut Json, plan: &Plan<'_>, count: u32, source: &mut Source<'_>) {
    for column in plan.entity.some_columns(count as usize, source.random) {
        json.object(|json| {
            json.key("Name").text(column.name);
            source.value(json.key("Value"), column, Dialect::Plain);
        });
    }
    if plan.large {
        json.object(|json| {
            json.key("Name").text("documentbody");
            let sentences = source.random.between(60, 150);
            json.key("Value").text(&words::memo(sentences, source.random));
        });
    }
}
