//! `actlog settings`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};

use actlog_engine::Engine;
use anyhow::Context;

use crate::cli::SettingsCommand;
use crate::console::{Console, GOOD};
use crate::exit::{End, cannot_write, usage};
use crate::output;
use crate::rules::set::RuleSet;
use crate::settings::load::Settings;
use crate::settings::{TEMPLATE, publish, schema};
use crate::source::input::DASH;

/// Checks, makes, publishes or describes settings.
///
/// # Errors
/// When the settings are not valid, or a file cannot be read or written.
pub fn settings(command: &SettingsCommand) -> anyhow::Result<End> {
    match command {
        SettingsCommand::Schema => {
            let schema = schema::of_file(&Engine::new()?)?;
            super::print(&(schema.pretty()? + "\n"))
        }
        SettingsCommand::Check { file } => check(file),
        SettingsCommand::Init { file } => init(file),
        SettingsCommand::Publish { file } => publish(file),
    }
}

fn check(file: &str) -> anyhow::Result<End> {
    let settings = if file == DASH {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read the settings from standard input")?;
        Settings::parse("standard input", text)?
    } else {
        Settings::read(file)?
    };
    valid(&settings, &Engine::new()?)?;
    Console::plain().say(&format!("{GOOD}valid:{GOOD:#} {file}"));
    Ok(End::Done)
}

/// Checks everything as a run would, and loads the rules.
fn valid(settings: &Settings, engine: &Engine) -> anyhow::Result<()> {
    settings.filter(engine, None)?;
    settings.check_exchange(engine)?;
    RuleSet::new().load(settings).map_err(|errors| settings.bad(&errors))?;
    Ok(())
}

fn init(file: &str) -> anyhow::Result<End> {
    if file == DASH {
        return super::print(TEMPLATE);
    }
    let mut new = OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => usage(format!("{file} exists already and is left as it is")),
        _ => cannot_write(file, error),
    })?;
    new.write_all(TEMPLATE.as_bytes()).and_then(|()| new.sync_all()).map_err(|error| cannot_write(file, error))?;
    Console::plain().say(&format!("{GOOD}written:{GOOD:#} {file}; check it after a change with: actlog settings check {file}"));
    Ok(End::Done)
}

fn publish(file: &str) -> anyhow::Result<End> {
    let engine = Engine::new()?;
    let settings = Settings::read(file)?;
    valid(&settings, &engine)?;
    let published = publish::publish(settings.text())?;
    let console = Console::plain();
    if published.sections.is_empty() {
        console.say(&format!("{file} has no draft; nothing to publish"));
        return Ok(End::Done);
    }
    // What is about to act is checked as it will stand.
    valid(&Settings::parse(file, published.text.clone())?, &engine)?;
    output::write_file(file, published.text.as_bytes())?;
    console.say(&format!("{GOOD}published:{GOOD:#} {} in {file}", published.sections.join(", ")));
    Ok(End::Done)
}
