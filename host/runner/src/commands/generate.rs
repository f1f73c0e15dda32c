//! `actlog generate`

use actlog_generator::Generator;

use crate::cli::GenerateArgs;
use crate::exit::End;
use crate::output::Output;
use crate::source::input::DASH;

/// Writes made-up events to standard output, one a line.
///
/// # Errors
/// When they cannot be written.
pub fn generate(args: &GenerateArgs) -> anyhow::Result<End> {
    let mut output = Output::open(DASH)?;
    let mut events = Generator::new(args.seed);
    // Counted here: an adaptor would have to turn the count into a usize.
    for _ in 0..args.count {
        let Some(mut event) = events.next() else { break };
        event.push('\n');
        output.write(event.as_bytes())?;
    }
    output.finish()?;
    Ok(End::Done)
}
