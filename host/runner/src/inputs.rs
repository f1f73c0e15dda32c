//! The inputs that a command was given.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::Context;

use crate::batches::Failures;
use crate::console::{BAD, Console};
use crate::exit::usage;
use crate::source::input::{self, DASH};

/// The inputs as they were named, or standard input.
pub fn named(given: &[String]) -> Vec<String> {
    if given.is_empty() { vec![DASH.to_owned()] } else { given.to_vec() }
}

/// Refuses to begin where an input is not there.
///
/// # Errors
/// Names the input.
pub fn check(inputs: &[String]) -> anyhow::Result<()> {
    for input in inputs.iter().filter(|input| *input != DASH) {
        // A pipe is not opened twice: it would not come back.
        if input::size(input).is_some() || !Path::new(input).exists() || Path::new(input).is_dir() {
            let file = std::fs::File::open(input).with_context(|| format!("cannot read {input}"))?;
            if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                return Err(usage(format!("{input} is a folder; name the files in it")));
            }
        }
    }
    if inputs.iter().filter(|input| *input == DASH).count() > 1 {
        return Err(usage("standard input can be read only once"));
    }
    if inputs.iter().any(|input| input == DASH) && std::io::stdin().is_terminal() {
        Console::plain().note("reading events from the keyboard; Ctrl-D ends them");
    }
    Ok(())
}

/// Tells which inputs could not be read to their end. False where all could.
pub fn tell(failures: &Failures, console: &Console) -> bool {
    let failures = failures.take();
    for (name, error) in &failures {
        let name = if name == DASH { "standard input" } else { name };
        console.say(&format!("{BAD}error:{BAD:#} cannot read {name}: {error}; what came before is accounted for"));
    }
    !failures.is_empty()
}
