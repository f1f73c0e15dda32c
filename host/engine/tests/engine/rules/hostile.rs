//! Rules that do all they can to harm: each fault has its kind and names its rule, and only the culprit is faulted.

use super::builder::{Does, TestRule};
use super::image::{Answer, Target};
use super::*;
use actlog_engine::rules::OnFault;

const GIBIBYTE: usize = 1 << 30;
/// As long as a tag may be.
const LONG_TAG: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Misdeeds that end by themselves or by their limit of memory.
fn misdeeds() -> Vec<(Does, FaultKind)> {
    vec![
        (Does::Traps, FaultKind::Panic),
        (Does::Recurses, FaultKind::StackOverflow),
        (Does::TakesMemory, FaultKind::MemoryLimit),
        (Does::DividesByZero, FaultKind::Trap),
        (Does::ReadsBeyond, FaultKind::Trap),
        (Does::TrapsAfterwards, FaultKind::Panic),
        (Does::OneTooFew, FaultKind::WrongCount),
        (Does::OneTooMany, FaultKind::WrongCount),
        (Does::ClaimsMillions, FaultKind::BadAnswer),
        (Does::GivesMillions, FaultKind::OutputLimit),
        (Does::GivesGigabyte, FaultKind::MemoryLimit),
        (Does::AnswersBeyond, FaultKind::BadAnswer),
        (Does::AnswersAtOddAddress, FaultKind::BadAnswer),
    ]
}

/// Answers that are none.
fn bad_answers() -> Vec<Answer> {
    vec![
        Answer::NoCase,
        Answer::DropAt(1_024, 1_000_000_000),
        Answer::DropAt(u32::MAX - 7, 100),
        Answer::DropBytes(b"not \xff text"),
        Answer::DropBytes(b"half a character \xc3"),
        Answer::Drop(""),
        Answer::Drop("a\nb"),
        Answer::Tag(Vec::new()),
        Answer::Tag(vec!["good", ""]),
        Answer::Tag(vec!["one, two"]),
        Answer::Tag(vec!["many"; 17]),
        Answer::Redact(vec![Target::Text("ab")]),
        Answer::Redact(vec![Target::Field("good"), Target::Field("")]),
    ]
}

/// A rule that tags messages with T and does this on messages with X.
fn culprit(does: Does) -> TestRule {
    TestRule::new().tags(b'T', "seen").on(b'X', does)
}

/// Sees to it that a rule is faulted on its culprit alone, whatever happens then, and that the next batch is unharmed.
fn only_the_culprit_is_faulted(rule: &TestRule, limits: RuleLimits, kind: FaultKind) {
    let loaded = try_load(rule, limits).expect("it behaves when it is tried");
    let good = filter([member("bad", load(&TestRule::new().tags(b'T', "seen")))]);
    for on_fault in [OnFault::Withhold, OnFault::Keep] {
        let filter = filter([member("bad", loaded.clone()).on_fault(on_fault)]);
        let messages = ["Tagged", "Kept", "Xculprit", "Kept", "Tagged"];
        let outcome = audit(&filter, &messages);
        assert_eq!(rule_faults(&outcome), [("bad", kind, 1)], "{rule:?}");
        assert!(!outcome.rule_faults[0].explanation.is_empty() && outcome.rule_faults[0].on_fault == on_fault);
        let unharmed = audit(&good, &messages);
        if on_fault == OnFault::Withhold {
            assert_eq!(faulted(&outcome), [(2, kind, "bad")], "{rule:?}");
            assert_eq!(recorded(&outcome), ["e-0", "e-1", "e-3", "e-4"]);
            assert_eq!(column(&outcome, "Unreviewed"), [""; 4]);
        } else {
            assert_eq!(faulted(&outcome), []);
            assert_eq!(column(&outcome, "Unreviewed"), ["", "", "bad", "", ""], "{rule:?}");
        }
        assert_eq!(neighbours(&outcome), neighbours(&unharmed), "{rule:?}");
        let next = ["Kept", "Look", "Kept"];
        assert_eq!(audit(&filter, &next), audit(&plain(), &next), "{rule:?}");
    }
}

