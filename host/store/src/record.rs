//! One line of NDJSON as the store sees it: what is searched for, and nothing else.

use std::borrow::Cow;

use serde::Deserialize;
use uuid::Uuid;

use crate::time::{self, parse_time};

/// The columns of a record that answers are found by. Both profiles give the same ones.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) id: Uuid,
    pub(crate) correlation: Uuid,
    /// Names, in the order of [`NAMES`].
    pub(crate) names: [Option<Cow<'a, str>>; NAMES.len()],
    /// Milliseconds, or [`time::NONE`].
    pub(crate) time: i64,
    pub(crate) entity_id: Option<Uuid>,
    /// The ids of QueryResults, each once, ascending.
    pub(crate) results: Vec<Uuid>,
    pub(crate) part: u32,
    pub(crate) part_count: u32,
}

/// The columns of the table `source` that hold numbers of names.
pub(crate) const NAMES: [&str; 11] =
    ["organization", "message", "category", "activity", "entity", "user", "user_id", "caller", "client_ip", "result_status", "tags"];

/// Where the tags stand in [`NAMES`].
const TAGS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line<'a> {
    id: Uuid,
    correlation_id: Uuid,
    organization_id: Uuid,
    #[serde(borrow)]
    creation_time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    category: Option<Cow<'a, str>>,
    #[serde(borrow)]
    activity: Option<Cow<'a, str>>,
    #[serde(borrow)]
    result_status: Option<Cow<'a, str>>,
    #[serde(borrow)]
    entity_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    entity_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    item_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    system_user_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_upn: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_key: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "ClientIP")]
    client_ip: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tags: Option<Cow<'a, str>>,
    #[serde(borrow)]
    query_results: Option<Cow<'a, str>>,
    part: u32,
    part_count: u32,
}

impl<'a> Record<'a> {
    /// Reads one line; the explanation says why it is no record.
    pub(crate) fn read(line: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
        let line: Line<'a> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if line.part == 0 || line.part > line.part_count {
            return Err(format!("it is part {} of {}", line.part, line.part_count));
        }
        let time = match &line.creation_time {
            None => time::NONE,
            Some(text) => parse_time(text).ok_or_else(|| format!("CreationTime is no time: {text:?}"))?,
        };
        let message = line.message.or(line.operation).filter(|name| !name.is_empty()).ok_or("it has no Message and no Operation")?;
        let user_id = guid(line.user_id.as_deref());
        let system_user = guid(line.system_user_id.as_deref());
        let user = [line.user_upn, line.user_id, line.system_user_id, line.user_key].into_iter().flatten().find(|text| !text.is_empty());
        let caller = system_user.filter(|caller| user_id.is_some_and(|user| user != *caller));
        let owned = |id: Uuid| Some(Cow::Owned(id.to_string()));
        let names = [
            owned(line.organization_id),
            Some(message),
            line.category,
            line.activity,
            line.item_type.filter(|name| !name.is_empty()).or(line.entity_name),
            user,
            user_id.or(system_user).and_then(owned),
            caller.and_then(owned),
            line.client_ip,
            line.result_status,
            line.tags,
        ];
        let mut results: Vec<Uuid> =
            line.query_results.iter().flat_map(|ids| ids.split(',')).filter_map(|id| guid(Some(id.trim()))).collect();
        results.sort_unstable();
        results.dedup();
        Ok(Record {
            id: line.id,
            correlation: line.correlation_id,
            names: names.map(|name| name.filter(|name| !name.is_empty())),
            time,
            entity_id: guid(line.entity_id.as_deref()),
            results,
            part: line.part,
            part_count: line.part_count,
        })
    }

    /// Every record that this one shows: the results, and the record that it is about.
    pub(crate) fn shown(&self) -> impl Iterator<Item = Uuid> {
        let entity = self.entity_id.filter(|id| self.results.binary_search(id).is_err());
        self.results.iter().copied().chain(entity)
    }

    /// The tags, each by itself.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.names[TAGS].iter().flat_map(|tags| tags.split(',')).map(str::trim).filter(|tag| !tag.is_empty())
    }
}

/// A GUID in its one usual form; anything else, `N/A` for one, is none.
fn guid(text: Option<&str>) -> Option<Uuid> {
    text.filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok())
}

/// The lines of NDJSON that hold something, with their numbers from 1. A line's bytes are all but its line feed.
pub(crate) fn lines(records: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let numbered = records.split(|byte| *byte == b'\n').enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter(|(_, line)| !line.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""Id":"c2c5abcd-05cd-542c-8d78-f10b8c793a3b","CorrelationId":"a843a6f9-b20e-5132-8a36-6432a8638cfb",
        "OrganizationId":"3f1c7a52-90de-4b6e-8c1d-52a7e0b9f431","Message":"Retrieve","Part":1,"PartCount":1"#;

    fn line(more: &str) -> String {
        format!("{{{HEAD}{more}}}")
    }

    #[test]
    fn read_results_with_what_is_no_id_gives_the_ids() {
        let text =
            line(r#","QueryResults":"da2aa5b1-6379-ee11-952c-000d3ac286e5, [redacted by mask], DA2AA5B1-6379-EE11-952C-000D3AC286E5""#);
        let record = Record::read(text.as_bytes()).unwrap();
        assert_eq!(record.results.len(), 1);
        assert_eq!(record.time, time::NONE);
    }

    #[test]
    fn read_caller_is_told_only_where_it_is_another() {
        let (anna, robot) = ("103f1e2e-0f37-ee11-9c3e-000d3a0bd1f2", "bded1505-72a0-ee11-9192-000d3a36f91d");
        let same = line(&format!(r#","UserId":"{anna}","SystemUserId":"{anna}""#));
        let other = line(&format!(r#","UserId":"{anna}","SystemUserId":"{robot}""#));
        let wire = line(&format!(r#","UserId":"anna@example","SystemUserId":"{robot}""#));
        let told = |text: &str| {
            Record::read(text.as_bytes()).unwrap().names[5..8]
                .iter()
                .map(|name| name.as_deref().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&same), [anna, anna, ""]);
        assert_eq!(told(&other), [anna, anna, robot]);
        assert_eq!(told(&wire), ["anna@example", robot, ""]);
    }

    #[test]
    fn read_no_record_is_explained() {
        for bad in [
            "",
            "{}",
            "[]",
            "nonsense",
            &line(r#","Part":2"#),
            &line(r#","CreationTime":"yesterday""#),
            &line("").replace(r#""Part":1"#, r#""Part":2"#),
        ] {
            assert!(Record::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
