//! The query of an event → the text of the column Query: "the Filter query parameters used while executing the FetchXML"
//! (specification, Customer Engagement schema).

pub mod by_attribute;
mod chars;
mod code;
mod condition;
pub(crate) mod document;
mod escape;
pub mod expression;
pub mod fetchxml;
mod markup;
mod members;
pub(crate) mod references;
mod value;

#[cfg(test)]
mod capture_cases;
#[cfg(test)]
mod expression_any;
#[cfg(test)]
mod expression_cases;
#[cfg(test)]
mod fetchxml_cases;
#[cfg(test)]
mod fetchxml_hostile;
#[cfg(test)]
mod fetchxml_oracle;

pub(crate) use chars::is_allowed as is_xml_character;
pub use markup::QueryFault;

use crate::activity::QuerySource;
use crate::fault::{Fault, Reason};
use crate::json::{Text, Value};

/// White space and the byte-order mark, which may stand before XML.
const BLANK: [char; 5] = [' ', '\t', '\n', '\r', '\u{feff}'];

/// Appends the filter text of the query at `source` to `out`; tells whether the event has a query at all.
///
/// Text that begins with `<`, white space aside, is FetchXML: its filters are kept as written. Other text, such as the name
/// of a saved query, is kept whole; blank text is no query. A query without a filter is a query: it gives true and appends
/// nothing. Of several queries the filters follow each other. `scratch` is overwritten; it spares an allocation for text
/// that is escaped in the event.
///
/// FetchXML that is refused faults with `BadQuery`, without a place of its own, and its offset counts bytes of the decoded
/// text. Faults of a query in JSON have place and offset inside that JSON. After a fault `out` is as it was.
pub fn capture(source: QuerySource<'_>, scratch: &mut String, out: &mut String) -> Result<bool, Fault> {
    match source {
        QuerySource::None => Ok(false),
        QuerySource::Text(text) => from_text(text, scratch, out),
        QuerySource::Expression(json) => expression::filters(json, out).map(|()| true),
        QuerySource::ByAttribute(json) => by_attribute::filters(json, out).map(|()| true),
        QuerySource::Expressions(json) => {
            let (len, mut any) = (out.len(), false);
            let each = members::each(json, |query| {
                any |= match query {
                    Value::Object(json) => expression::filters(json, out).map(|()| true)?,
                    Value::Text(text) => from_text(text, scratch, out)?,
                    _ => false,
                };
                Ok(())
            });
            each.inspect_err(|_| out.truncate(len)).map(|()| any)
        }
    }
}

fn from_text(text: Text<'_>, scratch: &mut String, out: &mut String) -> Result<bool, Fault> {
    let query = match text.as_plain() {
        Some(plain) => plain,
        None => {
            scratch.clear();
            text.decode_into(scratch);
            scratch.as_str()
        }
    };
    let content = query.trim_start_matches(BLANK);
    if content.is_empty() {
        return Ok(false);
    }
    if content.starts_with('<') {
        fetchxml::filters(query, out).map_err(refused)?;
    } else {
        out.push_str(query);
    }
    Ok(true)
}

fn refused(fault: QueryFault) -> Fault {
    let QueryFault { offset, explanation } = fault;
    Fault::new(Reason::BadQuery, offset, format!("{explanation} (byte {offset} of the query's own text)"))
}