/// The records of all but the culprit, as bytes.
fn neighbours(outcome: &Outcome) -> Vec<&[u8]> {
    let lines = outcome.records.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !line.windows(8).any(|window| window == b"Xculprit")).collect()
}

#[test]
fn rule_that_misbehaves_is_faulted_on_its_culprit_alone() {
    for (does, kind) in misdeeds() {
        only_the_culprit_is_faulted(&culprit(does), RuleLimits::default(), kind);
    }
}

#[test]
fn rule_that_loops_is_ended_at_its_deadline() {
    for does in [Does::Loops, Does::LoopsAfterwards] {
        only_the_culprit_is_faulted(&culprit(does), hasty(), FaultKind::Deadline);
    }
}

#[test]
fn batch_full_of_loops_ends_with_its_time() {
    let limits = RuleLimits { deadline: Duration::from_millis(50), ..RuleLimits::default() };
    let rule = try_load(&culprit(Does::Loops), limits).expect("it behaves when it is tried");
    let filter = filter([member("bad", rule).on_fault(OnFault::Withhold)]);
    let begin = Instant::now();
    let outcome = audit(&filter, &["Xculprit"; 400]);
    // One by one with the whole deadline each, it would take 20 seconds.
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    assert_eq!(rule_faults(&outcome), [("bad", FaultKind::Deadline, 400)]);
}

#[test]
fn event_on_which_the_filter_itself_fails_does_not_harm_what_rules_say_of_others() {
    let engine = actlog_engine::Engine::builder().cache(common::shared_cache()).memory_limit(16 << 20).build().expect("it runs");
    let filter = engine.filter("").expect("defaults");
    filter.set_rules(chain([member("bad", load(&culprit(Does::Traps).drops(b'D', "noise"))).suspend_after(2)]));
    let messages = ["Tagged", "Giant", "Xone", "Dropped", "Xtwo", "Dropped"];
    let giant = batch(&messages).replacen("Giant\",", &format!("Giant\",\"EntityId\":\"{}\",", "x".repeat(15 << 20)), 1);
    let outcome = filter.audit(giant.as_bytes()).expect("an outcome");
    assert!(outcome.is_balanced());
    assert_eq!(faulted(&outcome), [(1, FaultKind::MemoryLimit, "")]);
    assert!(outcome.faulted[0].rule.is_none(), "it is the filter's");
    assert_eq!((column(&outcome, "Tags"), column(&outcome, "Unreviewed")), (texts(["seen", "", ""]), texts(["", "bad", "bad"])));
    assert_eq!(rule_faults(&outcome), [("bad", FaultKind::Panic, 2)], "counted together, as in a batch that does not fail");
    assert_eq!(outcome.dropped.iter().map(|dropped| dropped.count).collect::<Vec<_>>(), [2]);
    assert_eq!(filter.rules().suspended().count(), 0, "a batch counts once, however often it was tried");
    assert!(audit(&filter, &["Xone"]).rule_faults[0].suspended);
}

#[test]
fn rule_that_loops_when_it_is_given_memory_is_ended_at_its_deadline() {
    // The only text of eight bytes is the culprit's message.
    let rule = culprit(Does::Traps).stuck_at(8);
    only_the_culprit_is_faulted(&rule, hasty(), FaultKind::Deadline);
}

#[test]
fn rule_with_bad_answers_is_faulted_on_its_culprit_alone() {
    for answer in bad_answers() {
        only_the_culprit_is_faulted(&culprit(Does::Answers(answer)), RuleLimits::default(), FaultKind::BadAnswer);
    }
}

#[test]
fn rule_with_a_gigabyte_that_is_really_there_answers_too_much() {
    let limits = RuleLimits { memory: 2 * GIBIBYTE, ..RuleLimits::default() };
    only_the_culprit_is_faulted(&culprit(Does::GivesGigabyte), limits, FaultKind::OutputLimit);
}

#[test]
fn rule_that_is_refused_memory_and_does_without_is_not_faulted() {
    let filter = filter([member("modest", load(&culprit(Does::AsksForMemory)))]);
    assert_eq!(audit(&filter, &["Xtra", "Kept"]), audit(&plain(), &["Xtra", "Kept"]));
}

