//! Heads of bodies, within one budget of memory.

use std::cell::Cell;
use std::rc::Rc;

/// Memory that all bodies share.
#[derive(Clone, Debug)]
pub struct Budget(Rc<Cell<usize>>);

impl Budget {
    /// A budget of so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self(Rc::new(Cell::new(bytes)))
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.0.get()
    }
}

/// The head of a body.
#[derive(Debug)]
pub struct Kept {
    content: Vec<u8>,
    most: usize,
    taken: usize,
    cut: bool,
    budget: Budget,
}

impl Kept {
    /// An empty one, of which up to `most` bytes will be kept.
    pub fn new(most: usize, budget: &Budget) -> Self {
        Self { content: Vec::new(), most, taken: 0, cut: false, budget: budget.clone() }
    }

    /// How many of `coming` bytes would be kept.
    pub fn room(&self, coming: usize) -> usize {
        if self.cut { 0 } else { coming.min(self.most - self.content.len()).min(self.budget.left()) }
    }

    /// Takes in what came: `head` are the first [`room`](Self::room) bytes of `coming`.
    pub fn add(&mut self, head: &[u8], coming: usize) {
        let head = &head[..head.len().min(self.room(coming))];
        self.cut |= head.len() < coming;
        self.content.extend_from_slice(head);
        self.taken += head.len();
        self.budget.0.set(self.budget.left() - head.len());
    }

    /// Whether something of it was not kept.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// The bytes. Their memory is the caller's now; it stays in the budget until this is dropped.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.content)
    }

    /// Puts back what was [taken](Self::take).
    pub fn put_back(&mut self, content: Vec<u8>) {
        self.content = content;
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.budget.0.set(self.budget.left() + self.taken);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn add_up_to_the_limit_and_beyond() {
        let budget = Budget::new(100);
        let mut kept = Kept::new(4, &budget);
        kept.add(b"abc", 3);
        assert!(!kept.is_cut());
        kept.add(b"d", 1);
        assert!(!kept.is_cut(), "exactly the limit");
        assert_eq!(kept.room(2), 0);
        kept.add(b"", 2);
        assert!(kept.is_cut());
        assert_eq!(kept.take(), b"abcd");
    }

    #[test]
    fn add_after_a_cut_keeps_nothing_so_that_a_head_has_no_hole() {
        let budget = Budget::new(3);
        let mut first = Kept::new(10, &budget);
        first.add(b"abc", 3);
        let mut second = Kept::new(10, &budget);
        second.add(b"", 2);
        drop(first);
        assert_eq!(budget.left(), 3);
        second.add(b"xy", 2);
        assert!(second.is_cut() && second.take().is_empty());
    }

    #[test]
    fn budget_is_given_back_once() {
        let budget = Budget::new(10);
        let mut kept = Kept::new(10, &budget);
        kept.add(b"abcdef", 6);
        let content = kept.take();
        assert_eq!(budget.left(), 4);
        kept.put_back(content);
        assert_eq!(budget.left(), 4);
        drop(kept);
        assert_eq!(budget.left(), 10);
    }
}
