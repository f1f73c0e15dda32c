//! Tells what is wrong with the form of a document: unknown keys, wrong types, words that are none of those allowed.
//!
//! The published schema decides, so that an editor that uses it and this filter agree. Serde alone would stop at
//! the first fault, and would take a list of values for a section.

use std::collections::BTreeSet;

use serde::de::IgnoredAny;
use serde_json::Value as Node;

use super::SettingsError;
use super::check::unknown;
use super::faults::MAX_ERRORS;
use super::path::Path;
use crate::fault::Fault;
use crate::json::{Reader, Value};

/// Every fault of form against `schema`, in the order of the document.
pub(super) fn faults(document: &str, schema: &str) -> Vec<SettingsError> {
    let Ok(schema) = serde_json::from_str(schema) else { return Vec::new() };
    let mut shape = Shape { document, schema: &schema, found: Vec::new(), counted: 0, line: 1 };
    let mut reader = Reader::new(document);
    let end = shape.value(&schema, &Path::Root, &mut reader).and_then(|()| reader.finish());
    if let Err(fault) = end {
        match serde_json::from_str::<IgnoredAny>(document) {
            Err(error) => shape.found.push(SettingsError { path: String::new(), explanation: format!("not JSON: {error}") }),
            Ok(_) => shape.fault(&Path::Root, fault.offset, fault.explanation.to_string()),
        }
    }
    shape.found
}

struct Shape<'d> {
    document: &'d str,
    schema: &'d Node,
    found: Vec<SettingsError>,
    /// Bytes in which line feeds were counted, and the line at whose front or in which they end.
    counted: usize,
    line: usize,
}

impl<'d> Shape<'d> {
    /// Holds one value against its part of the schema. Recursion is bounded by the reader's depth.
    fn value(&mut self, node: &'d Node, path: &Path<'_>, reader: &mut Reader<'_>) -> Result<(), Fault> {
        let node = self.resolved(node);
        let first = reader.peek();
        let offset = reader.offset();
        match first {
            Some(b'{') if is(node, "object") => {
                let mut seen = BTreeSet::new();
                reader.object(|key, reader| {
                    let key = key.decode();
                    let path = path.key(&key);
                    let member = node["properties"].get(&*key).or_else(|| node.get("additionalProperties").filter(|node| node.is_object()));
                    match member {
                        Some(member) => self.value(member, &path, reader)?,
                        None => {
                            reader.peek();
                            let known =
                                node["properties"].as_object().into_iter().flat_map(|properties| properties.keys().map(String::as_str));
                            self.fault(&path, reader.offset(), unknown("key", &key, known));
                            reader.skip()?;
                        }
                    }
                    if !seen.insert(key.to_string()) {
                        self.fault(&path, reader.offset(), "stands twice".to_owned());
                    }
                    Ok(())
                })
            }
            Some(b'[') if is(node, "array") => reader.array(|position, reader| self.value(&node["items"], &path.at(position), reader)),
            _ => {
                let value = reader.value()?;
                if !alternatives(node).any(|node| takes(node, &value)) {
                    self.fault(path, offset, refusal(node, &value));
                }
                Ok(())
            }
        }
    }

    /// The node itself, or the one it refers to.
    fn resolved(&self, node: &'d Node) -> &'d Node {
        let target = node["$ref"].as_str().and_then(|target| self.schema.pointer(target.trim_start_matches('#')));
        target.unwrap_or(node)
    }

    fn fault(&mut self, path: &Path<'_>, offset: usize, explanation: String) {
        if self.found.len() == MAX_ERRORS {
            return;
        }
        let bytes = self.document.as_bytes();
        let offset = offset.clamp(self.counted, bytes.len());
        self.line += memchr::memchr_iter(b'\n', &bytes[self.counted..offset]).count();
        self.counted = offset;
        let column = 1 + offset - memchr::memrchr(b'\n', &bytes[..offset]).map_or(0, |at| at + 1);
        let explanation = format!("{explanation} (line {} column {column})", self.line);
        self.found.push(SettingsError { path: path.to_string(), explanation });
    }
}

/// What a value may be: the node, or each of the choices that it lists.
fn alternatives(node: &Node) -> impl Iterator<Item = &Node> + Clone {
    let listed = ["oneOf", "anyOf"].into_iter().find_map(|key| node[key].as_array());
    listed.map_or(std::slice::from_ref(node), Vec::as_slice).iter()
}

fn is(node: &Node, kind: &str) -> bool {
    node["type"] == kind
}

/// The words that a node allows; none where it allows any.
fn words(node: &Node) -> impl Iterator<Item = &str> + Clone {
    node["const"].as_str().into_iter().chain(node["enum"].as_array().into_iter().flatten().filter_map(Node::as_str))
}

fn takes(node: &Node, value: &Value<'_>) -> bool {
    match value {
        Value::Bool(_) => is(node, "boolean"),
        Value::Number(digits) => is(node, "integer") && digits.bytes().all(|byte| byte.is_ascii_digit()),
        Value::Text(text) => is(node, "string") && (words(node).next().is_none() || words(node).any(|word| text.is(word))),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn refusal(node: &Node, value: &Value<'_>) -> String {
    let words = alternatives(node).flat_map(words);
    if let (Value::Text(text), Some(_)) = (value, words.clone().next()) {
        return unknown("word", &text.decode(), words);
    }
    let kinds: BTreeSet<_> = alternatives(node).filter_map(|node| node["type"].as_str()).collect();
    let expected: Vec<_> =
        kinds.into_iter().map(|kind| format!("{} {kind}", if kind.starts_with(['a', 'i', 'o']) { "an" } else { "a" })).collect();
    let hint = if matches!(value, Value::Number(_)) && is(node, "string") { "; put it in quotes" } else { "" };
    format!("expected {}, found {}{hint}", expected.join(" or "), value.kind())
}
