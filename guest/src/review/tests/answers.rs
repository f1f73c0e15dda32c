//! What a rule may say: each limit obeyed and violated, and nothing applied of answers of which one is bad.

use super::*;
use crate::review::{AnswerError, MAX_NAME, MAX_REASON, MAX_TAG, MAX_TAGS, MAX_TARGETS, MAX_TEXT};

/// What comes of a second answer, the first one being good.
fn answer(rule: &str, verdict: Verdict, grant: &Grant) -> Result<(), AnswerError> {
    let events = [event("Update", "contact", ""), event("Create", "contact", "")];
    let mut capture = capture("", &events);
    all(&mut capture);
    let good = Decision::Answered(Verdict::Tag(vec!["good".to_owned()]));
    let result = capture.apply(rule, vec![good, Decision::Answered(verdict)], grant);
    if result.is_err() {
        // None was applied, and the same activities still wait.
        capture.apply("fallback", vec![Decision::Unreviewed; 2], grant).unwrap();
        let outcome = capture.emit();
        assert_eq!((outcome.outcome.recorded, outcome.dropped.len()), (2, 0));
        let records = records(&outcome);
        assert!(records.iter().all(|record| record.get("Tags").is_none() && record["Unreviewed"] == "fallback"));
    }
    result
}

fn bad(result: Result<(), AnswerError>) -> bool {
    matches!(result, Err(AnswerError::BadAnswer { position: 1, ref explanation }) if (1..200).contains(&explanation.len()))
}

fn not_granted(result: Result<(), AnswerError>) -> bool {
    matches!(result, Err(AnswerError::NotGranted { position: 1, ref explanation }) if (1..400).contains(&explanation.len()))
}

fn tags(tags: &[&str]) -> Verdict {
    Verdict::Tag(tags.iter().map(ToString::to_string).collect())
}

#[test]
fn apply_limits_obeyed() {
    let longest = "t".repeat(MAX_TAG);
    let many: Vec<String> = (0..MAX_TAGS).map(|tag| tag.to_string()).collect();
    for verdict in [
        tags(&["x"]),
        tags(&[&longest, "é", "a,b", ",", " "]),
        Verdict::Tag(many),
        redact(&[]),
        redact(&[text("abc"), text("é€😀"), text(&"x".repeat(MAX_TEXT)), field("a"), field(&"f".repeat(256))]),
        redact(&vec![Target::WholeQuery; MAX_TARGETS]),
        redact(&[Target::WholeItemUrl, Target::WholeQueryResults]),
        Verdict::Drop("r".to_owned()),
        Verdict::Drop("r".repeat(MAX_REASON)),
    ] {
        assert_eq!(answer("a-rule-0", verdict.clone(), &everything()), Ok(()), "{verdict:?}");
    }
    assert_eq!(answer(&"a".repeat(MAX_NAME), Verdict::Keep, &everything()), Ok(()));
}

#[test]
fn apply_limits_violated() {
    for verdict in [
        tags(&[]),
        tags(&[""]),
        tags(&["good", "a, b"]),
        tags(&["a\nb"]),
        tags(&["a\u{85}b"]),
        tags(&[&"t".repeat(MAX_TAG + 1)]),
        Verdict::Tag((0..=MAX_TAGS).map(|tag| tag.to_string()).collect()),
        redact(&[text("ab")]),
        redact(&[text("😀é")]),
        redact(&[text("")]),
        redact(&[text(&"x".repeat(MAX_TEXT + 1))]),
        redact(&[field("")]),
        redact(&[field(&"f".repeat(257))]),
        redact(&vec![Target::WholeQuery; MAX_TARGETS + 1]),
        Verdict::Drop(String::new()),
        Verdict::Drop("r".repeat(MAX_REASON + 1)),
        Verdict::Drop("a\tb".to_owned()),
    ] {
        assert!(bad(answer("rule", verdict.clone(), &everything())), "{verdict:?}");
    }
}

#[test]
fn apply_name_of_a_rule_that_is_none_is_refused() {
    for rule in ["", "Rule", "a rule", "a_rule", "a]", "é", &"a".repeat(MAX_NAME + 1)] {
        let refused = matches!(answer(rule, Verdict::Keep, &everything()), Err(AnswerError::BadAnswer { position: 0, .. }));
        assert!(refused, "{rule}");
    }
}

#[test]
fn apply_another_number_of_decisions_is_refused() {
    let mut capture = capture("", &[event("Update", "a", ""), event("Update", "b", "")]);
    let keep = Decision::Answered(Verdict::Keep);
    let apply = |capture: &mut Capture, count: usize| capture.apply("rule", vec![keep.clone(); count], &everything());
    assert_eq!(apply(&mut capture, 1), Err(AnswerError::WrongCount { expected: 0, came: 1 }), "nobody asked yet");
    assert_eq!(all(&mut capture).len(), 2);
    assert_eq!(apply(&mut capture, 0), Err(AnswerError::WrongCount { expected: 2, came: 0 }));
    assert_eq!(apply(&mut capture, 3), Err(AnswerError::WrongCount { expected: 2, came: 3 }));
    assert_eq!(apply(&mut capture, 2), Ok(()));
    assert_eq!(apply(&mut capture, 2), Err(AnswerError::WrongCount { expected: 0, came: 2 }), "they are done with");
    assert_eq!(apply(&mut capture, 0), Ok(()));
}

#[test]
fn apply_what_the_grant_names_is_granted_and_nothing_else() {
    let list = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
    // The first answer gives the tag `good`.
    let nothing = Grant { may_drop: false, tags: list(&["good"]), fields: list(&[]) };
    let some = Grant { may_drop: false, tags: list(&["good", "bulk", "late"]), fields: list(&["EMailAddress1"]) };
    for (verdict, of_some, of_any) in [
        (Verdict::Keep, true, true),
        (redact(&[]), true, true),
        (tags(&["bulk"]), true, true),
        (tags(&["late", "bulk"]), true, true),
        (tags(&["bulk", "Late"]), false, true),
        (redact(&[field("emailaddress1"), field("EMAILADDRESS1")]), true, true),
        (redact(&[field("emailaddress1"), field("telephone1")]), false, true),
        (redact(&[text("abc")]), false, true),
        (redact(&[Target::WholeQuery]), false, true),
        (redact(&[Target::WholeQueryResults]), false, true),
        (redact(&[Target::WholeItemUrl]), false, true),
        (Verdict::Drop("noise".to_owned()), false, false),
    ] {
        let harmless = matches!(&verdict, Verdict::Keep) || verdict == redact(&[]);
        assert_eq!(not_granted(answer("rule", verdict.clone(), &some)), !of_some, "{verdict:?}");
        assert_eq!(not_granted(answer("rule", verdict.clone(), &Grant::default())), !of_any, "{verdict:?}");
        assert_eq!(not_granted(answer("rule", verdict.clone(), &nothing)), !harmless, "{verdict:?}");
        assert_eq!(answer("rule", verdict, &everything()), Ok(()));
    }
}
