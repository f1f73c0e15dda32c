//! Makes a rule that does as it is told (`rule.wat`).

use super::image::{Answer, Image, Manifest, Target};
use super::layout::layout;
use crate::common;
use std::fmt::Write;

/// What a rule does with an activity.
#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    Answers(Answer),
    Traps,
    Loops,
    Recurses,
    /// Takes memory until it is refused, and gives up.
    TakesMemory,
    DividesByZero,
    /// Reads beyond its memory.
    ReadsBeyond,
    /// Asks for memory that is refused, and goes on without.
    AsksForMemory,
    /// Answers, and loops when the answer was taken.
    LoopsAfterwards,
    TrapsAfterwards,
    OneTooFew,
    OneTooMany,
    /// Says that it gives ten million verdicts, without memory for them.
    ClaimsMillions,
    GivesMillions,
    /// Drops for a reason of 1 GB.
    GivesGigabyte,
    /// Gives an answer that is not in its memory.
    AnswersBeyond,
    AnswersAtOddAddress,
}

/// The byte of an activity by which the rule goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// The first letter of the message.
    Message,
    /// The first letter of the first tag.
    Tag,
    /// The first letter of the first field's value, which is a string.
    Field,
    /// How many columns there are.
    Columns,
}

/// A rule to be made.
#[derive(Clone, Debug)]
pub struct TestRule {
    pub manifest: Manifest,
    key: Key,
    by_key: Vec<(u8, Does)>,
    describing: u8,
    start: &'static str,
    stuck_at: i32,
}

const BASE: usize = 1024;

impl TestRule {
    /// A rule that asks for the message and keeps everything.
    pub fn new() -> Self {
        let manifest = Manifest {
            name: "test".to_owned(),
            version: "1".to_owned(),
            messages: Vec::new(),
            categories: Vec::new(),
            entities: Vec::new(),
            columns: vec!["message"],
            tags: false,
            redacts: false,
            drops: false,
        };
        Self { manifest, key: Key::Message, by_key: Vec::new(), describing: 0, start: "", stuck_at: -1 }
    }

    /// What it does where the key is this byte. Its manifest says so.
    pub fn on(mut self, key: u8, does: Does) -> Self {
        match &does {
            Does::Answers(Answer::Tag(_)) => self.manifest.tags = true,
            Does::Answers(Answer::Redact(_)) => self.manifest.redacts = true,
            Does::Answers(Answer::Drop(_) | Answer::DropBytes(_) | Answer::DropAt(..)) | Does::GivesGigabyte => self.manifest.drops = true,
            _ => {}
        }
        self.by_key.push((key, does));
        self
    }

    /// Tags where the key is this byte.
    pub fn tags(self, key: u8, tag: &'static str) -> Self {
        self.on(key, Does::Answers(Answer::Tag(vec![tag])))
    }

    /// Redacts where the key is this byte.
    pub fn redacts(self, key: u8, target: Target) -> Self {
        self.on(key, Does::Answers(Answer::Redact(vec![target])))
    }

    /// Drops where the key is this byte.
    pub fn drops(self, key: u8, reason: &'static str) -> Self {
        self.on(key, Does::Answers(Answer::Drop(reason)))
    }

    /// The byte by which it goes; what it needs is asked for.
    pub fn by(mut self, key: Key) -> Self {
        self.manifest.columns.extend(match key {
            Key::Tag => Some("tags"),
            Key::Field => Some("fields"),
            Key::Message | Key::Columns => None,
        });
        self.key = key;
        self
    }

    /// Changes what it says of itself.
    pub fn says(mut self, change: impl FnOnce(&mut Manifest)) -> Self {
        change(&mut self.manifest);
        self
    }

    /// What it does when it is asked what it is.
    pub fn describing(mut self, does: &Does) -> Self {
        self.describing = code(does).expect("no answer");
        self
    }

    /// Loops for ever before anything is asked.
    pub fn looping_at_start(mut self) -> Self {
        self.start = "(start $forever)";
        self
    }

    /// Loops for ever when it is asked for a piece of memory of this size.
    pub fn stuck_at(mut self, bytes: i32) -> Self {
        self.stuck_at = bytes;
        self
    }

