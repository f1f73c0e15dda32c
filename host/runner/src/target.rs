//! Where the records of a run go: a file or standard output, a store beside it, or streams.

use actlog_store::{Options, Store};
use anyhow::Context;

use crate::cli::RunArgs;
use crate::console::Console;
use crate::exit::usage;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::settings::load::Settings;
use crate::streams::giving::Giving;

/// Where the records of a run go.
pub enum Target {
    /// Into a file or to standard output, and into a store where there is one.
    Files {
        /// Before the output: what is in the output is in the store. A run that fails can be run again, and nothing stands twice.
        store: Option<Store>,
        /// The file or standard output.
        output: Output,
    },
    /// Into the stream of records.
    Streams(Giving),
}

impl Target {
    /// Opens what the arguments name.
    ///
    /// # Errors
    /// When it cannot be opened, or the settings say nothing of streams.
    pub fn open(args: &RunArgs, interrupt: &Interrupt) -> anyhow::Result<Self> {
        if args.worker.to.is_some() {
            let file = args.settings.as_deref().ok_or_else(|| usage("--to needs --settings with a section [streams]"))?;
            return Ok(Self::Streams(Giving::open(Settings::read(file)?.streams()?, interrupt.clone())?));
        }
        let open = |file: &String| Store::open(file, Options::default()).with_context(|| format!("cannot open {file}"));
        let store = args.store.as_ref().map(open).transpose()?;
        Ok(Self::Files { store, output: Output::open(&args.output)? })
    }

    /// Takes records over, in order.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn take(&mut self, records: Vec<u8>) -> anyhow::Result<()> {
        match self {
            Self::Files { store, output } => {
                if let Some(store) = store {
                    store.append(&records)?;
                }
                output.write(&records)?;
                if output.is_stream() { output.flush() } else { Ok(()) }
            }
            Self::Streams(giving) => giving.give(records),
        }
    }

    /// All was read, and is here: a file gets its name.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Files { store, output } => {
                store.map(Store::close).transpose()?;
                output.finish()
            }
            Self::Streams(giving) => {
                giving.close();
                Ok(())
            }
        }
    }

    /// Not all is here: what is, stays.
    ///
    /// # Errors
    /// When the store cannot be closed.
    pub fn leave(self, console: &Console) -> anyhow::Result<()> {
        match self {
            Self::Files { store, output } => {
                if let Some(part) = output.leave() {
                    console.note(&format!("the records are not complete; they stay in {}", part.display()));
                }
                store.map(Store::close).transpose().map(drop).map_err(Into::into)
            }
            Self::Streams(giving) => {
                console.note("the records are not complete; when this is run again, none is kept twice");
                giving.leave();
                Ok(())
            }
        }
    }
}
