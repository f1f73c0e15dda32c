//! Decode: tells the two event forms apart by their own keys and reads either into an [`Activity`].
//!
//! Unknown keys are passed over. Keys that the filter reads may stand once only: of two, which one counts would be a
//! guess, and a sender could hide one behind the other.

mod remote_execution_context;
mod sdk_event;
mod slots;

use crate::activity::Activity;
use crate::fault::{Fault, Reason};
use crate::json::{Reader, Text};
use slots::{Key, Slots};

/// Longest name of a message, an entity or a field, in bytes. The platform's own limit is 128 characters.
pub const MAX_NAME: usize = 256;

/// Reads one event. What an earlier event left in `activity` is forgotten.
pub fn decode<'a>(event: &'a str, activity: &mut Activity<'a>) -> Result<(), Fault> {
    reset(activity, event);
    let mut slots = Slots::default();
    let mut reader = Reader::new(event);
    reader.object(|name, reader| {
        let Some(key) = Key::find(&name.decode()) else {
            return reader.skip();
        };
        let at = reader.offset();
        if slots.has(key) {
            let twice = Fault::new(Reason::DuplicateKey, at, "this key stands twice; which one counts would be a guess");
            return Err(twice.under(key.name()));
        }
        match key {
            Key::Fields => sdk_event::fields(reader, activity),
            Key::QueryResults => sdk_event::query_results(reader, activity),
            _ => reader.value().map(|value| slots.put(key, value, at)),
        }
        .map_err(|fault| fault.under(key.name()))?;
        slots.mark(key);
        Ok(())
    })?;
    reader.finish()?;

    match (slots.has(Key::Message), slots.has(Key::MessageName)) {
        (true, false) => sdk_event::read(&slots, activity),
        (false, true) => remote_execution_context::read(&slots, activity),
        (true, true) => {
            let both = "the event has Message and MessageName, so it could be either form; a SdkEvent has only Message, a RemoteExecutionContext only MessageName";
            Err(Fault::new(Reason::DuplicateKey, 0, both).under("MessageName"))
        }
        (false, false) => {
            let neither = "the event has neither Message (SdkEvent) nor MessageName (RemoteExecutionContext)";
            Err(Fault::new(Reason::MissingKey, 0, neither).under("Message"))
        }
    }
}

/// Empties `activity` but keeps its buffers.
fn reset<'a>(activity: &mut Activity<'a>, event: &'a str) {
    let fields = std::mem::take(&mut activity.fields);
    let results = std::mem::take(&mut activity.results);
    let query = std::mem::take(&mut activity.query);
    let identity = std::mem::take(&mut activity.identity);
    let (input, output) = (std::mem::take(&mut activity.input), std::mem::take(&mut activity.output));
    *activity = Activity { event, fields, results, query, identity, input, output, ..Activity::default() };
    activity.fields.clear();
    activity.results.clear();
    activity.query.clear();
    activity.identity.clear();
    activity.input.clear();
    activity.output.clear();
}

/// Checks the form of a name: not too long, no control characters. Names stand in every part of a split record.
pub(crate) fn check_name(name: Text<'_>, offset: usize) -> Result<(), Fault> {
    let decoded = name.decode();
    if decoded.len() > MAX_NAME {
        return Err(Fault::new(Reason::BadValue, offset, "a name longer than 256 bytes"));
    }
    // Nearly every name is plain ASCII, and then its bytes tell.
    let is_plain = decoded.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
    if !is_plain && decoded.chars().any(char::is_control) {
        return Err(Fault::new(Reason::BadValue, offset, "a name with a control character"));
    }
    Ok(())
}

