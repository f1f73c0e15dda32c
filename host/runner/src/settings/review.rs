//! The section `[review]` of the settings: whether and how long records can be searched, and reports of the customer's own. It is
//! the host's, the filter never sees it.

use actlog_engine::SettingsError;
use actlog_store::DEFAULT_DAYS;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::review::question::Question;
use crate::review::reports;

/// The section's name.
pub const SECTION: &str = "review";
/// Its schema.
pub const SCHEMA: &str = include_str!("review.schema.json");
/// Most days that records may be kept: a hundred years.
const MOST_DAYS: u32 = 36_525;

/// What the operator decides about review. The keys stand in `review.schema.json`, too.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Review {
    /// Whether records can be searched. Off: they are kept and sealed all the same.
    pub search: bool,
    /// Days after which records are deleted.
    pub retention_days: u32,
    /// Reports of the customer's own.
    pub reports: Vec<OwnReport>,
}

/// A report of the customer's own: its name, and what it lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct OwnReport {
    /// Its name, for the command line and addresses.
    #[serde(default)]
    pub name: String,
    #[serde(flatten)]
    pub question: Question,
}

impl Default for Review {
    fn default() -> Self {
        Self { search: true, retention_days: DEFAULT_DAYS, reports: Vec::new() }
    }
}

impl Review {
    /// The customer's own reports.
    pub fn own_reports(&self) -> Vec<reports::Own> {
        self.reports.iter().map(|report| reports::Own { name: report.name.clone(), question: report.question.clone() }).collect()
    }

    /// What is wrong, each with its path below the section.
    fn check(&self) -> Vec<SettingsError> {
        let mut errors = Vec::new();
        if !(1..=MOST_DAYS).contains(&self.retention_days) {
            errors.push(error("retention-days", format!("a number of days from 1 to {MOST_DAYS}")));
        }
        let known = reports::all(&[]);
        for (at, report) in self.reports.iter().enumerate() {
            let sound = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            let twice = known.iter().any(|entry| entry.name == report.name) || self.reports[..at].iter().any(|it| it.name == report.name);
            if report.name.is_empty() || report.name.len() > 64 || !report.name.bytes().all(sound) || twice {
                let why = "1 to 64 of the characters a to z, 0 to 9 and hyphen, and no other report's name".to_owned();
                errors.push(error(&format!("reports[{at}].name"), why));
            }
            if let Err(why) = report.question.query() {
                errors.push(error(&format!("reports[{at}]"), why));
            }
        }
        errors
    }
}

/// Takes the section out of the settings: what is published, and everything that is wrong with it or with the draft's.
pub fn take(settings: &mut Json) -> (Review, Vec<SettingsError>) {
    let mut errors = Vec::new();
    let mut section = |from: Option<&mut Json>, path: &str| {
        let given = from.and_then(Json::as_object_mut).and_then(|sections| sections.remove(SECTION));
        given.map(|given| read(given, path, &mut errors)).unwrap_or_default()
    };
    section(settings.get_mut("draft"), "draft.review");
    let published = section(Some(settings), SECTION);
    (published, errors)
}

fn read(given: Json, path: &str, errors: &mut Vec<SettingsError>) -> Review {
    errors.extend(unknown_keys(&given).map(|(at, key)| error(&format!("{path}.reports[{at}].{key}"), "there is no such key".to_owned())));
    match serde_path_to_error::deserialize::<_, Review>(given) {
        Ok(review) => {
            errors.extend(review.check().into_iter().map(|wrong| error(&format!("{path}.{}", wrong.path), wrong.explanation)));
            review
        }
        Err(wrong) => {
            let below = wrong.path().to_string();
            let path = if below == "." { path.to_owned() } else { format!("{path}.{below}") };
            errors.push(error(&path, wrong.into_inner().to_string()));
            Review::default()
        }
    }
}

/// Keys of reports that are none: the report's position and the key. The schema has the list of those that are.
fn unknown_keys(section: &Json) -> impl Iterator<Item = (usize, String)> {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap_or_default();
    let known = schema["properties"]["reports"]["items"]["properties"].clone();
    let reports = section["reports"].as_array().cloned().unwrap_or_default();
    reports.into_iter().enumerate().flat_map(move |(at, report)| {
        let keys: Vec<String> = report.as_object().into_iter().flat_map(|report| report.keys().cloned()).collect();
        let known = known.clone();
        keys.into_iter().filter(move |key| known.get(key).is_none()).map(move |key| (at, key))
    })
}

fn error(path: &str, explanation: String) -> SettingsError {
    SettingsError { path: path.to_owned(), explanation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(review: Json) -> Vec<String> {
        take(&mut json!({ "review": review })).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn take_what_is_left_out_has_its_default() {
        assert_eq!(take(&mut json!({})), (Review::default(), Vec::new()));
        let (review, _) = take(&mut json!({"review": {"search": false}}));
        assert_eq!((review.search, review.retention_days), (false, 90));
    }

    #[test]
    fn take_tells_everything_that_is_wrong() {
        let report = |name: &str| json!({"name": name});
        let told = errors(json!({"retention-days": 0, "reports": [report("exports"), report("A"), {"name": "a", "from": "soon"}]}));
        let begins = [
            "review.retention-days: a number",
            "review.reports[0].name: 1 to 64",
            "review.reports[1].name",
            "review.reports[2]: from: 'soon'",
        ];
        assert_eq!(told.len(), begins.len(), "{told:#?}");
        assert!(told.iter().zip(begins).all(|(told, begins)| told.starts_with(begins)), "{told:#?}");
        assert!(errors(json!({"serch": true}))[0].starts_with("review.serch: unknown field"));
        assert_eq!(errors(json!({"reports": [report("a"), {"name": "b", "usr": "x"}]})), ["review.reports[1].usr: there is no such key"]);
        assert_eq!(errors(json!({"reports": [{"name": "b", "User": "x"}]})), ["review.reports[0].User: there is no such key"]);
    }

    #[test]
    fn schema_has_every_key_that_is_read() {
        let schema: Json = serde_json::from_str(SCHEMA).unwrap();
        let keys = |schema: &Json| schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut section = keys(&schema);
        section.sort();
        assert_eq!(section, ["reports", "retention-days", "search"]);
        let report = schema["properties"]["reports"]["items"].clone();
        // Each key of the schema is one that is read: it has a value then, and no other has.
        let filters: Vec<String> = keys(&report).into_iter().filter(|key| key != "name").collect();
        assert_eq!(filters.len(), serde_json::to_value(Question::default()).unwrap().as_object().unwrap().len());
        for key in filters {
            let (review, _) = take(&mut json!({"review": {"reports": [{"name": "a", key.as_str(): "x"}]}}));
            assert_eq!(review.reports[0].question.given().len(), 1, "{key}");
        }
        assert_eq!(schema["properties"]["retention-days"]["default"], DEFAULT_DAYS);
    }
}
