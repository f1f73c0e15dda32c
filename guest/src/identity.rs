//! Ids: the same event gives the same ids, whenever and wherever it is filtered, so that every sink can drop what it
//! was given twice.
//!
//! - `Id` of a part is the UUIDv5 with the organization's id as namespace and `<event>/<part>` as name.
//! - `CorrelationId` of a source record is the same with `<event>/0`.
//!
//! `<event>` is EventId where the sender gave one; for a RemoteExecutionContext the UUIDv5 of the ids and parameters that
//! tell it apart; otherwise the UUIDv5 of the event's JSON without the white space between values. Two events that are equal
//! in every byte of that are one event.

use uuid::Uuid;

use crate::activity::Activity;
use crate::guid::Guid;
use crate::json::write::number;

/// Puts the identity of an event, decoded just now, into its activity.
pub fn settle(activity: &mut Activity<'_>) {
    let organization = organization(activity);
    if let Some(event_id) = activity.event_id {
        activity.identity.clear();
        let text = event_id.decode();
        match Guid::parse(&text) {
            Some(guid) => guid.write(&mut activity.identity),
            None => activity.identity.push_str(&text),
        }
        return;
    }
    if activity.identity.is_empty() {
        without_space(activity.event, &mut activity.identity);
    }
    let id = version_5(organization, activity.identity.as_bytes());
    activity.identity.clear();
    id.write(&mut activity.identity);
}

/// The id of a part, from 1; with 0, the correlation id.
pub fn part_id(organization: Guid, identity: &str, part: u32, scratch: &mut String) -> Guid {
    scratch.clear();
    scratch.push_str(identity);
    scratch.push('/');
    number(scratch, u64::from(part));
    version_5(organization, scratch.as_bytes())
}

/// The organization of a decoded activity.
pub fn organization(activity: &Activity<'_>) -> Guid {
    activity.organization_id.unwrap_or(Guid::ZERO)
}

fn version_5(organization: Guid, name: &[u8]) -> Guid {
    Guid(Uuid::new_v5(&Uuid::from_u128(organization.0), name).as_u128())
}

/// Appends JSON without the white space between values.
pub fn without_space(json: &str, out: &mut String) {
    let (mut in_string, mut escaped, mut from) = (false, false, 0);
    for (at, byte) in json.bytes().enumerate() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            out.push_str(&json[from..at]);
            from = at + 1;
        } else {
            in_string = byte == b'"';
        }
    }
    out.push_str(&json[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::decode;

    fn identity(event: &str) -> String {
        let mut activity = Activity::default();
        decode(event, &mut activity).unwrap();
        settle(&mut activity);
        activity.identity
    }

    #[test]
    fn part_id_is_the_version_5_uuid_that_anyone_can_compute() {
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"), "50e01c88-2e43-4005-8be8-9ceb172e2e90/1"))'
        let organization = Guid::parse("7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10").unwrap();
        let id = part_id(organization, "50e01c88-2e43-4005-8be8-9ceb172e2e90", 1, &mut String::new());
        assert_eq!(id.to_string(), "480004f2-333b-522a-86a0-8f01bc230e81");
    }

    #[test]
    fn settle_event_id_is_the_identity_in_one_form() {
        let event = |id| format!(r#"{{"Message":"A","OrganizationId":"00000000-0000-0000-0000-000000000001","EventId":"{id}"}}"#);
        assert_eq!(identity(&event("{50E01C88-2E43-4005-8BE8-9CEB172E2E90}")), "50e01c88-2e43-4005-8be8-9ceb172e2e90");
        assert_eq!(identity(&event("order 7")), "order 7");
    }

    #[test]
    fn settle_without_an_id_white_space_does_not_matter_and_content_does() {
        let one = r#"{"Message":"A","OrganizationId":"00000000-0000-0000-0000-000000000001","UserUpn":"a \" b"}"#;
        let spaced = "{ \"Message\" : \"A\",\t\"OrganizationId\":\"00000000-0000-0000-0000-000000000001\", \"UserUpn\":\"a \\\" b\" }";
        assert_eq!(identity(one), identity(spaced));
        assert_ne!(identity(one), identity(&one.replace("a \\\" b", "a \\\"b")));
    }
}