    /// The component.
    pub fn component(&self) -> Vec<u8> {
        self.component_of(common::CONTRACT)
    }

    /// The component for a version of the contract.
    pub fn component_of(&self, version: &str) -> Vec<u8> {
        common::component(&common::of_version(&self.text(), version), "activity-rule", version)
    }

    fn text(&self) -> String {
        let layout = layout();
        let mut image = Image::new(BASE);
        let mut table = [0u8; 256];
        let mut verdicts = image.verdict(&Answer::Keep);
        for (key, does) in &self.by_key {
            table[usize::from(*key)] = code(does).unwrap_or_else(|answer| {
                let place = verdicts.len() / layout.verdict.0;
                verdicts.extend(image.verdict(answer));
                u8::try_from(place + 32).expect("few answers")
            });
        }
        let (table, verdicts) = (image.put(&table), image.put(&verdicts));
        let manifest = image.manifest(&self.manifest);
        let (verdict, payload) = layout.verdict;
        let drop = layout.verdicts.iter().position(|case| case == "drop").expect("the case");
        let numbers = [
            ("{pages}", image.end() / 65_536 + 1),
            ("{free}", image.end()),
            ("{base}", BASE),
            ("{table}", table),
            ("{verdicts}", verdicts),
            ("{manifest}", manifest),
            ("{manifest_odd}", manifest + 1),
            ("{activity}", layout.activity),
            ("{verdict}", verdict),
            ("{payload}", payload),
            ("{length}", payload + 4),
            ("{drop}", drop),
            ("{describing}", usize::from(self.describing)),
        ];
        let mut text = include_str!("rule.wat").replace("{stuck_at}", &self.stuck_at.to_string());
        for (name, number) in numbers {
            text = text.replace(name, &number.to_string());
        }
        text.replace("{start}", self.start).replace("{key}", &self.key.text()).replace("{data}", &escaped(&image.bytes))
    }
}

/// The number under which the rule knows what to do, or the answer that has to stand in its memory.
fn code(does: &Does) -> Result<u8, &Answer> {
    Ok(match does {
        Does::Answers(answer) => return Err(answer),
        Does::Traps => 1,
        Does::Loops => 2,
        Does::Recurses => 3,
        Does::TakesMemory => 4,
        Does::DividesByZero => 5,
        Does::ReadsBeyond => 6,
        Does::AsksForMemory => 7,
        Does::LoopsAfterwards => 8,
        Does::TrapsAfterwards => 9,
        Does::OneTooFew => 20,
        Does::OneTooMany => 21,
        Does::ClaimsMillions => 22,
        Does::GivesMillions => 23,
        Does::GivesGigabyte => 24,
        Does::AnswersBeyond => 25,
        Does::AnswersAtOddAddress => 26,
    })
}

impl Key {
    /// The expression that finds it; 0 where there is none.
    fn text(self) -> String {
        let layout = layout();
        let is_some = |option: usize| format!("(i32.load8_u offset={option} (local.get $activity))");
        let word = |at: usize| format!("(i32.load offset={at} (local.get $activity))");
        let unless_absent = |column: &str, found: &dyn Fn(usize) -> String| {
            let (option, value) = layout.column(column);
            let there = format!("(i32.and {} (i32.ne {} (i32.const 0)))", is_some(option), word(value + 4));
            format!("(if (result i32) {there} (then {}) (else (i32.const 0)))", found(value))
        };
        match self {
            Key::Message => unless_absent("message", &|value| format!("(i32.load8_u {})", word(value))),
            Key::Tag => unless_absent("tags", &|value| format!("(i32.load8_u (i32.load {}))", word(value))),
            // A field is its name and its value; the value begins with a quote.
            Key::Field => unless_absent("fields", &|value| format!("(i32.load8_u offset=1 (i32.load offset=8 {}))", word(value))),
            Key::Columns => {
                let add = |sum: String, (_, option, _): &(String, usize, usize)| format!("(i32.add {sum} {})", is_some(*option));
                layout.columns.iter().fold("(i32.const 0)".to_owned(), add)
            }
        }
    }
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "\\{byte:02x}").expect("a text can be written");
        text
    })
}
