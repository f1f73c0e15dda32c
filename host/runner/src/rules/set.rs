//! The rules in force, by their files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use actlog_engine::rules::{Chain, Member, Rule, RuleFigures, RuleLimits, RuleStats, Rules};
use actlog_engine::{Error, SettingsError};

use super::stamp::Stamp;
use crate::console::Console;
use crate::settings::load::Settings;
use crate::settings::rules::ListedRule;

/// The rules in force, and what every rule did so far.
pub struct RuleSet {
    loader: Option<Rules>,
    loaded: Vec<Loaded>,
    /// How the files stood that were read last, whether they could be used or not.
    stamps: BTreeMap<PathBuf, Stamp>,
    /// In the order in which they were first in force.
    known: Vec<Known>,
}

struct Loaded {
    name: String,
    stamp: Stamp,
    limits: RuleLimits,
    rule: Rule,
}

/// What is known of a rule, whether it is still in force or not.
struct Known {
    name: String,
    version: String,
    stats: Arc<RuleStats>,
}

/// What a rule did, for the summary.
#[derive(Clone, Debug)]
pub struct RuleRow {
    /// Its name in the settings.
    pub name: String,
    /// Its version, the last one.
    pub version: String,
    /// What it did.
    pub figures: RuleFigures,
}

impl RuleSet {
    /// No rules.
    pub fn new() -> Self {
        Self { loader: None, loaded: Vec::new(), stamps: BTreeMap::new(), known: Vec::new() }
    }

    /// Loads the rules of the settings; those whose file and limits are as before are not loaded again. Every rule begins anew:
    /// none is suspended.
    ///
    /// # Errors
    /// Every rule that cannot be used, with its path in the settings and why. Nothing is changed then.
    pub fn load(&mut self, settings: &Settings) -> Result<Chain, Vec<SettingsError>> {
        let listed = settings.rules();
        let path = |rule: &ListedRule| rule.path(settings.path());
        // Taken before the files are read: what is written meanwhile is seen as a change.
        self.stamps = listed.iter().map(|rule| (path(rule), Stamp::of(&path(rule)))).collect();
        let mut errors = Vec::new();
        let mut loaded = Vec::new();
        for (at, listed) in listed.iter().enumerate() {
            match self.load_one(listed, path(listed)) {
                Ok(rule) => loaded.push(rule),
                Err(explanation) => errors.push(SettingsError { path: format!("rules[{at}].file"), explanation }),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let members: Vec<Member> = listed.iter().zip(&loaded).map(|(listed, loaded)| self.member(listed, &loaded.rule)).collect();
        let chain = Chain::new(members).map_err(|error| {
            let at = listed.iter().position(|listed| matches!(&error, Error::Rule { rule, .. } if *rule == listed.name)).unwrap_or(0);
            vec![SettingsError { path: format!("rules[{at}].grant"), explanation: error.to_string() }]
        })?;
        self.loaded = loaded;
        Ok(chain)
    }

    /// What every rule did that was ever in force.
    pub fn rows(&self) -> Vec<RuleRow> {
        let row = |known: &Known| RuleRow { name: known.name.clone(), version: known.version.clone(), figures: known.stats.figures() };
        self.known.iter().map(row).collect()
    }

    /// How the files stood when they were read last.
    pub fn stamps(&self) -> &BTreeMap<PathBuf, Stamp> {
        &self.stamps
    }

    fn load_one(&mut self, listed: &ListedRule, path: PathBuf) -> Result<Loaded, String> {
        let limits = listed.limits();
        let stamp = self.stamps.get(&path).cloned().unwrap_or_default();
        let same = |loaded: &&Loaded| loaded.name == listed.name && loaded.stamp == stamp && loaded.limits == limits;
        let rule = match self.loaded.iter().find(same) {
            Some(known) => known.rule.clone(),
            None => {
                let loader = match &mut self.loader {
                    Some(loader) => loader,
                    none => none.insert(super::loader().map_err(|error| format!("{error:#}"))?),
                };
                let waiting = Console::waiting(&format!("compiling rule {}", listed.name));
                let rule = loader.load_file(&path, limits);
                waiting.end();
                rule.map_err(|error| format!("rule {} cannot be used: {:#}", listed.name, anyhow::Error::from(error)))?
            }
        };
        Ok(Loaded { name: listed.name.clone(), stamp, limits, rule })
    }

    fn member(&mut self, listed: &ListedRule, rule: &Rule) -> Member {
        let version = rule.manifest().version.clone();
        let stats = match self.known.iter_mut().find(|known| known.name == listed.name) {
            Some(known) => {
                known.version = version;
                known.stats.clone()
            }
            None => {
                let stats = Arc::<RuleStats>::default();
                self.known.push(Known { name: listed.name.clone(), version, stats: stats.clone() });
                stats
            }
        };
        let mut member = Member::new(&listed.name, rule.clone()).grant(listed.grant()).stats(stats);
        if let Some(on_fault) = listed.on_fault() {
            member = member.on_fault(on_fault);
        }
        match listed.suspend_after {
            Some(batches) => member.suspend_after(batches),
            None => member,
        }
    }
}
