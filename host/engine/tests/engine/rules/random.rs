//! Any rules on any events: every event is in exactly one place, the one that a small model of rules says.

use super::builder::{Does, TestRule};
use super::image::{Answer, Target};
use super::*;
use actlog_engine::Cache;
use actlog_engine::rules::OnFault;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

/// Letters with which messages begin.
const LETTERS: &[u8] = b"ABCDEF";
/// The letter on which a rule may loop; a batch has it once at most.
const LOOPS: u8 = b'L';
/// The only tag that a strict grant allows, and one that it does not.
const TAGS: [&str; 2] = ["allowed", "other"];

/// A field's value that rules redact.
const EMAIL: &str = "jane@contoso.example";

/// A rule with its place in the operator's settings.
#[derive(Clone, Debug)]
struct Link {
    rule: TestRule,
    behaviour: BTreeMap<u8, Does>,
    /// Whether only the first tag is granted.
    strict: bool,
    on_fault: OnFault,
}

/// A line of a batch.
#[derive(Clone, Debug)]
enum Line {
    Event(u8),
    Excluded,
    Rejected,
    Blank,
}

/// Where an event ends up.
#[derive(Clone, Debug, PartialEq)]
enum Place {
    Recorded { tags: String, redacted: String, unreviewed: String, email: String },
    Excluded,
    Dropped { rule: String, reason: String },
    Rejected,
    Faulted(String, FaultKind),
}

fn does() -> impl Strategy<Value = Does> {
    let answers = |answer| Just(Does::Answers(answer));
    prop_oneof![
        6 => answers(Answer::Keep),
        4 => select(&TAGS[..]).prop_map(|tag| Does::Answers(Answer::Tag(vec![tag]))),
        2 => answers(Answer::Redact(vec![Target::Field("Email")])),
        2 => select(&["noise", "echo"][..]).prop_map(|reason| Does::Answers(Answer::Drop(reason))),
        1 => answers(Answer::Tag(Vec::new())),
        1 => answers(Answer::NoCase),
        1 => select(vec![Does::Traps, Does::DividesByZero, Does::Recurses, Does::OneTooFew, Does::OneTooMany, Does::TrapsAfterwards]),
    ]
}

fn link() -> impl Strategy<Value = Link> {
    let behaviour = prop::collection::btree_map(select(LETTERS), does(), 0..=LETTERS.len());
    (behaviour, any::<bool>(), any::<bool>(), prop::bool::weighted(0.1)).prop_map(|(mut behaviour, strict, keeps, loops)| {
        if loops {
            behaviour.insert(LOOPS, Does::Loops);
        }
        let rule = behaviour.iter().fold(TestRule::new(), |rule, (&letter, does)| rule.on(letter, does.clone()));
        Link { rule, behaviour, strict, on_fault: if keeps { OnFault::Keep } else { OnFault::Withhold } }
    })
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        8 => select(LETTERS).prop_map(Line::Event),
        1 => Just(Line::Excluded),
        1 => Just(Line::Rejected),
        1 => Just(Line::Blank),
    ]
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    (prop::collection::vec(line(), 1..=40), prop::option::weighted(0.3, any::<prop::sample::Index>())).prop_map(|(mut lines, loops)| {
        if let Some(at) = loops {
            let at = at.index(lines.len());
            lines[at] = Line::Event(LOOPS);
        }
        lines
    })
}

fn name(number: usize) -> String {
    format!("rule-{number}")
}

/// How a rule fails when it is to do this, and none where it does not.
fn failure(link: &Link, does: &Does) -> Option<FaultKind> {
    Some(match does {
        Does::Answers(Answer::Tag(tags)) if tags.is_empty() => FaultKind::BadAnswer,
        Does::Answers(Answer::Tag(tags)) if link.strict && tags[0] != TAGS[0] => FaultKind::NotGranted,
        Does::Answers(Answer::NoCase) => FaultKind::BadAnswer,
        Does::Answers(_) => return None,
        Does::Traps | Does::TrapsAfterwards => FaultKind::Panic,
        Does::DividesByZero => FaultKind::Trap,
        Does::Recurses => FaultKind::StackOverflow,
        Does::OneTooFew | Does::OneTooMany => FaultKind::WrongCount,
        Does::Loops => FaultKind::Deadline,
        other => panic!("{other:?} is not drawn"),
    })
}

/// Where an event with this letter ends up, and which rules failed on it.
fn place(links: &[Link], letter: u8) -> (Place, Vec<(usize, FaultKind)>) {
    let (mut tags, mut redacted, mut unreviewed, mut faults) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut email = EMAIL.to_owned();
    for (number, link) in links.iter().enumerate() {
        let does = link.behaviour.get(&letter).cloned().unwrap_or(Does::Answers(Answer::Keep));
        if let Some(kind) = failure(link, &does) {
            faults.push((number, kind));
            match link.on_fault {
                OnFault::Keep => unreviewed.push(name(number)),
                OnFault::Withhold => return (Place::Faulted(name(number), kind), faults),
            }
            continue;
        }
        match does {
            Does::Answers(Answer::Tag(given)) if !tags.contains(&given[0]) => tags.push(given[0]),
            // What was redacted before keeps its mark.
            Does::Answers(Answer::Redact(_)) if email == EMAIL => {
                email = format!("[redacted by {}]", name(number));
                redacted.push(name(number));
            }
            Does::Answers(Answer::Drop(reason)) => return (Place::Dropped { rule: name(number), reason: reason.to_owned() }, faults),
            _ => {}
        }
    }
    let (tags, redacted, unreviewed) = (tags.join(", "), redacted.join(", "), unreviewed.join(", "));
    (Place::Recorded { tags, redacted, unreviewed, email }, faults)
}

