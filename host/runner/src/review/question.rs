//! The filters of a search, as people write them.

use actlog_store::{Query, parse_time};
use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// What records are looked for. Everything that is given must hold. Names match whole, in upper and lower case; `anna*` matches
/// all that begin like it.
// One list of filters for three ways to write them: options of a command, parameters of an address (the schema's names), and
// keys of the settings.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Question {
    /// From this moment on: 2018-03-02 or 2018-03-02T23:25:56Z.
    #[arg(long, value_name = "TIME")]
    #[serde(alias = "from")]
    pub from: Option<String>,
    /// Before this moment; a day counts whole.
    #[arg(long, value_name = "TIME")]
    #[serde(alias = "to")]
    pub to: Option<String>,
    /// Done by or for this user: user principal name or GUID.
    #[arg(long, value_name = "USER")]
    #[serde(alias = "user")]
    pub user: Option<String>,
    /// SDK message.
    #[arg(long, value_name = "NAME")]
    #[serde(alias = "message")]
    pub message: Option<String>,
    /// Kind of access.
    #[arg(long, value_name = "NAME")]
    #[serde(alias = "category")]
    pub category: Option<String>,
    /// One of the nine preconfigured activities.
    #[arg(long, value_name = "NAME")]
    #[serde(alias = "activity")]
    pub activity: Option<String>,
    /// Entity.
    #[arg(long, value_name = "NAME")]
    #[serde(alias = "entity")]
    pub entity: Option<String>,
    /// This record was read, changed or among the results: its GUID.
    #[arg(long = "record", value_name = "ID")]
    #[serde(alias = "record")]
    pub record_id: Option<String>,
    /// Client address.
    #[arg(long, value_name = "ADDRESS")]
    #[serde(rename = "ClientIP", alias = "client-ip")]
    pub client_ip: Option<String>,
    /// Result status.
    #[arg(long = "status", value_name = "STATUS")]
    #[serde(alias = "status")]
    pub result_status: Option<String>,
    /// Tag that a rule gave.
    #[arg(long, value_name = "TAG")]
    #[serde(alias = "tag")]
    pub tag: Option<String>,
    /// This text stands in Fields or Query.
    #[arg(long, value_name = "TEXT")]
    #[serde(alias = "text")]
    pub text: Option<String>,
}

impl Question {
    /// The same for the store. What is empty is not asked.
    ///
    /// # Errors
    /// A sentence about the first filter that cannot be read.
    pub fn query(&self) -> Result<Query, String> {
        let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let moment = |name: &str, text: &Option<String>| match given(text) {
            None => Ok(None),
            Some(text) => match parse_time(&text) {
                Some(time) => Ok(Some((time, text.len()))),
                None => Err(format!("{name}: '{text}' is no time; write 2018-03-02 or 2018-03-02T23:25:56Z")),
            },
        };
        // A day without a time of day counts whole.
        let to = moment("to", &self.to)?.map(|(time, length)| if length == "2018-03-02".len() { time + DAY } else { time });
        let record_id = match given(&self.record_id) {
            None => None,
            Some(text) => Some(Uuid::try_parse(&text).map_err(|_| format!("record: '{text}' is no GUID"))?),
        };
        Ok(Query {
            from: moment("from", &self.from)?.map(|(time, _)| time),
            to,
            user: given(&self.user),
            message: given(&self.message),
            category: given(&self.category),
            activity: given(&self.activity),
            entity: given(&self.entity),
            record_id,
            client_ip: given(&self.client_ip),
            result_status: given(&self.result_status),
            tag: given(&self.tag),
            text: given(&self.text),
            ..Query::default()
        })
    }

    /// The filters that are given, by name: what is recorded of a question.
    pub fn given(&self) -> Vec<(String, String)> {
        let filters = serde_json::to_value(self).unwrap_or_default();
        let filters = filters.as_object().cloned().unwrap_or_default();
        filters.into_iter().filter_map(|(name, value)| Some((name, value.as_str().filter(|text| !text.is_empty())?.to_owned()))).collect()
    }
}

/// The time that a question is about, in words.
pub fn range(question: &Question) -> String {
    match (&question.from, &question.to) {
        (Some(from), Some(to)) => format!("from {from} to {to}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => "all records".to_owned(),
    }
}

/// This moment, as records write it.
pub fn now() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_a_day_counts_whole() {
        let question = Question { from: Some("2018-03-02".into()), to: Some("2018-03-02".into()), ..Question::default() };
        let query = question.query().unwrap();
        assert_eq!(query.to.unwrap() - query.from.unwrap(), DAY);
        let moment = Question { to: Some("2018-03-02T00:00:00Z".into()), ..Question::default() };
        assert_eq!(moment.query().unwrap().to, query.from);
    }

    #[test]
    fn query_what_cannot_be_read_is_named() {
        for (question, named) in [
            (Question { from: Some("yesterday".into()), ..Question::default() }, "from: 'yesterday'"),
            (Question { record_id: Some("17".into()), ..Question::default() }, "record: '17'"),
        ] {
            assert!(question.query().unwrap_err().starts_with(named));
        }
        assert_eq!(Question { user: Some(" ".into()), ..Question::default() }.query(), Ok(Query::default()));
    }

    #[test]
    fn given_names_what_was_asked() {
        let question =
            Question { user: Some("ann".into()), client_ip: Some("::1".into()), text: Some(String::new()), ..Question::default() };
        let mut given = question.given();
        given.sort();
        assert_eq!(given, [("ClientIP".to_owned(), "::1".to_owned()), ("User".to_owned(), "ann".to_owned())]);
    }
}
