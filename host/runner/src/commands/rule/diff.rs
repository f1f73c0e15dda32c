//! `actlog rule diff`

use actlog_engine::Engine;
use actlog_engine::rules::{Chain, Rule};
use serde::Serialize;

use super::events;
use crate::cli::RuleDiffArgs;
use crate::exit::End;
use crate::rules;
use crate::rules::effect::{Comparison, Effect};
use crate::settings::load;
use crate::table::{Grid, thousands};

/// Events that are shown one by one.
const SHOWN: usize = 100;

/// An event on which two versions differ.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Difference {
    old: Effect,
    new: Effect,
}

/// Shows the events whose records another version of a rule would hide, redact or tag otherwise.
///
/// # Errors
/// When a rule cannot be used, or a file cannot be read.
pub fn diff(args: &RuleDiffArgs) -> anyhow::Result<End> {
    let (old, new) = (rules::load(&args.old)?, rules::load(&args.new)?);
    let engine = Engine::new()?;
    // Under one name, so that the marks of both are the same.
    let name = rules::plain_name(&new);
    let comparison = |rule: &Rule| -> anyhow::Result<Comparison<'_>> {
        let settings = args.settings.as_deref();
        let (without, with) = (load::filter(&engine, settings)?, load::filter(&engine, settings)?);
        with.set_rules(Chain::new([rules::alone(rule, &name)])?);
        Ok(Comparison::new(&engine, without, with))
    };
    let (with_old, with_new) = (comparison(&old)?, comparison(&new)?);
    let (mut events, mut differences) = (0, Vec::new());
    let broken = events::for_each(&args.events, |place, event| {
        events += 1;
        if let (Some(old), Some(new)) = (with_old.effect(place.clone(), event)?, with_new.effect(place, event)?)
            && !old.is_same(&new)
        {
            differences.push(Difference { old, new });
        }
        Ok(())
    })?;
    if args.json {
        let lines: serde_json::Result<String> = differences.iter().map(|it| Ok(serde_json::to_string(it)? + "\n")).collect();
        return super::super::print(&lines?);
    }
    super::super::print(&text(&differences, events + broken, (&old, &new)))
}

fn text(differences: &[Difference], events: u64, (old, new): (&Rule, &Rule)) -> String {
    let versions = [old, new].map(|rule| format!("{} {}", rule.manifest().name, rule.manifest().version));
    let count = format!(
        "{} of {} events differ between {} and {}\n",
        thousands(differences.len() as u64),
        thousands(events),
        versions[0],
        versions[1]
    );
    if differences.is_empty() {
        return count;
    }
    let mut grid = Grid::new(["Event", "Message", "Entity", "Old", "New"]);
    for Difference { old, new } in differences.iter().take(SHOWN) {
        grid.row([new.event.clone(), new.message.clone(), new.entity.clone(), old.short(), new.short()]);
    }
    let more = differences.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("and {} more; --json shows all\n", thousands(more as u64)) } else { String::new() };
    format!("{}\n{more}\n{count}", grid.text())
}
