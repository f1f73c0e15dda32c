//! How the program ends: what a script can tell by the exit code.

use std::fmt;
use std::io::{self, ErrorKind};

use crate::interrupt;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Everything is accounted for.
    Done,
    /// A source or a file failed, and was told about already.
    Failed,
    /// Asked to be strict, and something was rejected or faulted; or records that belong together were not complete.
    Incomplete,
    /// What the process that compiles a rule says to the one that started it.
    Compiled(u8),
    /// A signal stopped it.
    Interrupted(usize),
}

impl End {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            End::Done => 0,
            End::Failed => 1,
            End::Incomplete => 3,
            End::Compiled(code) => code,
            End::Interrupted(signal) => interrupt::exit_code(signal),
        }
    }
}

/// An error of the command line, of the settings or of what a file name says: nothing was done.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Makes a usage error.
pub fn usage(text: impl Into<String>) -> anyhow::Error {
    Usage(text.into()).into()
}

/// Settings that are not valid: nothing was done.
#[derive(Debug)]
pub struct BadSettings {
    name: String,
    /// Everything that is wrong, each with its file and line.
    pub lines: Vec<String>,
}

impl BadSettings {
    /// What is wrong with the settings of this name.
    pub fn new(name: &str, lines: Vec<String>) -> Self {
        Self { name: name.to_owned(), lines }
    }
}

impl fmt::Display for BadSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.lines.len();
        write!(f, "{} {} in {}; nothing was done", count, if count == 1 { "error" } else { "errors" }, self.name)
    }
}

impl std::error::Error for BadSettings {}

/// The exit code of a command that failed.
pub fn code_of(error: &anyhow::Error) -> u8 {
    if is_closed_pipe(error) {
        // As if the signal that other programs get had ended it.
        return interrupt::exit_code(13);
    }
    if error.is::<Usage>() || error.is::<BadSettings>() { 2 } else { 1 }
}

/// Whether whoever read our output went away: nobody is left to be told.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<ClosedPipe>().is_some()
}

/// Standard output was closed by its reader.
#[derive(Debug)]
pub struct ClosedPipe;

impl fmt::Display for ClosedPipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("standard output was closed")
    }
}

impl std::error::Error for ClosedPipe {}

/// An error of writing to `target`, which it names.
pub fn cannot_write(target: &str, error: io::Error) -> anyhow::Error {
    if target == crate::source::input::DASH {
        return if error.kind() == ErrorKind::BrokenPipe {
            ClosedPipe.into()
        } else {
            anyhow::anyhow!("cannot write to standard output: {error}")
        };
    }
    anyhow::anyhow!("cannot write {target}: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_each_kind_of_error() {
        assert_eq!(code_of(&usage("no such switch")), 2);
        assert_eq!(code_of(&anyhow::anyhow!("disk full")), 1);
        assert_eq!(code_of(&cannot_write("-", ErrorKind::BrokenPipe.into())), 141);
        assert_eq!(code_of(&cannot_write("out", ErrorKind::BrokenPipe.into())), 1);
        assert_eq!(code_of(&cannot_write("out", ErrorKind::StorageFull.into())), 1);
    }

    #[test]
    fn code_each_end() {
        assert_eq!([End::Done, End::Failed, End::Incomplete, End::Interrupted(2)].map(End::code), [0, 1, 3, 130]);
    }
}
