//! The arrays around the events of a source.

use super::position::Position;
use super::scan::MAX_DEPTH;

/// Which arrays are open. Nested arrays are flattened, so only their number counts.
#[derive(Clone, Debug, Default)]
pub struct Brackets {
    depth: u32,
    /// Where the outermost one was opened.
    opened: Option<Position>,
    /// Whether something broken was met in them, which may have hidden brackets.
    doubtful: bool,
}

impl Brackets {
    /// Whether any array is open.
    pub fn is_open(&self) -> bool {
        self.depth > 0
    }

    /// Opens one more. False where they nest too deep.
    pub fn open(&mut self, at: Position) -> bool {
        if self.depth == MAX_DEPTH {
            return false;
        }
        if self.depth == 0 {
            self.opened = Some(at);
        }
        self.depth += 1;
        true
    }

    /// Closes the innermost one. False where none is open.
    pub fn close(&mut self) -> bool {
        let open = self.is_open();
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            *self = Self::default();
        }
        open
    }

    /// Remembers that something in the open arrays was broken.
    pub fn doubt(&mut self) {
        self.doubtful = self.is_open();
    }

    /// Whether something in the open arrays was broken.
    pub fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Closes everything. Where an array was open and nothing in it was broken, gives the place where it began.
    pub fn take_unclosed(&mut self) -> Option<Position> {
        let taken = std::mem::take(self);
        taken.opened.filter(|_| !taken.doubtful)
    }
}
