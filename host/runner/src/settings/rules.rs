//! The `[[rules]]` of the settings: they are the host's, the filter never sees them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use actlog_engine::SettingsError;
use actlog_engine::rules::{Grant, OnFault, RuleLimits};
use serde::Deserialize;
use serde_json::Value as Json;

/// The section's name.
pub const SECTION: &str = "rules";
/// Rules that may be listed.
const MOST_RULES: usize = 100;

/// One rule, as the operator lists it. The keys stand in `rules.schema.json`, too.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ListedRule {
    /// Name in records, ledgers and messages.
    pub name: String,
    /// The component; a relative path begins at the folder of the settings.
    pub file: String,
    /// What happens to activities on which it fails.
    #[serde(default)]
    pub on_fault: Option<Choice>,
    /// Batches of its last hundred in which it may fail before it is suspended.
    #[serde(default)]
    pub suspend_after: Option<u32>,
    /// What it may do.
    #[serde(default)]
    pub grant: ListedGrant,
    /// What it may take.
    #[serde(default)]
    pub limits: ListedLimits,
}

/// `keep` or `withhold`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    Keep,
    Withhold,
}

/// What a rule may do; nothing if left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ListedGrant {
    /// Tags that it may give; `*` stands for any.
    pub tags: Vec<String>,
    /// Fields that it may redact; `*` stands for any, and for texts, queries, results and URLs.
    pub redact: Vec<String>,
    /// Whether it may drop activities.
    pub may_drop: bool,
}

/// What a rule may take; the engine's defaults if left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ListedLimits {
    /// Milliseconds for one batch.
    pub deadline_ms: Option<u64>,
    /// MiB of memory of an instance.
    pub memory_mib: Option<u64>,
    /// KiB of one answer.
    pub output_kib: Option<u64>,
    /// Seconds for compiling.
    pub compile_seconds: Option<u64>,
    /// MiB of memory for compiling.
    pub compile_memory_mib: Option<u64>,
}

impl ListedRule {
    /// The file, seen from here.
    pub fn path(&self, settings: &Path) -> PathBuf {
        settings.parent().unwrap_or(Path::new("")).join(&self.file)
    }

    /// The operator's choice, if there is one.
    pub fn on_fault(&self) -> Option<OnFault> {
        self.on_fault.map(|choice| match choice {
            Choice::Keep => OnFault::Keep,
            Choice::Withhold => OnFault::Withhold,
        })
    }

    /// What it may do.
    pub fn grant(&self) -> Grant {
        let ListedGrant { tags, redact, may_drop } = self.grant.clone();
        Grant { may_drop, tags, redact }
    }

    /// What it may take.
    pub fn limits(&self) -> RuleLimits {
        let (given, default) = (&self.limits, RuleLimits::default());
        let bytes = |given: Option<u64>, unit: u64, default: usize| {
            given.map_or(default, |given| usize::try_from(given.saturating_mul(unit)).unwrap_or(usize::MAX))
        };
        RuleLimits {
            deadline: given.deadline_ms.map_or(default.deadline, Duration::from_millis),
            memory: bytes(given.memory_mib, 1 << 20, default.memory),
            output: bytes(given.output_kib, 1 << 10, default.output),
            compile_time: given.compile_seconds.map_or(default.compile_time, Duration::from_secs),
            compile_memory: given.compile_memory_mib.map_or(default.compile_memory, |mib| mib.saturating_mul(1 << 20)),
        }
    }

    /// What is out of its range, each with its path below the rule.
    fn check(&self) -> Vec<SettingsError> {
        let ListedLimits { deadline_ms, memory_mib, output_kib, compile_seconds, compile_memory_mib } = self.limits;
        let ranges = [
            ("suspend-after", self.suspend_after.map(u64::from), 1..=100),
            ("limits.deadline-ms", deadline_ms, 1..=600_000),
            ("limits.memory-mib", memory_mib, 1..=4_096),
            ("limits.output-kib", output_kib, 1..=1 << 20),
            ("limits.compile-seconds", compile_seconds, 1..=3_600),
            ("limits.compile-memory-mib", compile_memory_mib, 64..=1 << 16),
        ];
        let beyond = ranges.into_iter().filter(|(_, given, range)| given.is_some_and(|given| !range.contains(&given)));
        let mut errors: Vec<_> =
            beyond.map(|(path, _, range)| error(path, format!("a number from {} to {}", range.start(), range.end()))).collect();
        if self.file.is_empty() {
            errors.push(error("file", "the path of a component".to_owned()));
        }
        errors
    }
}

/// Takes the rules out of the settings: those that are published, and everything that is wrong with them or with the draft's.
pub fn take(settings: &mut Json) -> (Vec<ListedRule>, Vec<SettingsError>) {
    let mut errors = Vec::new();
    let mut section = |from: Option<&mut Json>, path: &str| {
        let listed = from.and_then(Json::as_object_mut).and_then(|sections| sections.remove(SECTION));
        listed.map(|listed| read(listed, path, &mut errors)).unwrap_or_default()
    };
    section(settings.get_mut("draft"), "draft.rules");
    let published = section(Some(settings), SECTION);
    (published, errors)
}

