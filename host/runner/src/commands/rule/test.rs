//! `actlog rule test`

use std::fs;
use std::io::ErrorKind;

use actlog_engine::Engine;
use actlog_engine::rules::Chain;
use anyhow::Context;

use super::events;
use crate::cli::RuleTestArgs;
use crate::console::{BAD, Console, GOOD, HEAD, clean};
use crate::exit::{End, usage};
use crate::output;
use crate::rules;
use crate::rules::effect::{Comparison, Effect, Fate};
use crate::settings::load;
use crate::table::{Grid, styled, thousands};

/// Events that are shown one by one.
const SHOWN: usize = 20;
/// Characters that are shown of a value.
const MOST_SHOWN: usize = 300;

/// How events ended.
#[derive(Default)]
struct Counts {
    events: u64,
    unrecorded: u64,
    kept: u64,
    changed: u64,
    dropped: u64,
    withheld: u64,
}

/// Shows what a rule would change, and compares that with what is expected of it.
///
/// # Errors
/// When the rule cannot be used, or a file cannot be read.
pub fn test(args: &RuleTestArgs) -> anyhow::Result<End> {
    let rule = rules::load(&args.file)?;
    let engine = Engine::new()?;
    let settings = args.settings.as_deref();
    let (without, with) = (load::filter(&engine, settings)?, load::filter(&engine, settings)?);
    with.set_rules(Chain::new([rules::alone(&rule, &rules::plain_name(&rule))])?);
    let comparison = Comparison::new(&engine, without, with);
    let (mut counts, mut effects) = (Counts::default(), Vec::new());
    let broken = events::for_each(&args.events, |place, event| {
        counts.events += 1;
        match comparison.effect(place, event)? {
            None => counts.unrecorded += 1,
            Some(effect) => {
                match effect.outcome {
                    Fate::Dropped => counts.dropped += 1,
                    Fate::Withheld => counts.withheld += 1,
                    Fate::Recorded if effect.is_change() => counts.changed += 1,
                    Fate::Recorded => counts.kept += 1,
                }
                if effect.is_change() {
                    effects.push(effect);
                }
            }
        }
        Ok(())
    })?;
    counts.events += broken;
    counts.unrecorded += broken;
    let lines = lines(&effects)?;
    if args.json {
        super::super::print(&lines)?;
    } else {
        super::super::print(&text(&effects, &counts))?;
    }
    match &args.expect {
        Some(expect) => compare(expect, &lines, args.overwrite),
        None => Ok(End::Done),
    }
}

/// The effects for programs: a line of JSON each.
fn lines(effects: &[Effect]) -> anyhow::Result<String> {
    effects.iter().map(|effect| Ok(serde_json::to_string(effect)? + "\n")).collect()
}

fn text(effects: &[Effect], counts: &Counts) -> String {
    let mut text = String::new();
    for effect in effects.iter().take(SHOWN) {
        let entity = if effect.entity.is_empty() { String::new() } else { format!(" {}", clean(&effect.entity)) };
        text.push_str(&format!("{}  {}{entity}\n", styled(&clean(&effect.event), HEAD), clean(&effect.message)));
        if effect.outcome == Fate::Recorded {
            let mut grid = Grid::new(["  Column", "Without the rule", "With the rule"]);
            for change in &effect.changes {
                let value = |value: &Option<String>| value.as_deref().map(clipped).unwrap_or_default();
                grid.row([format!("  {}", change.column), value(&change.before), value(&change.after)]);
            }
            text.push_str(&grid.text());
            text.push_str("\n\n");
        } else {
            text.push_str(&format!("  {BAD}{}{BAD:#}\n\n", clean(&effect.short())));
        }
    }
    if effects.len() > SHOWN {
        text.push_str(&format!("and {} more; --json shows all\n\n", thousands((effects.len() - SHOWN) as u64)));
    }
    let parts = [
        (counts.changed, "changed"),
        (counts.dropped, "dropped"),
        (counts.withheld, "withheld because the rule failed"),
        (counts.kept, "kept as they are"),
        (counts.unrecorded, "not recorded anyway"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", thousands(*count))).collect();
    let events = if counts.events == 1 { "1 event".to_owned() } else { format!("{} events", thousands(counts.events)) };
    text + &format!("{events}{}{}\n", if parts.is_empty() { "" } else { ": " }, parts.join(", "))
}

fn clipped(value: &str) -> String {
    match value.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}… ({} characters)", &value[..end], thousands(value.chars().count() as u64)),
        None => value.to_owned(),
    }
}

/// Compares with a file of expected effects, or writes it.
fn compare(expect: &str, lines: &str, overwrite: bool) -> anyhow::Result<End> {
    let console = Console::plain();
    if overwrite {
        output::write_file(expect, lines.as_bytes())?;
        console.say(&format!("{GOOD}written:{GOOD:#} {expect}"));
        return Ok(End::Done);
    }
    let expected = fs::read_to_string(expect).map_err(|error| match error.kind() {
        ErrorKind::NotFound => usage(format!("{expect} does not exist; --overwrite writes what the rule does now")),
        _ => anyhow::anyhow!("cannot read {expect}: {error}"),
    })?;
    let (expected, found) = (parsed(&expected).with_context(|| format!("{expect} is no file of effects"))?, parsed(lines)?);
    if expected == found {
        console.say(&format!("{GOOD}as expected:{GOOD:#} {expect}"));
        return Ok(End::Done);
    }
    let told = |effect: &Effect| format!("{} {}: {}", clean(&effect.event), clean(&effect.message), clean(&effect.short()));
    let missing = expected.iter().filter(|effect| !found.contains(effect)).map(|effect| format!("- {}", told(effect)));
    let surplus = found.iter().filter(|effect| !expected.contains(effect)).map(|effect| format!("+ {}", told(effect)));
    let differences: Vec<String> = missing.chain(surplus).collect();
    differences.iter().take(2 * SHOWN).for_each(|line| console.say(line));
    if differences.is_empty() {
        console.say("the same effects in another order");
    }
    console.say(&format!("{BAD}not as expected:{BAD:#} {expect} (- expected, + found); --overwrite takes what the rule does now"));
    Ok(End::Incomplete)
}

fn parsed(lines: &str) -> anyhow::Result<Vec<Effect>> {
    let lines = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| serde_json::from_str(line).with_context(|| format!("line {}", at + 1))).collect()
}