/// Byte at which `part`, a slice of `event`, begins in it.
pub(crate) fn offset_in(event: &str, part: &str) -> usize {
    (part.as_ptr() as usize).wrapping_sub(event.as_ptr() as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::Form;

    fn fault(event: &str) -> (Reason, String) {
        let mut activity = Activity::default();
        let fault = decode(event, &mut activity).expect_err(event);
        (fault.reason, fault.place.clone())
    }

    #[test]
    fn decode_form_is_told_by_the_event_s_own_keys() {
        let mut activity = Activity::default();
        decode(r#"{"OrganizationId":"00000000-0000-0000-0000-000000000001","Message":"Retrieve","Else":[{}]}"#, &mut activity).unwrap();
        assert_eq!((activity.form, activity.message.is("Retrieve")), (Form::SdkEvent, true));
        decode(r#"{"MessageName":"Update","InputParameters":[],"OrganizationId":"00000000-0000-0000-0000-000000000001"}"#, &mut activity)
            .unwrap();
        assert_eq!((activity.form, activity.message.is("Update")), (Form::RemoteExecutionContext, true));
    }

    #[test]
    fn decode_bad_events_name_reason_and_place() {
        let organization = r#""OrganizationId":"00000000-0000-0000-0000-000000000001""#;
        let cases = [
            ("".to_owned(), Reason::NotJson, ""),
            ("[]".to_owned(), Reason::NotJson, ""),
            ("{}".to_owned(), Reason::MissingKey, "Message"),
            (format!(r#"{{"Message":"A","MessageName":"A",{organization}}}"#), Reason::DuplicateKey, "MessageName"),
            (format!(r#"{{"Message":"A","Message":"B",{organization}}}"#), Reason::DuplicateKey, "Message"),
            (format!(r#"{{"Message":"A","\u004dessage":"B",{organization}}}"#), Reason::DuplicateKey, "Message"),
            (r#"{"Message":"A"}"#.to_owned(), Reason::MissingKey, "OrganizationId"),
            (r#"{"Message":"A","OrganizationId":"x"}"#.to_owned(), Reason::BadValue, "OrganizationId"),
            (r#"{"Message":"A","OrganizationId":"00000000-0000-0000-0000-000000000000"}"#.to_owned(), Reason::MissingKey, "OrganizationId"),
            (format!(r#"{{"Message":"",{organization}}}"#), Reason::MissingKey, "Message"),
            (format!(r#"{{"Message":7,{organization}}}"#), Reason::WrongType, "Message"),
            (format!(r#"{{"Message":"a\tb",{organization}}}"#), Reason::BadValue, "Message"),
            (format!(r#"{{"Message":"{}",{organization}}}"#, "m".repeat(257)), Reason::BadValue, "Message"),
            (format!(r#"{{"Message":"A",{organization},"QueryResults":["x"]}}"#), Reason::BadValue, "QueryResults[0]"),
            (format!(r#"{{"Message":"A",{organization},"QueryResults":[7]}}"#), Reason::WrongType, "QueryResults[0]"),
            (format!(r#"{{"Message":"A",{organization},"Fields":[{{"Value":1}}]}}"#), Reason::MissingKey, "Fields[0].Name"),
            (format!(r#"{{"Message":"A",{organization},"Fields":7}}"#), Reason::WrongType, "Fields"),
            (format!(r#"{{"Message":"A",{organization},"Fields":[7]}}"#), Reason::WrongType, "Fields[0]"),
            (format!(r#"{{"Message":"A",{organization},"Fields":[{{"Name":"a","Name":"b"}}]}}"#), Reason::DuplicateKey, "Fields[0].Name"),
            (format!(r#"{{"Message":"A",{organization},"CreationTime":"yesterday"}}"#), Reason::BadValue, "CreationTime"),
            (format!(r#"{{"Message":"A",{organization},"UserType":"Boss"}}"#), Reason::BadValue, "UserType"),
            (
                format!(r#"{{"MessageName":"A",{organization},"InputParameters":[{{"key":1}}]}}"#),
                Reason::WrongType,
                "InputParameters[0].key",
            ),
            (format!(r#"{{"MessageName":"A",{organization},"InputParameters":[1]}}"#), Reason::WrongType, "InputParameters[0]"),
            (
                format!(
                    r#"{{"MessageName":"A",{organization},"InputParameters":[{{"key":"a"}},{{"key":"Target","value":{{"Id":"","Id":""}}}}]}}"#
                ),
                Reason::DuplicateKey,
                "InputParameters[1].value.Id",
            ),
            (
                format!(
                    r#"{{"MessageName":"A",{organization},"InputParameters":[{{"key":"Target","value":{{"Attributes":[{{"value":1}}]}}}}]}}"#
                ),
                Reason::WrongType,
                "InputParameters[0].value.Attributes[0].key",
            ),
        ];
        for (event, reason, place) in cases {
            assert_eq!(fault(&event), (reason, place.to_owned()), "{event}");
        }
    }
}