fn read(listed: Json, path: &str, errors: &mut Vec<SettingsError>) -> Vec<ListedRule> {
    let Json::Array(listed) = listed else {
        errors.push(error(path, "a list: one [[rules]] for each rule".to_owned()));
        return Vec::new();
    };
    if listed.len() > MOST_RULES {
        errors.push(error(path, format!("{} rules are more than the {MOST_RULES} that there may be", listed.len())));
    }
    let mut rules: Vec<ListedRule> = Vec::new();
    for (at, rule) in listed.into_iter().enumerate() {
        let under = |below: &str| format!("{path}[{at}]{}{below}", if below.is_empty() { "" } else { "." });
        match serde_path_to_error::deserialize::<_, ListedRule>(rule) {
            Ok(rule) => {
                errors.extend(rule.check().into_iter().map(|wrong| error(&under(&wrong.path), wrong.explanation)));
                if rules.iter().any(|other| other.name == rule.name) {
                    errors.push(error(&under("name"), format!("'{}' stands twice", rule.name)));
                }
                rules.push(rule);
            }
            Err(wrong) => {
                let below = wrong.path().to_string();
                errors.push(error(&under(if below == "." { "" } else { &below }), wrong.into_inner().to_string()));
            }
        }
    }
    rules
}

fn error(path: &str, explanation: String) -> SettingsError {
    SettingsError { path: path.to_owned(), explanation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(settings: Json) -> Vec<String> {
        let mut settings = settings;
        take(&mut settings).1.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn take_leaves_what_is_the_filters() {
        let mut settings = json!({"record": {}, "rules": [{"name": "a", "file": "a.wasm"}], "draft": {"rules": [], "record": {}}});
        let (rules, errors) = take(&mut settings);
        assert_eq!((rules.len(), errors, settings), (1, Vec::new(), json!({"record": {}, "draft": {"record": {}}})));
    }

    #[test]
    fn take_a_rule_with_every_key() {
        let rule = json!({
            "name": "mask", "file": "rules/mask.wasm", "on-fault": "keep", "suspend-after": 3,
            "grant": {"tags": ["a"], "redact": ["*"], "may-drop": true},
            "limits": {"deadline-ms": 50, "memory-mib": 2, "output-kib": 3, "compile-seconds": 4, "compile-memory-mib": 64},
        });
        let (rules, errors) = take(&mut json!({"rules": [rule]}));
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(rules[0].path(Path::new("/etc/actlog/actlog.toml")), Path::new("/etc/actlog/rules/mask.wasm"));
        assert_eq!(rules[0].path(Path::new("actlog.toml")), Path::new("rules/mask.wasm"));
        assert_eq!(rules[0].on_fault(), Some(OnFault::Keep));
        assert_eq!(rules[0].grant(), Grant { may_drop: true, tags: vec!["a".to_owned()], redact: vec!["*".to_owned()] });
        let expected = RuleLimits {
            deadline: Duration::from_millis(50),
            memory: 2 << 20,
            output: 3 << 10,
            compile_time: Duration::from_secs(4),
            compile_memory: 64 << 20,
        };
        assert_eq!(rules[0].limits(), expected);
    }

    #[test]
    fn take_what_is_left_out_has_the_engines_defaults() {
        let (rules, _) = take(&mut json!({"rules": [{"name": "a", "file": "a.wasm"}]}));
        assert_eq!((rules[0].limits(), rules[0].grant(), rules[0].on_fault()), (RuleLimits::default(), Grant::default(), None));
    }

    #[test]
    fn take_tells_everything_that_is_wrong() {
        let told = errors(json!({
            "rules": [
                {"name": "a", "file": "", "suspend-after": 0, "limits": {"deadline-ms": 0, "memory-mib": 4097}},
                {"name": "b"},
                {"name": "c", "file": "c.wasm", "grants": {}},
                {"name": "a", "file": "a.wasm", "limits": {"output-kib": "much"}},
                {"name": "a", "file": "a.wasm"},
            ],
            "draft": {"rules": {}},
        }));
        let begins = [
            "draft.rules: a list",
            "rules[0].suspend-after: a number from 1 to 100",
            "rules[0].limits.deadline-ms: a number from 1 to 600000",
            "rules[0].limits.memory-mib: a number from 1 to 4096",
            "rules[0].file: the path",
            "rules[1]: missing field `file`",
            "rules[2].grants: unknown field `grants`",
            "rules[3].limits.output-kib: invalid type",
            "rules[4].name: 'a' stands twice",
        ];
        assert_eq!(told.len(), begins.len(), "{told:#?}");
        for (told, begins) in told.iter().zip(begins) {
            assert!(told.starts_with(begins), "{told}");
        }
        assert_eq!(
            errors(json!({"rules": vec![json!({}); MOST_RULES + 1]}))[0],
            "rules: 101 rules are more than the 100 that there may be"
        );
    }

    #[test]
    fn schema_has_every_key_that_is_read() {
        let schema: Json = serde_json::from_str(include_str!("rules.schema.json")).unwrap();
        let keys = |schema: &Json| {
            let mut keys: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        let rule = &schema["items"];
        assert_eq!(keys(rule), ["file", "grant", "limits", "name", "on-fault", "suspend-after"]);
        assert_eq!(keys(&rule["properties"]["grant"]), ["may-drop", "redact", "tags"]);
        assert_eq!(
            keys(&rule["properties"]["limits"]),
            ["compile-memory-mib", "compile-seconds", "deadline-ms", "memory-mib", "output-kib"]
        );
        // A rule made of the schema's own defaults and examples is read, and its defaults are the engine's.
        let limits: serde_json::Map<_, _> = rule["properties"]["limits"]["properties"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, property)| (key.clone(), property["default"].clone()))
            .collect();
        let (rules, errors) = take(&mut json!({"rules": [{"name": "a", "file": "a.wasm", "limits": limits}]}));
        assert_eq!((rules[0].limits(), errors), (RuleLimits::default(), Vec::new()));
    }
}
