//! Explain: what the filter decides about one event, stage by stage, and why.
//!
//! It asks the same stages in the same way as [`crate::pipeline`], and shows what they answer.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::activity::{Activity, Form};
use crate::capture::{self, capture};
use crate::categorize::rule;
use crate::classify;
use crate::decode::decode;
use crate::directory;
use crate::fault::Fault;
use crate::gate::{checks, gate};
use crate::pipeline::{Auditor, subject};
use crate::recognize::recognize;
use crate::settings::Policy;

/// What was decided about one event. Its JSON form may grow new keys.
#[derive(Serialize)]
struct Explanation {
    /// `recorded`, `excluded`, `rejected`, or `empty` where there is no event.
    outcome: &'static str,
    /// Why it was excluded or rejected.
    reason: Option<&'static str>,
    stages: Vec<Stage>,
    records: Vec<Box<RawValue>>,
    /// Bytes of each record.
    sizes: Vec<usize>,
    /// What the draft settings would decide once published.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Box<Explanation>>,
}

#[derive(Serialize)]
struct Stage {
    stage: &'static str,
    decision: String,
    why: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<StageCheck>,
}

#[derive(Serialize)]
struct StageCheck {
    check: &'static str,
    passed: bool,
    why: String,
}

/// Explains one event as a JSON document: `outcome`, `reason` where there is one, `stages`, the `records` and their
/// `sizes`; with a draft in the settings, `draft` tells what that would decide.
pub fn explain(auditor: &Auditor, event: &[u8]) -> String {
    let mut explanation = explain_with(&auditor.policy, auditor, event);
    explanation.draft = auditor.draft.as_ref().map(|draft| Box::new(explain_with(draft, auditor, event)));
    serde_json::to_string(&explanation).unwrap_or_default()
}

fn explain_with(policy: &Policy, auditor: &Auditor, event: &[u8]) -> Explanation {
    let outcome = auditor.audit_with(policy, event);
    let mut stages = Vec::new();
    if let Ok(text) = std::str::from_utf8(event) {
        let text = text.trim_start_matches('\u{feff}');
        if let Err(fault) = walk(policy, text, &mut stages) {
            let at = if stages.is_empty() { "decode" } else { "capture" };
            stages.push(refused(at, &fault));
        }
    }
    let records = outcome.records.lines().filter_map(|line| RawValue::from_string(line.to_owned()).ok()).collect();
    let sizes: Vec<usize> = outcome.records.lines().map(str::len).collect();
    if outcome.recorded > 0 {
        stages.push(stage("record", format!("{} bytes", sizes.iter().sum::<usize>()), "rendered in the fixed order of columns"));
        let (decision, why) = match sizes.len() {
            1 => ("1 record".to_owned(), format!("{} of at most {} bytes", sizes[0], crate::parts::LIMIT)),
            many => (format!("{many} records"), format!("the record is over {} bytes; its parts have {sizes:?}", crate::parts::LIMIT)),
        };
        stages.push(stage("split", decision, why));
    }
    let (verdict, reason) = match (outcome.excluded.first(), outcome.rejected.first()) {
        (Some(exclusion), _) => ("excluded", Some(exclusion.reason.name())),
        (_, Some(rejection)) => ("rejected", Some(rejection.fault.reason.name())),
        _ if outcome.recorded > 0 => ("recorded", None),
        _ => ("empty", None),
    };
    Explanation { outcome: verdict, reason, stages, records, sizes, draft: None }
}

fn walk<'a>(policy: &'a Policy, event: &'a str, stages: &mut Vec<Stage>) -> Result<(), Fault> {
    let activity = &mut Activity::default();
    decode(event, activity)?;
    let form = match activity.form {
        Form::SdkEvent => ("SdkEvent", "it has Message"),
        Form::RemoteExecutionContext => ("RemoteExecutionContext", "it has MessageName"),
    };
    stages.push(stage("decode", form.0, form.1));
    let before = (activity.user_upn.is_some(), activity.instance_url.is_some());
    directory::complete(activity, policy);
    let filled = [("UserUpn", before.0, activity.user_upn.is_some()), ("InstanceUrl", before.1, activity.instance_url.is_some())];
    let filled: Vec<&str> = filled.iter().filter(|(_, had, has)| !had && *has).map(|(name, ..)| *name).collect();
    let (decision, why) = match filled.is_empty() {
        true => ("nothing added".to_owned(), "the settings know nothing more of its user and organization"),
        false => (format!("added {}", filled.join(", ")), "from the settings' users and organizations"),
    };
    stages.push(stage("directory", decision, why));

    let (message, entity) = (activity.message.decode(), activity.entity_name.map(|name| name.decode()).unwrap_or_default());
    let subject = subject(activity, &message, &entity);
    let why = if subject.social { "the action of a social engagement entity".to_owned() } else { rule(&message).to_string() };
    stages.push(stage("categorize", subject.category.name(), why));
    let (kind, why) = classify::explain(&subject);
    stages.push(stage("classify", kind.name(), why));
    let events: Vec<&str> = recognize(&subject).map(|row| row.event).collect();
    if !events.is_empty() {
        stages.push(stage("recognize", events.join(", "), "rows of \"What events are audited\""));
    }

    let decided = gate(&subject, activity, policy);
    let checks = checks(&subject, activity, policy);
    let why = match checks.iter().find(|check| !check.passed) {
        Some(failed) => failed.why.clone(),
        None => format!("all {} checks passed", checks.len()),
    };
    let mut gate = stage("gate", decided.as_ref().map_or_else(|reason| reason.name(), |()| "passed"), why);
    gate.checks = checks.into_iter().map(|check| StageCheck { check: check.name, passed: check.passed, why: check.why }).collect();
    stages.push(gate);
    if decided.is_err() {
        return Ok(());
    }

    capture(activity, subject.category, &mut capture::Scratch::default())?;
    let mut captured = Vec::new();
    if activity.has_query {
        captured.push(format!("a query of {} bytes", activity.query.len()));
    }
    if activity.has_results {
        captured.push(format!("{} result ids", activity.results.len()));
    }
    if activity.has_fields {
        captured.push(format!("{} fields", activity.fields.len()));
    }
    let decision = if captured.is_empty() { "nothing to take".to_owned() } else { captured.join(", ") };
    let why = if activity.withheld { "the sender withheld the parameters for their size" } else { "from the event's parameters" };
    stages.push(stage("capture", decision, why));
    Ok(())
}

fn refused(at: &'static str, fault: &Fault) -> Stage {
    let place = if fault.place.is_empty() { String::new() } else { format!(" at {}", fault.place) };
    stage(at, format!("rejected: {}", fault.reason.name()), format!("{}{place}, byte {}", fault.explanation, fault.offset))
}

fn stage(stage: &'static str, decision: impl Into<String>, why: impl Into<String>) -> Stage {
    Stage { stage, decision: decision.into(), why: why.into(), checks: Vec::new() }
}
