//! What the references in XML text stand for.

use std::borrow::Cow;

/// Resolves the references in a text that the walk has checked: five names, and numbers. What is none stays.
pub fn resolved(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // Up to the next reference at most: what is none is looked at once only.
        let end = rest[1..].find([';', '&']).map(|end| end + 1).filter(|&end| rest[end..].starts_with(';'));
        match end.and_then(|end| Some((character(&rest[1..end])?, end + 1))) {
            Some((character, after)) => {
                out.push(character);
                rest = &rest[after..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn character(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with('x') => number(&hex[1..], 16),
            decimal => number(decimal, 10),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolved_each_reference_gives_its_character() {
        assert_eq!(resolved("a&lt;b&gt;&amp;&quot;&apos;&#233;&#xE9;&#x1F600;"), "a<b>&\"'éé😀");
        assert_eq!(resolved("plain"), "plain");
        assert_eq!(resolved("&amp;lt;"), "&lt;");
        assert_eq!(resolved("a & b &nbsp; &#xD800; &"), "a & b &nbsp; &#xD800; &");
    }
}
