//! Reading a settings file and telling everything that is wrong with it, with its line.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use actlog_engine::{Engine, Error, Filter, SettingsError};
use actlog_push::Sender;
use actlog_streams::Config;
use anyhow::Context;
use serde_json::Value as Json;
use toml_edit::Document;

use super::exchange::{self, Sections};
use super::push::{self, Destinations};
use super::review::{self, Review};
use super::rules::{self, ListedRule};
use super::{convert, place, streams};
use crate::console::clean;
use crate::exit::{BadSettings, usage};
use crate::rules::stamp::Stamp;

/// The largest settings file, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A settings file that was read and is TOML.
pub struct Settings {
    name: String,
    text: String,
    json: Json,
    rules: Vec<ListedRule>,
    review: Review,
    exchange: Sections,
    push: Destinations,
    streams: Option<Config>,
    /// What is wrong with the host's sections.
    host_errors: Vec<SettingsError>,
    stamp: Stamp,
}

impl Settings {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read; [`BadSettings`] when it is no TOML, or holds what settings cannot hold.
    pub fn read(name: &str) -> anyhow::Result<Self> {
        let stamp = Stamp::of(Path::new(name));
        let mut text = String::new();
        let cannot = || format!("cannot read the settings {name}");
        let file = File::open(name).with_context(cannot)?;
        file.take(MAX_BYTES + 1).read_to_string(&mut text).with_context(cannot)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(BadSettings::new(name, vec![format!("{name}: over {MAX_BYTES} bytes")]).into());
        }
        Ok(Self { stamp, ..Self::parse(name, text)? })
    }

    /// Takes TOML text; `name` is what errors call it.
    ///
    /// # Errors
    /// [`BadSettings`] when it is no TOML, or holds what settings cannot hold.
    pub fn parse(name: &str, text: String) -> anyhow::Result<Self> {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let bad = |lines: Vec<(usize, String)>| {
            let mut lines = lines;
            lines.sort_by_key(|&(line, _)| line);
            BadSettings::new(name, lines.into_iter().map(|(line, error)| format!("{name}:{line}: {}", clean(&error))).collect())
        };
        let document = Document::parse(text.as_str())
            .map_err(|error| bad(vec![(error.span().map_or(1, |span| place::line(&text, span.start)), error.message().to_owned())]))?;
        let told = |misfit: convert::Misfit| {
            (misfit.span.map_or(1, |span| place::line(&text, span.start)), format!("{}: {}", misfit.path, misfit.explanation))
        };
        let mut json = convert::object(document.as_table()).map_err(|misfits| bad(misfits.into_iter().map(told).collect()))?;
        let (rules, mut host_errors) = rules::take(&mut json);
        let (review, review_errors) = review::take(&mut json);
        host_errors.extend(review_errors);
        let (push, push_errors) = push::take(&mut json);
        host_errors.extend(push_errors);
        let (streams, streams_errors) = streams::take(&mut json);
        host_errors.extend(streams_errors);
        let exchange = exchange::take(&mut json);
        Ok(Self { name: name.to_owned(), text, json, rules, review, exchange, push, streams, host_errors, stamp: Stamp::default() })
    }

    /// The rules that are listed.
    pub fn rules(&self) -> &[ListedRule] {
        &self.rules
    }

    /// How the file stood when it was read.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// The file.
    pub fn path(&self) -> &Path {
        Path::new(&self.name)
    }

    /// The text, as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A filter with these settings, but without their rules. `profile` replaces the record profile that they name.
    ///
    /// # Errors
    /// [`BadSettings`] with everything that is wrong, with the rules too.
    pub fn filter(&self, engine: &Engine, profile: Option<&str>) -> anyhow::Result<Filter> {
        let filter = engine.filter(&with_profile(self.json.clone(), profile).to_string());
        let (filter, mut errors) = match filter {
            Ok(filter) => (Some(filter), Vec::new()),
            Err(Error::Settings(errors)) => (None, errors),
            Err(other) => return Err(other.into()),
        };
        errors.extend_from_slice(&self.host_errors);
        match filter {
            Some(filter) if errors.is_empty() => Ok(filter),
            _ => Err(self.bad(&errors).into()),
        }
    }

    /// Whether the host's sections are sound: rules, review, push and streams.
    ///
    /// # Errors
    /// [`BadSettings`] with everything that is wrong with them.
    pub fn check_host(&self) -> Result<(), BadSettings> {
        if self.host_errors.is_empty() { Ok(()) } else { Err(self.bad(&self.host_errors)) }
    }

    /// The section `[review]`.
    ///
    /// # Errors
    /// As for [`Self::check_host`].
    pub fn review(&self) -> Result<&Review, BadSettings> {
        self.check_host().map(|()| &self.review)
    }

    /// The section `[exchange]`, if there is one. It is the translator's to check.
    pub fn exchange(&self) -> Option<&Json> {
        self.exchange.published.as_ref()
    }

    /// Whether the section `[exchange]` is sound, as it is published and in the draft.
    ///
    /// # Errors
    /// [`BadSettings`] with everything that is wrong with it.
    pub fn check_exchange(&self, engine: &Engine) -> anyhow::Result<()> {
        let Sections { published, draft } = &self.exchange;
        let mut wrong = Vec::new();
        for (path, section) in [("draft.exchange", draft), (exchange::SECTION, published)] {
            match section.as_ref().map(|section| engine.translator(&section.to_string())).transpose() {
                Ok(_) => {}
                Err(Error::Settings(errors)) => wrong.extend(exchange::below(path, errors)),
                Err(other) => return Err(other.into()),
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(self.bad(&wrong).into()) }
    }

    /// The same errors of the section `[exchange]`, each with its line.
    pub fn bad_exchange(&self, errors: Vec<SettingsError>) -> BadSettings {
        self.bad(&exchange::below(exchange::SECTION, errors))
    }

    /// The sections `[push.NAME]`, ready to send.
    ///
    /// # Errors
    /// As for [`Self::check_host`], and when a file or variable that a receiver names cannot be used.
    pub fn push(&self) -> Result<Vec<(String, Sender)>, BadSettings> {
        self.check_host()?;
        push::open(&self.push, self.path().parent().unwrap_or(Path::new(""))).map_err(|errors| self.bad(&errors))
    }

    /// The record profile that the settings name; none where they name none.
    pub fn profile(&self) -> Option<&str> {
        self.json["record"]["profile"].as_str()
    }

    /// The section `[streams]`.
    ///
    /// # Errors
    /// As for [`Self::check_host`]; where there is no such section.
    pub fn streams(&self) -> anyhow::Result<Config> {
        self.check_host()?;
        let missing = || usage(format!("{} has no section [streams] that names servers; actlog settings init shows one", self.name));
        self.streams.as_ref().map(|config| streams::beside(config, self.path())).ok_or_else(missing)
    }

    /// The same errors, each with its line.
    pub fn bad(&self, errors: &[SettingsError]) -> BadSettings {
        let Ok(document) = Document::parse(self.text.as_str()) else { return BadSettings::new(&self.name, Vec::new()) };
        let told = |error: &SettingsError| {
            let line = place::find(document.as_table(), &error.path).map_or(1, |span| place::line(&self.text, span.start));
            let path = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
            (line, format!("{path}{}", without_json_place(&error.explanation)))
        };
        let mut lines: Vec<_> = errors.iter().map(told).collect();
        lines.sort_by_key(|&(line, _)| line);
        BadSettings::new(&self.name, lines.into_iter().map(|(line, error)| format!("{}:{line}: {}", self.name, clean(&error))).collect())
    }
}

