//! `actlog component`

use std::io::IsTerminal;

use crate::cli::ComponentArgs;
use crate::exit::{End, usage};
use crate::output::Output;
use crate::source::input::DASH;

/// Writes the component to a file or to a pipe.
///
/// # Errors
/// When standard output is a terminal, or the component cannot be written.
pub fn component(args: &ComponentArgs) -> anyhow::Result<End> {
    if args.output == DASH && std::io::stdout().is_terminal() {
        return Err(usage("a component is no text for a terminal; give a file: actlog component -o actlog.wasm"));
    }
    let engine = actlog_engine::Engine::new()?;
    let mut output = Output::open(&args.output)?;
    output.write(engine.component_bytes())?;
    output.finish()?;
    Ok(End::Done)
}
