//! Checks what a rule said, all of it before any of it is applied.

use super::answer::{AnswerError, Decision, Grant, Target, Verdict};
use crate::decode;
use crate::parts::ID_SEPARATOR;

/// Bytes that the name of a rule may have at most.
pub const MAX_NAME: usize = 64;
/// Tags that one answer may give at most.
pub const MAX_TAGS: usize = 16;
/// Bytes that a tag may have at most.
pub const MAX_TAG: usize = 64;
/// Targets that one answer may name at most.
pub const MAX_TARGETS: usize = 256;
/// Characters that a text must have at least: shorter ones show by chance.
pub const MIN_TEXT: usize = 3;
/// Bytes that a text may have at most.
pub const MAX_TEXT: usize = 4_096;
/// Bytes that the reason of a drop may have at most.
pub const MAX_REASON: usize = 256;

/// What is wrong with one answer, its position still missing.
enum Wrong {
    Bad(String),
    NotGranted(String),
}

/// Checks the name of a rule and its decisions about `expected` activities.
pub(super) fn check(rule: &str, decisions: &[Decision], grant: &Grant, expected: usize) -> Result<(), AnswerError> {
    if !is_rule_name(rule) {
        let explanation = format!("a rule's name is 1 to {MAX_NAME} of the characters a to z, 0 to 9 and hyphen");
        return Err(AnswerError::BadAnswer { position: 0, explanation });
    }
    if decisions.len() != expected {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        return Err(AnswerError::WrongCount { expected: number(expected), came: number(decisions.len()) });
    }
    for (position, decision) in (0..).zip(decisions) {
        let Decision::Answered(verdict) = decision else { continue };
        verdict_is_good(verdict, grant).map_err(|wrong| match wrong {
            Wrong::Bad(explanation) => AnswerError::BadAnswer { position, explanation },
            Wrong::NotGranted(explanation) => AnswerError::NotGranted { position, explanation },
        })?;
    }
    Ok(())
}

fn is_rule_name(rule: &str) -> bool {
    (1..=MAX_NAME).contains(&rule.len()) && rule.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn verdict_is_good(verdict: &Verdict, grant: &Grant) -> Result<(), Wrong> {
    match verdict {
        Verdict::Keep => Ok(()),
        Verdict::Tag(tags) => {
            in_range("tags", tags.len(), 1, MAX_TAGS)?;
            tags.iter().try_for_each(|tag| tag_is_good(tag, grant))
        }
        Verdict::Redact(targets) => {
            in_range("targets", targets.len(), 0, MAX_TARGETS)?;
            targets.iter().try_for_each(|target| target_is_good(target, grant))
        }
        Verdict::Drop(reason) => {
            in_range("bytes in the reason", reason.len(), 1, MAX_REASON)?;
            no_control("the reason", reason)?;
            granted(grant.may_drop, || "dropping".to_owned())
        }
    }
}

fn tag_is_good(tag: &str, grant: &Grant) -> Result<(), Wrong> {
    in_range("bytes in a tag", tag.len(), 1, MAX_TAG)?;
    no_control("a tag", tag)?;
    if tag.contains(ID_SEPARATOR) {
        return Err(Wrong::Bad("a tag with a comma and a space, which stand between tags".to_owned()));
    }
    let allowed = grant.tags.as_ref().is_none_or(|tags| tags.iter().any(|allowed| allowed == tag));
    granted(allowed, || format!("the tag {tag:?}"))
}

fn target_is_good(target: &Target, grant: &Grant) -> Result<(), Wrong> {
    let (everywhere, what) = match target {
        Target::Field(name) => {
            in_range("bytes in a field's name", name.len(), 1, decode::MAX_NAME)?;
            let allowed = grant.fields.as_ref().is_none_or(|fields| fields.iter().any(|allowed| allowed.eq_ignore_ascii_case(name)));
            return granted(allowed, || format!("redacting the field {name:?}"));
        }
        Target::Text(text) => {
            in_range("bytes in a text", text.len(), 0, MAX_TEXT)?;
            in_range("characters in a text", text.chars().count(), MIN_TEXT, MAX_TEXT)?;
            (grant.fields.is_none(), "a text")
        }
        Target::WholeQuery => (grant.fields.is_none(), "the query"),
        Target::WholeQueryResults => (grant.fields.is_none(), "the query's results"),
        Target::WholeItemUrl => (grant.fields.is_none(), "the item's URL"),
    };
    granted(everywhere, || format!("redacting {what}: only fields by name are granted"))
}

fn in_range(what: &str, count: usize, least: usize, most: usize) -> Result<(), Wrong> {
    if (least..=most).contains(&count) { Ok(()) } else { Err(Wrong::Bad(format!("{count} {what}; {least} to {most} are allowed"))) }
}

fn no_control(what: &str, text: &str) -> Result<(), Wrong> {
    if text.chars().any(char::is_control) { Err(Wrong::Bad(format!("{what} with a control character"))) } else { Ok(()) }
}

fn granted(granted: bool, what: impl FnOnce() -> String) -> Result<(), Wrong> {
    if granted { Ok(()) } else { Err(Wrong::NotGranted(what())) }
}
