//! The commands, a file for each.

mod catalog;
mod collector;
mod component;
pub mod demo;
mod explain;
mod ext_proc;
mod gateway;
mod generate;
mod join;
mod playground;
mod proxy;
mod report;
mod retain;
mod rule;
mod run;
mod search;
mod serve;
mod settings;
mod streams;
mod token;
mod verify;
mod work;

use clap::CommandFactory;

use crate::cli::{Cli, Command, SchemaOf};
use crate::exit::End;

/// Does what was asked.
///
/// # Errors
/// What [`crate::exit::code_of`] turns into an exit code; a message for people.
pub fn run(command: Command) -> anyhow::Result<End> {
    match command {
        Command::Run(args) if args.worker.from.is_some() => work::work(&args),
        Command::Run(args) => run::run(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Join(args) => join::join(&args),
        Command::Search(args) => search::search(&args),
        Command::Report(args) => report::report(&args),
        Command::Verify(args) => verify::verify(&args),
        Command::Retain(args) => retain::retain(&args),
        Command::Serve(args) => serve::serve(&args),
        Command::Proxy(args) => proxy::proxy(&args),
        Command::ExtProc(args) => ext_proc::ext_proc(&args),
        Command::Playground(args) => playground::playground(&args),
        Command::Token(command) => token::token(&command),
        Command::Collector(command) => collector::collector(&command),
        Command::Catalog(args) => catalog::catalog(&args),
        Command::Settings(command) => settings::settings(&command),
        Command::Rule(command) => rule::rule(&command),
        Command::Streams(command) => streams::streams(&command),
        Command::CompileRule { memory } => {
            Ok(End::Compiled(actlog_engine::rules::compile_as_child(memory, std::io::stdin().lock(), std::io::stdout().lock())))
        }
        Command::Schema(args) => {
            let engine = actlog_engine::Engine::new()?;
            print_json(&match args.of {
                SchemaOf::Event => engine.event_schema()?,
                SchemaOf::Record => engine.record_schema()?,
            })
        }
        Command::Component(args) => component::component(&args),
        Command::Demo => demo::demo(),
        Command::Generate(args) => generate::generate(&args),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Cli::command(), "actlog", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
    }
}

/// Writes to standard output; styles are taken away where they are not wanted.
fn print(text: &str) -> anyhow::Result<End> {
    use std::io::Write;
    let mut out = anstream::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map(|()| End::Done).map_err(|error| crate::exit::cannot_write(crate::source::input::DASH, error))
}

/// Writes a JSON document to standard output, laid out for people.
fn print_json(json: &str) -> anyhow::Result<End> {
    let document: crate::ordered::Value = serde_json::from_str(json)?;
    print(&(document.pretty()? + "\n"))
}