/// The events of a batch, each with its letter; the letter of those without one does not matter.
fn text(lines: &[Line]) -> String {
    let event = |number, letter: u8| {
        let event = common::event(&format!("{}one", char::from(letter)), number);
        format!(r#"{},"Fields":[{{"Name":"email","Value":"{EMAIL}"}}]}}"#, event.strip_suffix('}').expect("an object"))
    };
    let line = |(number, line): (usize, &Line)| match line {
        Line::Event(letter) => event(number, *letter),
        Line::Excluded => common::event("WhoAmI", number),
        Line::Rejected => "{".to_owned(),
        Line::Blank => String::new(),
    };
    lines.iter().enumerate().map(|at| line(at) + "\n").collect()
}

/// Where each event ended up; events that are only counted are handed out in the order of what is left.
fn places(outcome: &Outcome, lines: &[Line]) -> Vec<Vec<Place>> {
    let events: Vec<(usize, &Line)> = lines.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Blank)).collect();
    let mut places = vec![Vec::new(); events.len()];
    for record in records(outcome) {
        let text = |column: &str| record[column].as_str().unwrap_or_default().to_owned();
        let index = events.iter().position(|(number, _)| text("EventId") == format!("e-{number}")).expect("an event of the batch");
        let fields: Vec<Value> = serde_json::from_str(&text("Fields")).expect("Fields are JSON");
        let email = fields[0]["Value"].as_str().expect("a string").to_owned();
        places[index].push(Place::Recorded { tags: text("Tags"), redacted: text("Redacted"), unreviewed: text("Unreviewed"), email });
    }
    for faulted in &outcome.faulted {
        places[faulted.index as usize].push(Place::Faulted(faulted.rule.clone().unwrap_or_default(), faulted.kind));
    }
    for rejection in &outcome.rejected {
        places[rejection.index as usize].push(Place::Rejected);
    }
    // What is counted by message is in the first places that have that message and nothing else.
    let mut count = |message: &str, count: u32, place: &Place| {
        let of_message = |line: &Line| match line {
            Line::Event(letter) => message == format!("{}one", char::from(*letter)),
            Line::Excluded => message == "WhoAmI",
            _ => false,
        };
        for _ in 0..count {
            let free = places.iter().zip(&events).position(|(place, (_, line))| place.is_empty() && of_message(line));
            places[free.expect("no more than there were")].push(place.clone());
        }
    };
    for dropped in &outcome.dropped {
        count(&dropped.message, dropped.count, &Place::Dropped { rule: dropped.rule.clone(), reason: dropped.reason.clone() });
    }
    for excluded in &outcome.excluded {
        count(&excluded.message, excluded.count, &Place::Excluded);
    }
    places
}

/// On how many activities each rule failed, by the name of how.
type Faults = BTreeMap<(usize, &'static str), u32>;

fn expected(links: &[Link], lines: &[Line]) -> (Vec<Vec<Place>>, Faults) {
    let (mut places, mut faults) = (Vec::new(), BTreeMap::new());
    for line in lines {
        let place = match line {
            Line::Event(letter) => {
                let (place, failed) = place(links, *letter);
                for (rule, kind) in failed {
                    *faults.entry((rule, kind.name())).or_default() += 1;
                }
                place
            }
            Line::Excluded => Place::Excluded,
            Line::Rejected => Place::Rejected,
            Line::Blank => continue,
        };
        places.push(vec![place]);
    }
    (places, faults)
}

fn filter_of(links: &[Link]) -> Filter {
    // Each of these rules is seen once; no cache is to hold them.
    static RULES: OnceLock<Rules> = OnceLock::new();
    let rules = RULES.get_or_init(|| Rules::builder().cache(Cache::Off).build().expect("rules run here"));
    let limits = RuleLimits { deadline: Duration::from_millis(500), ..RuleLimits::default() };
    filter(links.iter().enumerate().map(|(number, link)| {
        let rule = rules.load(&link.rule.component(), limits).expect("it behaves when it is tried");
        let mut grant = Grant::all_of(rule.manifest());
        if link.strict && !grant.tags.is_empty() {
            grant.tags = vec![TAGS[0].to_owned()];
        }
        Member::new(name(number), rule).grant(grant).on_fault(link.on_fault)
    }))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 100, ..ProptestConfig::with_cases(40) })]
    #[test]
    fn batch_of_any_events_with_any_rules_accounts_for_each(links in prop::collection::vec(link(), 1..=3), lines in lines()) {
        let filter = filter_of(&links);
        let text = text(&lines);
        let (places_expected, faults_expected) = expected(&links, &lines);
        // Twice: what happened to the instances does not show.
        for _ in 0..2 {
            let outcome = filter.audit(text.as_bytes()).expect("an outcome");
            prop_assert!(outcome.is_balanced());
            prop_assert_eq!(outcome.read as usize, places_expected.len());
            prop_assert_eq!(places(&outcome, &lines), places_expected.clone());
            let faults: Faults = outcome.rule_faults.iter().map(|fault| {
                let rule = (0..links.len()).find(|&number| name(number) == fault.rule).expect("a rule of the chain");
                ((rule, fault.kind.name()), fault.activities)
            }).collect();
            prop_assert_eq!(faults.len(), outcome.rule_faults.len());
            prop_assert_eq!(faults, faults_expected.clone());
        }
    }
}
