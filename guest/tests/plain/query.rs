//! The `<filter>` elements of FetchXML, by an ordinary XML reader.

use quick_xml::Reader;
use quick_xml::events::Event;

/// The outermost filters as they were written; text that is no XML is the name of a query and stays whole.
pub fn filters(query: &str) -> Result<String, quick_xml::Error> {
    if !query.trim_start().starts_with('<') {
        return Ok(query.to_owned());
    }
    let mut reader = Reader::from_str(query);
    let mut filters = String::new();
    let (mut depth, mut from) = (0, 0);
    loop {
        let begin = reader.buffer_position() as usize;
        match reader.read_event()? {
            Event::Start(tag) if tag.local_name().as_ref() == "filter" => {
                if depth == 0 {
                    from = begin;
                }
                depth += 1;
            }
            Event::Empty(tag) if depth == 0 && tag.local_name().as_ref() == "filter" => {
                filters.push_str(&query[begin..reader.buffer_position() as usize]);
            }
            Event::End(tag) if tag.local_name().as_ref() == "filter" => {
                depth -= 1;
                if depth == 0 {
                    filters.push_str(&query[from..reader.buffer_position() as usize]);
                }
            }
            Event::Eof => return Ok(filters),
            _ => {}
        }
    }
}
