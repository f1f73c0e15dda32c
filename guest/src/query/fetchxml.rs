//! The `<filter>` elements of a FetchXML query, as they were written.

pub use super::document::MAX_DEPTH;
use super::document::{Visitor, walk};
use super::markup::QueryFault;

/// Appends every outermost `<filter>` element of `xml` to `out`, byte for byte and in the order of the document.
///
/// This is the column Query of the specification's schema: "the Filter query parameters used while executing the
/// FetchXML". `xml` is a whole `<fetch>` document, a part of one such as `<entity>`, or one or more `<filter>` elements
/// side by side; a byte-order mark and an XML declaration may come first. Filters of linked entities count like any
/// other, and a filter inside a filter stays inside it. Names are compared as XML compares them, case and all, but for a
/// namespace prefix, which does not matter: `<x:filter>` is a filter and `<Filter>` is none.
///
/// XML that is well formed but has no filter appends nothing. What is not well formed, has a DOCTYPE, refers to an entity
/// of its own, or nests deeper than [`MAX_DEPTH`] is refused, and `out` is left as it was.
///
/// Takes time in proportion to `xml` and memory that does not depend on it; nothing is expanded or resolved.
pub fn filters(xml: &str, out: &mut String) -> Result<(), QueryFault> {
    let len = out.len();
    let mut filters = Filters { out, filter: None, only_filters: None };
    let walked = walk(xml, &mut filters);
    walked.inspect_err(|_| out.truncate(len))
}

/// Picks the filters out of a document.
struct Filters<'o> {
    out: &'o mut String,
    /// At which depth the filter stands that is being passed over.
    filter: Option<usize>,
    /// Whether the outermost elements so far were all filters; none while there was no element.
    only_filters: Option<bool>,
}

impl<'a> Visitor<'a> for Filters<'_> {
    #[inline]
    fn open(&mut self, from: usize, name: &'a str, depth: usize) -> Result<(), QueryFault> {
        let is_filter = local_name(name) == "filter";
        if depth == 0 {
            if self.only_filters.is_some_and(|all| !(all && is_filter)) {
                return Err(QueryFault::new(from, "a second outermost element; only filters may stand side by side"));
            }
            self.only_filters = Some(is_filter);
        }
        if is_filter && self.filter.is_none() {
            self.filter = Some(depth);
        }
        Ok(())
    }

    #[inline]
    fn over(&mut self, depth: usize, whole: &'a str) {
        if self.filter == Some(depth) {
            self.out.push_str(whole);
            self.filter = None;
        }
    }
}

/// A name without the prefix of its namespace.
#[inline]
pub fn local_name(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
