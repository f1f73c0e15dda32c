//! Where a value ends that begins here.

use std::io;

use super::flaw::Flaw;
use super::framer::{Found, Framer};
use super::line::{self, is_blank};
use super::resync::{Lines, Resync};
use super::scan::{Scan, Step};

impl Framer {
    /// An event that begins with `{`.
    pub(super) fn object(&mut self) -> io::Result<Found> {
        // In an array the line may hold the next element or the array's end.
        if self.window.first_on_line()
            && !self.brackets.is_open()
            && let Some(len) = self.whole_line()?
        {
            return Ok(Found::Span(len, None));
        }
        self.structure()
    }

    /// Length of the line, where it is one event: it ends with `}`, holds no second value, and what follows could not
    /// continue a value. An open value could only go on with a comma or a closing bracket, so nothing else need be looked at.
    fn whole_line(&mut self) -> io::Result<Option<usize>> {
        let Some(end) = self.line_len(self.limit)? else { return Ok(None) };
        let text = line::trim_end(&self.window.bytes()[..end]);
        let len = text.len();
        if text.last() != Some(&b'}') || line::may_hold_several(text) {
            return Ok(None);
        }
        let far = end.saturating_add(self.limit);
        let mut behind = end;
        loop {
            let bytes = self.window.bytes();
            let seen = bytes.len().min(far);
            if let Some(next) = bytes[behind..seen].iter().position(|&byte| !is_blank(byte)) {
                return Ok((!line::goes_on(bytes[behind + next])).then_some(len));
            }
            // Looking on may wait for a sender that has nothing to say: a value that is closed needs no look.
            let closed = behind == end && Scan::new().feed(&bytes[..len]) == Step::Closed(len);
            behind = seen;
            if closed || seen == far || !self.window.more()? {
                return Ok(Some(len));
            }
        }
    }

    /// An event whose structure has to be looked at.
    fn structure(&mut self) -> io::Result<Found> {
        let mut scan = Scan::new();
        let mut at = 0;
        loop {
            let bytes = self.window.bytes();
            let seen = bytes.len().min(self.limit);
            match scan.feed(&bytes[at..seen]) {
                Step::Closed(len) => return Ok(Found::Span(at + len, None)),
                Step::Broken(noticed, flaw) => return self.broken(at + noticed, flaw.noticed_at(at + noticed)),
                Step::More => at = seen,
            }
            if at < self.window.bytes().len() {
                return self.oversize(scan);
            }
            if !self.window.more()? {
                return self.broken(at, Flaw::unfinished(at));
            }
        }
    }

    /// What begins neither an object nor an array: a scalar, or the rest of a damaged line.
    pub(super) fn other(&mut self) -> io::Result<Found> {
        if let Some(len) = self.scalar_len(0, self.brackets.is_open())? {
            return Ok(Found::Span(len, None));
        }
        let mut resync = Resync::new(Lines::End);
        resync.count_braces(self.brackets.is_open());
        self.up_to(0, resync, None)
    }

    /// Length of the scalar at byte `at`, if one stands there and something undamaged follows it.
    pub(super) fn scalar_len(&mut self, at: usize, in_array: bool) -> io::Result<Option<usize>> {
        let line = self.line_len(self.limit)?;
        let bytes = self.window.bytes();
        // Of a longer line, what is within the limit must show where the scalar ends.
        let seen = bytes.get(at..line.unwrap_or(self.limit).min(bytes.len())).unwrap_or_default();
        Ok(line::scalar_len(seen, in_array).filter(|&len| line.is_some() || len < seen.len()))
    }

    /// Bytes up to the end of the line; none where it is over `limit`.
    pub(super) fn line_len(&mut self, limit: usize) -> io::Result<Option<usize>> {
        let here = self.window.here().offset;
        let distance = |end: u64| usize::try_from(end - here).ok().filter(|&len| len <= limit);
        if let Some(end) = self.lines.found.filter(|&end| end >= here) {
            return Ok(distance(end));
        }
        loop {
            let bytes = self.window.bytes();
            let from = usize::try_from(self.lines.searched.saturating_sub(here)).unwrap_or(usize::MAX).min(bytes.len());
            let seen = here + bytes.len() as u64;
            let over = bytes.len() > limit;
            let found = memchr::memchr(b'\n', &bytes[from..]).map(|at| here + (from + at) as u64);
            if found.is_none() {
                self.lines.searched = seen;
            }
            if found.is_some() || (!over && !self.window.more()?) {
                self.lines.found = found.or(Some(seen));
                return Ok(distance(found.unwrap_or(seen)));
            }
            if over {
                return Ok(None);
            }
        }
    }
}