#[test]
fn rule_with_memory_up_to_its_limit_works_and_beyond_it_is_faulted() {
    let millions = culprit(Does::GivesMillions);
    let limits = |memory, output| RuleLimits { memory, output, ..RuleLimits::default() };
    // Ten million verdicts need about 120 MB; with enough of everything they are just too many.
    only_the_culprit_is_faulted(&millions, limits(100 << 20, 2 * GIBIBYTE), FaultKind::MemoryLimit);
    only_the_culprit_is_faulted(&millions, limits(200 << 20, 100 << 20), FaultKind::OutputLimit);
}

#[test]
fn rule_that_answers_up_to_its_limit_works_and_beyond_it_is_faulted() {
    let rule = TestRule::new().drops(b'D', "a reason of some length").on(b'T', Does::Answers(Answer::Tag(vec![LONG_TAG; 16])));
    let limits = RuleLimits { output: 500, ..RuleLimits::default() };
    let bounded = filter([member("bounded", try_load(&rule, limits).expect("it keeps what it is tried with")).on_fault(OnFault::Withhold)]);
    assert_eq!(audit(&bounded, &["Dropped", "Dropped"]).excluded_events(), 2);
    // A batch that is answered too much is asked about one by one, and nothing is wrong with each.
    let outcome = audit(&bounded, &["Dropped"; 40]);
    assert_eq!((outcome.excluded_events(), outcome.rule_faults.len()), (40, 1));
    assert_eq!((outcome.rule_faults[0].kind, outcome.rule_faults[0].activities), (FaultKind::OutputLimit, 0));
    assert_eq!(faulted(&audit(&bounded, &["Kept", "Tagged", "Kept"])), [(1, FaultKind::OutputLimit, "bounded")]);
    let free = filter([member("free", load(&rule))]);
    assert_eq!(column(&audit(&free, &["Tagged"]), "Tags"), [LONG_TAG], "the default limit is enough");
}

#[test]
fn rule_that_fails_on_everything_faults_all_that_it_was_asked_about() {
    let rule = TestRule::new().on(b'X', Does::Traps).says(|manifest| manifest.messages = vec!["Xone".to_owned(), "Xtwo".to_owned()]);
    let Err(RuleError::Fails { kind: FaultKind::Panic, .. }) = try_load(&rule, RuleLimits::default()) else {
        panic!("it is tried with a message that it asks for")
    };
    let filter = filter([member("bad", load(&culprit(Does::Traps))).on_fault(OnFault::Withhold)]);
    let outcome = audit(&filter, &["Xone", "Xtwo", "Xone"]);
    let each = |index| (index, FaultKind::Panic, "bad");
    assert_eq!(faulted(&outcome), [each(0), each(1), each(2)]);
    assert_eq!(rule_faults(&outcome), [("bad", FaultKind::Panic, 3)]);
}

#[test]
fn batch_with_more_bad_answers_than_are_singled_out_is_faulted_whole() {
    let filter = filter([member("bad", load(&culprit(Does::Answers(Answer::Tag(Vec::new()))))).on_fault(OnFault::Withhold)]);
    let outcome = audit(&filter, &[&["Kept"; 2][..], &["Xculprit"; 64]].concat());
    assert_eq!((outcome.recorded, outcome.faulted.len()), (2, 64));
    let outcome = audit(&filter, &[&["Kept"; 2][..], &["Xculprit"; 65]].concat());
    assert_eq!((outcome.recorded, outcome.faulted.len()), (0, 67));
}

#[test]
fn batch_with_a_culprit_of_each_kind_faults_each_by_its_kind() {
    let misdeeds = misdeeds();
    let rule = misdeeds.iter().zip(b'a'..).fold(TestRule::new(), |rule, ((does, _), letter)| rule.on(letter, does.clone()));
    let letters: Vec<String> = (0..misdeeds.len()).map(|number| char::from(b'a' + number as u8).to_string() + "1").collect();
    let messages: Vec<&str> = letters.iter().flat_map(|letter| ["Kept", letter]).collect();
    let filter = filter([member("bad", load(&rule)).on_fault(OnFault::Withhold)]);
    let expected: Vec<_> = (0u32..).zip(&misdeeds).map(|(number, (_, kind))| (2 * number + 1, *kind, "bad")).collect();
    assert_eq!(faulted(&audit(&filter, &messages)), expected);
}
