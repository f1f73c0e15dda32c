//! One segment of a resource path, decoded: a name, and perhaps what stands in parentheses behind it.

use crate::guid::Guid;

/// Longest name that OData allows, in characters.
const MAX_NAME: usize = 128;

/// Arguments that one pair of parentheses may hold.
const MAX_ARGUMENTS: usize = 64;

/// The namespace of everything that the platform binds to records.
pub const NAMESPACE: &str = "Microsoft.Dynamics.CRM.";

/// Whether `text` is a simple identifier of OData: what sets, properties, actions and functions are called.
pub fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|next| next.is_alphanumeric() || next == '_')
        && text.chars().count() <= MAX_NAME
        && text.len() <= crate::decode::MAX_NAME
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// What stands before the parentheses.
    pub name: String,
    /// What stands in them; none where there are none.
    pub arguments: Option<Vec<Argument>>,
}

/// What one argument says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name; empty for a bare key.
    pub name: String,
    /// Its value.
    pub literal: Literal,
}

/// A value in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// A string, its quotes undone.
    Text(String),
    /// Anything else, as written: a GUID, a number, an alias, a list.
    Bare(String),
}

impl Literal {
    /// Reads a literal; none where its quotes or brackets are not closed.
    pub fn parse(text: &str) -> Option<Self> {
        let (literal, rest) = literal(text)?;
        rest.is_empty().then_some(literal)
    }

    /// What it says, whichever kind it is.
    pub fn text(&self) -> &str {
        match self {
            Literal::Text(text) | Literal::Bare(text) => text,
        }
    }
}

impl Segment {
    /// Reads a decoded segment; none where it is no segment that can be told apart for sure.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((name, rest)) = text.split_once('(') else {
            return is_segment_name(text).then(|| Self { name: text.to_owned(), arguments: None });
        };
        if !is_segment_name(name) {
            return None;
        }
        let mut arguments = Vec::new();
        let mut rest = rest;
        if rest == ")" {
            return Some(Self { name: name.to_owned(), arguments: Some(arguments) });
        }
        loop {
            let (argument, after) = argument(rest)?;
            arguments.push(argument);
            if after == ")" {
                return Some(Self { name: name.to_owned(), arguments: Some(arguments) });
            }
            rest = after.strip_prefix(',')?;
            if arguments.len() == MAX_ARGUMENTS {
                return None;
            }
        }
    }

    /// Whether it is `name` and has no parentheses.
    pub fn is(&self, name: &str) -> bool {
        self.name == name && self.arguments.is_none()
    }

    /// Its name without the platform's namespace, where it has that namespace.
    pub fn qualified(&self) -> Option<&str> {
        self.name.strip_prefix(NAMESPACE).filter(|name| is_name(name))
    }
}

impl Argument {
    /// The GUID that it says, where it is a bare GUID.
    pub fn guid(&self) -> Option<Guid> {
        match &self.literal {
            Literal::Bare(text) if text.len() == crate::guid::GUID_LEN => Guid::parse(text),
            _ => None,
        }
    }
}

/// A simple or qualified name, `$` and a word, or `$` and a Content-ID.
fn is_segment_name(text: &str) -> bool {
    match text.strip_prefix('$') {
        Some(word) => !word.is_empty() && word.len() <= MAX_NAME && word.chars().all(|c| c.is_alphanumeric() || "-_.@".contains(c)),
        None => text.len() <= 4 * MAX_NAME && text.split('.').all(is_name),
    }
}

fn argument(text: &str) -> Option<(Argument, &str)> {
    let text = text.trim_start_matches(' ');
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    if end > 0
        && let Some(rest) = text[end..].trim_start_matches(' ').strip_prefix('=')
    {
        let (literal, rest) = literal(rest.trim_start_matches(' '))?;
        return is_name(&text[..end]).then(|| (Argument { name: text[..end].to_owned(), literal }, rest));
    }
    let (literal, rest) = literal(text)?;
    Some((Argument { name: String::new(), literal }, rest))
}

/// Reads up to the comma or parenthesis that ends a literal.
fn literal(text: &str) -> Option<(Literal, &str)> {
    let (mut quote, mut open) = (None, 0u32);
    let mut end = text.len();
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(mark), _) if character == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[' | '{') => open += 1,
            (None, ')' | ',') if open == 0 => {
                end = at;
                break;
            }
            (None, ')' | ']' | '}') => open = open.checked_sub(1)?,
            (None, _) => {}
        }
    }
    let (written, rest) = text.split_at(end);
    let written = written.trim_end_matches(' ');
    if quote.is_some() || open > 0 || written.is_empty() {
        return None;
    }
    let inside = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    Some((
        match inside {
            // A quote inside is written twice.
            Some(inside) if !inside.replace("''", "").contains('\'') => Literal::Text(inside.replace("''", "'")),
            _ => Literal::Bare(written.to_owned()),
        },
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        let segment = Segment::parse(text)?;
        let arguments = segment.arguments.map(|arguments| {
            let each = arguments.iter().map(|argument| match &argument.literal {
                Literal::Text(text) => format!("{}:'{text}'", argument.name),
                Literal::Bare(text) => format!("{}:{text}", argument.name),
            });
            each.collect::<Vec<_>>().join("|")
        });
        Some(format!("{}{}", segment.name, arguments.map_or_else(String::new, |arguments| format!("[{arguments}]"))))
    }

    #[test]
    fn parse_each_form() {
        for (text, expected) in [
            ("accounts", Some("accounts")),
            ("accounts()", Some("accounts[]")),
            ("accounts(0a0d8709-711e-e811-a952-000d3a732d76)", Some("accounts[:0a0d8709-711e-e811-a952-000d3a732d76]")),
            ("accounts(name='O''Neil, (x)',n=1)", Some("accounts[name:'O'Neil, (x)'|n:1]")),
            ("f(p=@a, q = ['a','b'])", Some("f[p:@a|q:['a','b']]")),
            (
                "f(e=Microsoft.Dynamics.CRM.EntityFilters'Entity,Attributes')",
                Some("f[e:Microsoft.Dynamics.CRM.EntityFilters'Entity,Attributes']"),
            ),
            ("f(p={'a':'b)'})", Some("f[p:{'a':'b)'}]")),
            ("Microsoft.Dynamics.CRM.X", Some("Microsoft.Dynamics.CRM.X")),
            ("$ref", Some("$ref")),
            ("$1", Some("$1")),
            ("", None),
            ("a b", None),
            ("a;v=1", None),
            ("a%2Fb", None),
            ("a/b", None),
            ("..", None),
            ("accounts(", None),
            ("accounts('a)", None),
            ("accounts(a))", None),
            ("accounts(a)b", None),
            ("accounts(a,)", None),
            ("accounts(,a)", None),
            ("1accounts", None),
            ("$", None),
        ] {
            assert_eq!(said(text).as_deref(), expected, "{text}");
        }
    }
}
