//! The `actlog` program: reads SDK events, writes audit records, accounts for every event.
//!
//! [`source`] reads and frames, [`batches`] packs, the engine filters, [`account`] counts; [`commands`] holds a file for each command.

#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the first surprise"))]

mod account;
mod batches;
mod budget;
mod cli;
mod commands;
mod console;
mod exit;
mod gateway;
mod inputs;
mod interrupt;
mod joiner;
mod ledger;
mod listen;
mod observed;
mod ordered;
mod output;
mod rejects;
mod review;
mod rules;
mod serve;
mod settings;
mod source;
mod streams;
mod summary;
mod table;
mod target;
mod totals;

use std::process::ExitCode;

use clap::Parser;

use console::BAD;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse().command) {
        Ok(end) => ExitCode::from(end.code()),
        Err(error) => {
            if let Some(settings) = error.downcast_ref::<exit::BadSettings>() {
                settings.lines.iter().for_each(|line| anstream::eprintln!("{line}"));
            }
            if !exit::is_closed_pipe(&error) {
                anstream::eprintln!("{BAD}error:{BAD:#} {error:#}");
            }
            ExitCode::from(exit::code_of(&error))
        }
    }
}
