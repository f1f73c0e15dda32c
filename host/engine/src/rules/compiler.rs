//! Compiling a rule: a hostile component may make the compiler take any time and memory, so a child process does it.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Bytes of machine code that a component may become, for each byte of its own, and for small ones in any case.
const MOST_GROWTH: u64 = 50;
const MOST_SMALL: u64 = 16 << 20;
/// Bytes of the child's messages that are kept.
const MOST_MESSAGE: u64 = 4 << 10;
/// How often the child is looked at.
const GLANCE: Duration = Duration::from_millis(2);
/// Exit code of a child that found the component not valid.
const NOT_VALID: i32 = 65;

/// How rules are compiled.
#[derive(Clone, Debug, Default)]
pub enum Compiler {
    /// In this process, without limits: for rules that are known.
    #[default]
    Here,
    /// In a child process, which is ended when it takes too long. It must call [`compile_as_child`] with the number that it is
    /// given as its last argument.
    Child {
        /// The program, usually this one.
        program: PathBuf,
        /// What it is told; one more argument is added, the bytes of memory that it may take.
        arguments: Vec<OsString>,
    },
}

/// Why a component was not compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// It is no valid component.
    #[error("this is not a WebAssembly component: {0}")]
    Invalid(String),
    /// It took too long.
    #[error("compiling it takes more than {} s", .0.as_secs_f64())]
    Time(Duration),
    /// Its machine code is too large.
    #[error("its machine code has more than {0} bytes")]
    Size(u64),
    /// The compiler ended, most often for want of memory.
    #[error("the compiler ended: {0}")]
    Ended(String),
    /// The compiler did not start.
    #[error("the compiler does not start: {0}")]
    NotStarted(String),
}

/// Compiles `component` in a child process.
pub(super) fn compile_in_child(command: &mut Command, component: &[u8], time: Duration) -> Result<Vec<u8>, CompileError> {
    let not_started = |error: io::Error| CompileError::NotStarted(error.to_string());
    let until = Instant::now() + time;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(not_started)?;
    let most = (component.len() as u64).saturating_mul(MOST_GROWTH).max(MOST_SMALL);
    let code = child.stdout.take().map(|out| read(out, most + 1));
    let message = child.stderr.take().map(|out| read(out, MOST_MESSAGE));
    // From here on the child is waited for, whatever happens.
    let fed = feed(&mut child, component.to_vec());
    let status = wait(&mut child, until, || code.as_ref().is_some_and(|code| code.is_finished()));
    let (code, message) = (joined(code), String::from_utf8_lossy(&joined(message)).trim().to_owned());
    if let Some(fed) = fed {
        let _ = fed.join();
    }
    match status.map_err(not_started)? {
        Some(_) if code.len() as u64 > most => Err(CompileError::Size(most)),
        None => Err(CompileError::Time(time)),
        Some(status) if status.success() => Ok(code),
        Some(status) if status.code() == Some(NOT_VALID) => Err(CompileError::Invalid(message)),
        Some(status) => Err(CompileError::Ended(if message.is_empty() { status.to_string() } else { format!("{status}: {message}") })),
    }
}

/// Reads on a thread, so that a child that writes much does not wait for ever.
fn read(from: impl Read + Send + 'static, most: u64) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.take(most).read_to_end(&mut bytes);
        bytes
    })
}

fn joined(thread: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
}

/// Writes on a thread; a child that does not read ends at its time.
fn feed(child: &mut Child, bytes: Vec<u8>) -> Option<JoinHandle<()>> {
    let mut to = child.stdin.take()?;
    // A child that ended has said why.
    Some(thread::spawn(move || drop(to.write_all(&bytes))))
}

/// Waits until the child ends, or ends it: none when its time is over.
fn wait(child: &mut Child, until: Instant, has_all: impl Fn() -> bool) -> io::Result<Option<ExitStatus>> {
    let mut all_since = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        // Too much was written, and nobody reads the rest.
        if has_all() && all_since.get_or_insert_with(Instant::now).elapsed() > Duration::from_secs(1) {
            child.kill()?;
            return child.wait().map(Some);
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(GLANCE);
    }
}

/// What the child of [`Compiler::Child`] does: reads a component from `input`, compiles it within `memory` bytes, and writes the
/// machine code to `output`. Gives the exit code; the reason of a failure goes to standard error.
pub fn compile_as_child(memory: u64, mut input: impl Read, mut output: impl Write) -> u8 {
    limit_memory(memory);
    let compiled = (|| {
        let mut component = Vec::new();
        input.read_to_end(&mut component)?;
        super::loader::engine()?.precompile_component(&component)
    })();
    match compiled {
        Ok(code) => u8::from(output.write_all(&code).and_then(|()| output.flush()).is_err()),
        Err(error) => {
            eprintln!("{error:#}");
            NOT_VALID as u8
        }
    }
}

#[cfg(unix)]
fn limit_memory(bytes: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where the system does not let us, the limit of time still holds.
    let _ = setrlimit(Resource::As, Rlimit { current: Some(bytes), maximum: Some(bytes) });
    // No file of a dead child's memory.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(not(unix))]
fn limit_memory(_bytes: u64) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn child(script: &str, time: Duration) -> Result<Vec<u8>, CompileError> {
        compile_in_child(Command::new("sh").args(["-c", script]), b"component", time)
    }

    const ENOUGH: Duration = Duration::from_secs(60);

    #[test]
    fn child_that_answers_gives_its_answer() {
        assert_eq!(child("cat", ENOUGH), Ok(b"component".to_vec()));
    }

    #[test]
    fn child_that_takes_too_long_is_ended() {
        let time = Duration::from_millis(50);
        assert_eq!(child("exec sleep 60", time), Err(CompileError::Time(time)));
        assert_eq!(child("exec yes >/dev/null", time), Err(CompileError::Time(time)));
    }

    #[test]
    fn child_that_writes_too_much_is_ended() {
        assert_eq!(child("exec cat /dev/zero", ENOUGH), Err(CompileError::Size(MOST_SMALL)));
    }

    #[test]
    fn child_that_fails_says_why() {
        assert_eq!(child("echo no sense >&2; exit 65", ENOUGH), Err(CompileError::Invalid("no sense".to_owned())));
        let Err(CompileError::Ended(why)) = child("echo no memory >&2; kill -ABRT $$", ENOUGH) else { panic!("it ended well") };
        assert!(why.contains("no memory") && why.contains('6'), "{why}");
        let Err(CompileError::Ended(_)) = child("exec false", ENOUGH) else { panic!("it ended well") };
    }

    #[test]
    fn child_that_is_not_there_is_the_hosts_error() {
        let error = compile_in_child(&mut Command::new("/nowhere/at/all"), b"", ENOUGH);
        assert!(matches!(error, Err(CompileError::NotStarted(_))));
    }
}
