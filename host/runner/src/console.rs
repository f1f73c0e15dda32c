//! What people see on standard error: messages, and a progress bar on a terminal.

use std::borrow::Cow;
use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::table::thousands;
use crate::totals::Totals;

/// Style of what went wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Style of what deserves a look.
pub const NOTE: Style = AnsiColor::Yellow.on_default();
/// Style of what went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Style of headings.
pub const HEAD: Style = Style::new().bold();
/// Style of what is secondary.
pub const FAINT: Style = Style::new().dimmed();

/// How long a run takes before it shows a bar.
const PATIENCE: Duration = Duration::from_millis(400);

/// Standard error, with the progress bar if there is one.
pub struct Console {
    bar: Option<ProgressBar>,
    /// What was said, where it is to be shown elsewhere.
    kept: Option<RefCell<Vec<String>>>,
    since: Instant,
    shown: bool,
}

impl Console {
    /// Messages alone.
    pub fn plain() -> Self {
        Self { bar: None, kept: None, since: Instant::now(), shown: false }
    }

    /// Keeps the messages for [`Self::kept`].
    pub fn keeping() -> Self {
        Self { kept: Some(RefCell::default()), ..Self::plain() }
    }

    /// What was said.
    pub fn kept(&self) -> Vec<String> {
        self.kept.as_ref().map(RefCell::take).unwrap_or_default()
    }

    /// Messages, and a progress bar where standard error is a terminal and the records do not go to one too. `size` is how
    /// much there is to read, where that is known.
    pub fn with_bar(size: Option<u64>, records_to_stdout: bool) -> Self {
        let visible = std::io::stderr().is_terminal() && !(records_to_stdout && std::io::stdout().is_terminal());
        let bar = visible.then(|| {
            let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::hidden());
            let template = if size.is_some() {
                "{bar:24} {percent:>3} %  {binary_bytes_per_sec}  {wide_msg}"
            } else {
                "{spinner} {binary_bytes}  {binary_bytes_per_sec}  {wide_msg}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, kept: None, since: Instant::now(), shown: false }
    }

    /// Messages, and where standard error is a terminal a line that says how far something without an end is.
    pub fn with_spinner() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
            ProgressStyle::with_template("{spinner} {wide_msg}").into_iter().for_each(|style| bar.set_style(style));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { bar, kept: None, since: Instant::now(), shown: true }
    }

    /// What that line says.
    pub fn tell(&self, message: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.set_message(message());
        }
    }

    /// Shows how far a run is.
    pub fn progress(&mut self, bytes: u64, totals: &Totals) {
        let Some(bar) = &self.bar else { return };
        if !self.shown && self.since.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            self.shown = true;
        }
        if self.shown {
            bar.set_position(bytes);
            let unusable = totals.rejected + totals.faulted;
            bar.set_message(format!(
                "{} read, {} recorded, {} excluded, {} unusable",
                thousands(totals.read),
                thousands(totals.recorded),
                thousands(totals.excluded),
                thousands(unusable)
            ));
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Writes one line, or several.
    pub fn say(&self, text: &str) {
        match (&self.bar, &self.kept) {
            (_, Some(kept)) => kept.borrow_mut().push(text.to_owned()),
            (Some(bar), None) => bar.suspend(|| anstream::eprintln!("{text}")),
            (None, None) => anstream::eprintln!("{text}"),
        }
    }

    /// A note that deserves a look.
    pub fn note(&self, text: &str) {
        self.say(&note(text));
    }

    /// For another thread.
    pub fn voice(&self) -> Voice {
        Voice(self.bar.clone())
    }

    /// Shows what is being waited for.
    pub fn waiting(what: &str) -> Waiting {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner().with_message(format!("{what} …"));
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        Waiting(bar)
    }
}

/// Says something beside the run, from another thread.
#[derive(Clone)]
pub struct Voice(Option<ProgressBar>);

impl Voice {
    /// Writes one line, or several.
    pub fn say(&self, text: &str) {
        match &self.0 {
            Some(bar) => bar.suspend(|| anstream::eprintln!("{text}")),
            None => anstream::eprintln!("{text}"),
        }
    }

    /// A note that deserves a look.
    pub fn note(&self, text: &str) {
        self.say(&note(text));
    }
}

/// For a log: a line comes as a whole.
impl std::io::Write for Voice {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.say(String::from_utf8_lossy(line).trim_end_matches('\n'));
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Shows on a terminal that something takes long, until it is done.
pub struct Waiting(Option<ProgressBar>);

impl Waiting {
    /// How far it is.
    pub fn tell(&self, what: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("{what} …"));
        }
    }

    /// Takes it away.
    pub fn end(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}

fn note(text: &str) -> String {
    format!("{NOTE}note:{NOTE:#} {text}")
}

/// `text` without what could steer a terminal: it may come from a hostile event.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_steering) {
        text.chars().map(|character| if is_steering(character) { '\u{fffd}' } else { character }).collect::<String>().into()
    } else {
        text.into()
    }
}

/// Control characters, and those that turn the direction of text.
fn is_steering(character: char) -> bool {
    character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_takes_away_what_steers_a_terminal() {
        assert_eq!(clean("plain é"), "plain é");
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}d"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
    }
}
