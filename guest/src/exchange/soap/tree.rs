//! A SOAP message as a tree of elements: bounded in depth by the walk, in size by its text and a number of elements.

use std::borrow::Cow;

use crate::query::QueryFault;
use crate::query::document::{Visitor, walk};
use crate::query::fetchxml::local_name;
use crate::query::references::resolved;

/// Elements that a message may have.
const MAX_ELEMENTS: usize = 500_000;

#[derive(Debug, Default)]
struct Node<'a> {
    name: &'a str,
    kind: &'a str,
    nil: bool,
    text: Cow<'a, str>,
    first: Option<usize>,
    next: Option<usize>,
    last: Option<usize>,
}

/// The elements of a message.
#[derive(Debug, Default)]
pub struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    open: Vec<usize>,
    roots: usize,
}

/// One element.
#[derive(Clone, Copy, Debug)]
pub struct Element<'t, 'a> {
    tree: &'t Tree<'a>,
    at: usize,
}

impl<'a> Tree<'a> {
    /// Reads a message. What stands before a fault is there all the same.
    pub fn read(xml: &'a str) -> (Self, Result<(), QueryFault>) {
        let mut tree = Self::default();
        let walked = walk(xml, &mut tree);
        (tree, walked)
    }

    /// The outermost element, where there is one only.
    pub fn root(&self) -> Option<Element<'_, 'a>> {
        (self.roots == 1).then_some(Element { tree: self, at: 0 })
    }
}

impl<'a> Visitor<'a> for Tree<'a> {
    fn open(&mut self, from: usize, name: &'a str, depth: usize) -> Result<(), QueryFault> {
        if self.nodes.len() == MAX_ELEMENTS {
            return Err(QueryFault::new(from, "more than 500,000 elements"));
        }
        let at = self.nodes.len();
        self.open.truncate(depth);
        match self.open.last().copied() {
            None => self.roots += 1,
            Some(parent) => {
                let before = self.nodes.get_mut(parent).and_then(|node| {
                    node.first.get_or_insert(at);
                    node.last.replace(at)
                });
                if let Some(before) = before.and_then(|before| self.nodes.get_mut(before)) {
                    before.next = Some(at);
                }
            }
        }
        self.nodes.push(Node { name: local_name(name), ..Node::default() });
        self.open.push(at);
        Ok(())
    }

    fn attribute(&mut self, name: &'a str, value: &'a str) {
        let Some(node) = self.nodes.last_mut() else { return };
        match name.split_once(':') {
            Some((prefix, "type")) if prefix != "xmlns" => node.kind = local_name(value),
            Some((prefix, "nil")) if prefix != "xmlns" => node.nil = matches!(value, "true" | "1"),
            _ => {}
        }
    }

    fn text(&mut self, text: &'a str, literal: bool) {
        let Some(node) = self.open.last().and_then(|&at| self.nodes.get_mut(at)) else { return };
        let text = if literal { Cow::Borrowed(text) } else { resolved(text) };
        if node.text.is_empty() { node.text = text } else { node.text.to_mut().push_str(&text) }
    }

    fn over(&mut self, depth: usize, _: &'a str) {
        self.open.truncate(depth);
    }
}

impl<'t, 'a> Element<'t, 'a> {
    fn node(self) -> Option<&'t Node<'a>> {
        self.tree.nodes.get(self.at)
    }

    /// Its name without a prefix.
    pub fn name(self) -> &'a str {
        self.node().map_or("", |node| node.name)
    }

    /// Its `i:type` without a prefix; empty where it has none.
    pub fn kind(self) -> &'a str {
        self.node().map_or("", |node| node.kind)
    }

    /// Whether it says that it is nothing.
    pub fn is_nil(self) -> bool {
        self.node().is_some_and(|node| node.nil)
    }

    /// Its own text.
    pub fn text(self) -> &'t str {
        self.node().map_or("", |node| &node.text)
    }

    /// Whether there is any element in it.
    pub fn has_elements(self) -> bool {
        self.node().is_some_and(|node| node.first.is_some())
    }

    /// The elements in it.
    pub fn elements(self) -> impl Iterator<Item = Element<'t, 'a>> {
        let tree = self.tree;
        let first = self.node().and_then(|node| node.first);
        std::iter::successors(first, |&at| tree.nodes.get(at).and_then(|node| node.next)).map(move |at| Element { tree, at })
    }

    /// The element of a name in it, where there is one only: of two, which one counts would be a guess.
    pub fn element(self, name: &str) -> Option<Element<'t, 'a>> {
        let mut found = self.elements().filter(|element| element.name() == name);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The text of the element of a name in it, where it has any.
    pub fn said(self, name: &str) -> Option<&'t str> {
        self.element(name).filter(|element| !element.is_nil()).map(Element::text).filter(|text| !text.is_empty())
    }
}
