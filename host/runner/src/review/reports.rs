//! Reports by name: which there are, and what each needs.

use actlog_store::{ACTIVITIES, Query, ReportKind};
use serde::Serialize;
use uuid::Uuid;

use super::question::Question;

/// A report of the customer's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Its name, for the command line and addresses.
    pub name: String,
    /// What it lists.
    pub question: Question,
}

/// A report that can be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it tells.
    pub description: String,
    /// What has to be given: `User`, `RecordIds` or nothing.
    pub needs: &'static [&'static str],
}

/// What a report is asked for, beside its name.
#[derive(Clone, Debug, Default)]
pub struct Asked<'a> {
    /// User principal name or GUID.
    pub user: Option<&'a str>,
    /// GUIDs, apart by blanks or commas.
    pub record_ids: Option<&'a str>,
}

/// Reports beyond the nine: name, title, description, needs.
const OTHERS: [(&str, &str, &str, &[&str]); 8] = [
    ("user", "Everything one user did", "Every activity of one user, or on their behalf.", &["User"]),
    ("who-saw", "Everyone who saw a record", "Who read or changed one record, or the records of one data subject.", &["RecordIds"]),
    ("exports", "Exports and bulk reads", "Exports and reads of many records, the largest first.", &[]),
    ("admin", "Administration", "What administrators and support engineers did.", &[]),
    ("sign-ins", "Sign-ins", "Who signed in and out, and from where.", &[]),
    ("by-day", "Activity by day", "How much happened on each day (UTC).", &[]),
    ("by-hour", "Activity by hour", "How much happened in each hour of the day (UTC).", &[]),
    ("deletions", "What retention deleted", "What was deleted because its time was over, as the store's seals say.", &[]),
];

/// The name of one of the nine: its words, joined, without what stands in brackets.
fn slug(activity: &str) -> String {
    let words: Vec<String> = activity
        .split('(')
        .next()
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// Every report, the nine preconfigured ones first, the customer's own last.
pub fn all(own: &[Own]) -> Vec<Entry> {
    let nine = ACTIVITIES.iter().map(|activity| Entry {
        name: slug(activity),
        title: (*activity).to_owned(),
        description: "Preconfigured: every record of this activity.".to_owned(),
        needs: &[],
    });
    let others = OTHERS.iter().map(|(name, title, description, needs)| Entry {
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        description: (*description).to_owned(),
        needs,
    });
    let own = own.iter().map(|own| Entry {
        name: own.name.clone(),
        title: own.name.clone(),
        description: "From the settings.".to_owned(),
        needs: &[],
    });
    nine.chain(others).chain(own).collect()
}

/// The report of a name.
///
/// # Errors
/// A sentence: there is no such report, or it needs something that is not given.
pub fn kind(name: &str, asked: &Asked<'_>, own: &[Own]) -> Result<ReportKind, String> {
    if let Some(activity) = ACTIVITIES.iter().find(|activity| slug(activity) == name) {
        return Ok(ReportKind::Activity((*activity).to_owned()));
    }
    let given = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(match name {
        "user" => ReportKind::User(given(asked.user).ok_or("this report needs a user: --user NAME")?),
        "who-saw" => ReportKind::WhoSaw(ids(&given(asked.record_ids).ok_or("this report needs records: --records ID,ID")?)?),
        "exports" => ReportKind::Exports,
        "admin" => ReportKind::Admin,
        "sign-ins" => ReportKind::SignIns,
        "by-day" => ReportKind::ByDay,
        "by-hour" => ReportKind::ByHour,
        "deletions" => ReportKind::Deletions,
        other => {
            let own = own.iter().find(|own| own.name == other).ok_or_else(|| format!("there is no report '{other}'"))?;
            let query: Query = own.question.query()?;
            ReportKind::Own { name: own.name.clone(), query: Box::new(query) }
        }
    })
}

fn ids(text: &str) -> Result<Vec<Uuid>, String> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.map(|word| Uuid::try_parse(word).map_err(|_| format!("'{word}' is no GUID"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_reports_can_be_run_by_their_names() {
        let own = [Own { name: "contacts".to_owned(), question: Question::default() }];
        let asked = Asked { user: Some("anna"), record_ids: Some("0a0d8709-711e-e811-a952-000d3a732d76") };
        let all = all(&own);
        assert_eq!(all.len(), 9 + OTHERS.len() + 1);
        for entry in &all {
            assert!(kind(&entry.name, &asked, &own).is_ok(), "{}", entry.name);
            assert_eq!(kind(&entry.name, &Asked::default(), &own).is_err(), !entry.needs.is_empty(), "{}", entry.name);
        }
        assert_eq!(all[3].name, "performed-bulk-actions");
        assert_eq!(kind("nosuch", &asked, &own), Err("there is no report 'nosuch'".to_owned()));
    }

    #[test]
    fn ids_are_apart_by_commas_and_blanks() {
        let id = "0a0d8709-711e-e811-a952-000d3a732d76";
        assert_eq!(ids(&format!("{id},{id}\n{id} ")).unwrap().len(), 3);
        assert_eq!(ids("17"), Err("'17' is no GUID".to_owned()));
    }
}