/// A filter with the defaults, which audit everything.
///
/// # Errors
/// When the filter cannot be run here.
pub fn defaults(engine: &Engine, profile: Option<&str>) -> anyhow::Result<Filter> {
    Ok(engine.filter(&with_profile(Json::Object(serde_json::Map::new()), profile).to_string())?)
}

/// A filter with the settings in a file, but without their rules; or with the defaults.
///
/// # Errors
/// As for [`Settings`].
pub fn filter(engine: &Engine, file: Option<&str>) -> anyhow::Result<Filter> {
    match file {
        Some(file) => Settings::read(file)?.filter(engine, None),
        None => defaults(engine, None),
    }
}

fn with_profile(mut settings: Json, profile: Option<&str>) -> Json {
    if let (Some(profile), Some(sections)) = (profile, settings.as_object_mut()) {
        let record = sections.entry("record").or_insert_with(|| Json::Object(serde_json::Map::new()));
        // Where the section is no table the filter says so.
        if let Some(record) = record.as_object_mut() {
            record.insert("profile".to_owned(), Json::from(profile));
        }
    }
    settings
}

/// The explanation without the line and column of the JSON that the filter was given: nobody sees that text.
fn without_json_place(explanation: &str) -> &str {
    match explanation.rfind(" (line ") {
        Some(at) if explanation.ends_with(')') => &explanation[..at],
        _ => explanation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        Settings::parse("s.toml", text.to_owned()).map(|_| ()).unwrap_err().downcast::<BadSettings>().unwrap().lines
    }

    #[test]
    fn parse_bad_toml_names_the_line() {
        let errors = errors("[record]\nprofile = \n");
        assert!(errors.len() == 1 && errors[0].starts_with("s.toml:2: "), "{errors:?}");
        assert!(self::errors("a = 1\na = 2\n")[0].starts_with("s.toml:2: "));
    }

    #[test]
    fn parse_misfits_name_their_lines() {
        assert_eq!(
            errors("[users]\na = 2024-01-01\nb = nan\n").iter().map(|error| &error[..18]).collect::<Vec<_>>(),
            ["s.toml:2: users.a:", "s.toml:3: users.b:"]
        );
    }

    #[test]
    fn without_json_place_keeps_the_sentence() {
        assert_eq!(without_json_place("unknown key (line 2 column 16)"), "unknown key");
        assert_eq!(without_json_place("a GUID (not a name)"), "a GUID (not a name)");
    }
}
