//! Writing text so that XML reads it back.

use super::chars;

/// Appends `text` so that it may stand in an attribute value in double quotes, or in an element.
///
/// Line ends and tabs become character references, because attribute values would lose them. A character that XML cannot
/// hold at all, such as NUL, becomes U+FFFD.
pub fn escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            allowed if chars::is_allowed(allowed) => out.push(allowed),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
}

/// Appends ` name="text"`, or nothing where there is no text.
pub fn attribute(out: &mut String, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escaped(out, text);
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_each_special_character_is_replaced() {
        let mut out = String::new();
        escaped(&mut out, "a&b<c>d\"e'f\tg\nh\ri\0j\u{ffff}ké😀");
        assert_eq!(out, "a&amp;b&lt;c&gt;d&quot;e'f&#9;g&#10;h&#13;i\u{fffd}j\u{fffd}ké😀");
    }

    #[test]
    fn attribute_without_text_writes_nothing() {
        let mut out = String::new();
        attribute(&mut out, "a", None);
        attribute(&mut out, "b", Some("<"));
        assert_eq!(out, " b=\"&lt;\"");
    }
}
