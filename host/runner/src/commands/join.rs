//! `actlog join`

use actlog_engine::Engine;
use anyhow::Context;

use crate::batches::{Batches, Failures, Reading};
use crate::cli::JoinArgs;
use crate::console::{BAD, Console, clean};
use crate::exit::End;
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::joiner::{Joiner, Trouble};
use crate::output::Output;
use crate::source::input::ReadBytes;
use crate::source::spool::Spooling;

/// The largest record that is read, in bytes: many times what the filter writes.
const MAX_RECORD: usize = 16 * 1024 * 1024;
/// Troubles that are told one by one.
const TOLD: u64 = 20;

/// Joins all inputs.
///
/// # Errors
/// When an input is not there, the output cannot be written, or the filter cannot be run.
pub fn join(args: &JoinArgs) -> anyhow::Result<End> {
    let inputs = inputs::named(&args.inputs);
    inputs::check(&inputs)?;
    let engine = Engine::new()?;
    let interrupt = Interrupt::watch().context("cannot watch for Ctrl-C")?;
    let mut output = Output::open(&args.output)?;
    let failures = Failures::default();
    let reading = Reading {
        inputs,
        max_event_bytes: MAX_RECORD,
        spooling: Spooling::Count,
        read: ReadBytes::default(),
        interrupt: interrupt.clone(),
        failures: failures.clone(),
    };
    let (mut joiner, mut told) = (Joiner::default(), Told::default());
    for batch in Batches::new(reading) {
        let tag = batch.tag;
        for sent in &tag.sent {
            joiner.add(tag.bytes(sent), &sent.origin).unwrap_or_else(|trouble| told.tell(&trouble));
        }
        for refused in tag.refused {
            told.tell(&Trouble { origin: refused.origin, explanation: format!("not an audit record: {}", refused.flaw.explanation) });
        }
        let (joined, troubles) = joiner.take(&engine)?;
        troubles.iter().for_each(|trouble| told.tell(trouble));
        output.write(&joined)?;
        if output.is_stream() {
            output.flush()?;
        }
    }
    joiner.missing().for_each(|trouble| told.tell(&trouble));
    let failed = inputs::tell(&failures, &Console::plain());
    if let Some(signal) = interrupt.signal() {
        output.leave();
        return Ok(End::Interrupted(signal));
    }
    output.finish()?;
    told.end();
    Ok(match (failed, told.count) {
        (true, _) => End::Failed,
        (false, 0) => End::Done,
        (false, _) => End::Incomplete,
    })
}

#[derive(Default)]
struct Told {
    count: u64,
}

impl Told {
    fn tell(&mut self, trouble: &Trouble) {
        self.count += 1;
        if self.count <= TOLD {
            let Trouble { origin, explanation } = trouble;
            let (source, position) = (clean(origin.name()), origin.position);
            Console::plain().say(&format!("{BAD}error:{BAD:#} {source}:{}:{}: {}", position.line, position.column, clean(explanation)));
        }
    }

    fn end(&self) {
        if self.count > TOLD {
            Console::plain().say(&format!("and {} more", self.count - TOLD));
        }
    }
}
