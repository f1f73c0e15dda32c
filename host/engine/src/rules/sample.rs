//! Made-up activities, to try a rule with before it acts.

use crate::bindings::rule::Manifest;
use crate::bindings::wit::{Activity, Category, Columns, Field};

/// A GUID that belongs to nobody.
const GUID: &str = "7b1b4b70-9d56-4a3e-a7a0-0b8f5a9e6d01";

/// Activities as a rule with this manifest may get: one with everything, one with nothing but what it asked for being absent, one
/// with odd values.
pub(super) fn activities(manifest: &Manifest) -> Vec<Activity> {
    let full = |text: &str, number: usize| {
        let asked = |column: Columns| manifest.columns.contains(column);
        let own = |column: Columns, text: &str| asked(column).then(|| text.to_owned());
        let first = |names: &[String], other: &str| names.first().map_or(other, String::as_str).to_owned();
        let field = |name: &str, value: String| Field { name: name.to_owned(), value };
        Activity {
            message: asked(Columns::MESSAGE).then(|| first(&manifest.interest.messages, "Update")),
            category: asked(Columns::CATEGORY).then(|| manifest.interest.categories.first().copied().unwrap_or(Category::Update)),
            activity_kind: own(Columns::ACTIVITY_KIND, "Update"),
            entity_name: asked(Columns::ENTITY_NAME).then(|| first(&manifest.interest.entities, "contact")),
            entity_id: own(Columns::ENTITY_ID, GUID),
            user_id: own(Columns::USER_ID, GUID),
            system_user_id: own(Columns::SYSTEM_USER_ID, GUID),
            user_upn: own(Columns::USER_UPN, "alice@contoso.example"),
            user_key: own(Columns::USER_KEY, "10033FFF80000001"),
            user_type: own(Columns::USER_TYPE, "Regular"),
            client_ip: own(Columns::CLIENT_IP, "203.0.113.7"),
            user_agent: own(Columns::USER_AGENT, text),
            creation_time: own(Columns::CREATION_TIME, "2018-03-02T23:25:56Z"),
            organization_id: own(Columns::ORGANIZATION_ID, GUID),
            result_status: own(Columns::RESULT_STATUS, "Success"),
            workload: own(Columns::WORKLOAD, "Dynamics 365"),
            fields: asked(Columns::FIELDS).then(|| vec![field("fullname", format!("{text:?}")), field("revenue", "1234.5".to_owned())]),
            query: own(Columns::QUERY, r#"<filter type="and"><condition attribute="statecode" operator="eq" value="0"/></filter>"#),
            query_results: asked(Columns::QUERY_RESULTS).then(|| vec![GUID.to_owned(); number]),
            query_result_count: asked(Columns::QUERY_RESULT_COUNT).then_some(u32::try_from(number).unwrap_or(u32::MAX)),
            item_url: own(Columns::ITEM_URL, "https://orgname.crm.dynamics.com/main.aspx?etn=contact"),
            tags: asked(Columns::TAGS).then(|| vec!["bulk".to_owned()]),
        }
    };
    let nothing = full("", 0);
    let absent = Activity {
        message: None,
        category: None,
        activity_kind: None,
        entity_name: None,
        entity_id: None,
        user_id: None,
        system_user_id: None,
        user_upn: None,
        user_key: None,
        user_type: None,
        client_ip: None,
        user_agent: None,
        creation_time: None,
        organization_id: None,
        result_status: None,
        workload: None,
        fields: None,
        query: None,
        query_results: None,
        query_result_count: None,
        item_url: None,
        tags: None,
    };
    vec![
        full("Ann Example, ann@contoso.example, +1 425 555 0100", 3),
        nothing,
        absent,
        full(&"\u{1f600}\u{0} é\u{202e}".repeat(500), 2_000),
    ]
}
