//! Help, version, and the commands that only print.

use std::time::Instant;

use crate::program::{Place, golden, json_lines};

const COMMANDS: &[&str] = &[
    "",
    "run",
    "explain",
    "join",
    "search",
    "report",
    "verify",
    "serve",
    "token",
    "token add",
    "collector",
    "collector add",
    "catalog",
    "settings",
    "settings check",
    "settings init",
    "settings publish",
    "settings schema",
    "rule",
    "rule new",
    "rule check",
    "rule test",
    "rule diff",
    "streams",
    "streams setup",
    "streams check",
    "streams lag",
    "schema",
    "component",
    "demo",
    "generate",
];

#[test]
fn help_of_every_command_is_what_it_was() {
    let place = Place::new();
    let mut text = String::new();
    for command in COMMANDS {
        let ran = place.run(&format!("{command} --help")).ended(0);
        text.push_str(&format!("$ actlog {command} --help\n{}\n", ran.text()));
    }
    golden("help.txt", &text);
}

#[test]
fn wrong_arguments_end_with_2() {
    let place = Place::new();
    for arguments in [
        "",
        "nosuch",
        "run --nosuch",
        "run --jobs 0",
        "run --max-event-bytes 0",
        "run --profile x",
        "run - -",
        "run --from jetstream --to jetstream",
        "run --from jetstream --settings actlog.toml",
        "run --to jetstream",
        "run --to jetstream --settings actlog.toml --output records.ndjson",
        "run --to jetstream --settings actlog.toml --store actlog.db",
        "run events.json --from jetstream --to jetstream --settings actlog.toml",
        "run --from jetstream --to jetstream --settings actlog.toml --store actlog.db",
        "run --log json",
        "serve --anonymous --events jetstream",
        "run --ledger -",
        "explain --draft",
        "generate",
        "schema",
    ] {
        place.run(arguments).ended(2);
    }
}

#[test]
fn version_is_quick() {
    let place = Place::new();
    let since = Instant::now();
    let ran = place.run("--version").ended(0);
    assert_eq!(ran.text(), concat!("actlog ", env!("CARGO_PKG_VERSION"), "\n"));
    // The bound is for a busy machine; on a quiet one it is a few milliseconds.
    assert!(since.elapsed().as_millis() < 2_000);
}

#[test]
fn component_is_written_to_a_pipe_or_a_file() {
    let place = Place::new();
    let ran = place.run("component").ended(0);
    assert!(ran.out.starts_with(b"\0asm"));
    place.run("component -o actlog.wasm").ended(0);
    assert_eq!(place.read("actlog.wasm"), ran.out);
}

#[test]
fn schema_of_each_kind_is_json() {
    let place = Place::new();
    for of in ["schema event", "schema record", "settings schema"] {
        let schema: serde_json::Value = serde_json::from_str(place.run(of).ended(0).text()).unwrap();
        assert!(schema.get("$schema").is_some(), "{of}");
    }
}

#[test]
fn generate_the_same_seed_gives_the_same_events() {
    let place = Place::new();
    let first = place.run("generate --count 20 --seed 3").ended(0);
    assert_eq!(json_lines(first.text()).len(), 20);
    assert_eq!(place.run("generate -n 20 --seed 3").ended(0).out, first.out);
    assert_ne!(place.run("generate -n 20 --seed 4").ended(0).out, first.out);
}

#[test]
fn completions_name_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(place.run(&format!("completions {shell}")).ended(0).text().contains("max-event-bytes"), "{shell}");
    }
}

#[test]
fn colour_is_only_for_terminals_and_those_who_want_it() {
    let place = Place::new();
    assert!(!place.run("demo").ended(0).text().contains('\u{1b}'));
    let forced = place.command().arg("demo").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(forced.stdout.contains(&0x1b));
    let refused = place.command().arg("demo").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").output().unwrap();
    assert!(!refused.stdout.contains(&0x1b));
}
