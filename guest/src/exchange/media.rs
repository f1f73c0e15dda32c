//! Content types: `multipart/mixed; boundary="x"`.

/// The type and subtype of a content type.
pub fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// What a parameter of a content type says; none where it is absent, twice, or not as MIME writes it.
pub fn parameter(content_type: &str, name: &str) -> Option<String> {
    let (mut found, mut rest) = (None, content_type.split_once(';')?.1);
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim();
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_string(quoted)?,
            None => {
                let after = after.trim_start();
                let end = after.find(';').unwrap_or(after.len());
                let value = after[..end].trim_end();
                if value.is_empty() || value.contains(['"', ' ', '\t', ',']) {
                    return None;
                }
                (value.to_owned(), &after[end..])
            }
        };
        if key.eq_ignore_ascii_case(name) && found.replace(value).is_some() {
            return None;
        }
        rest = after.trim_start();
        if rest.is_empty() {
            return found;
        }
        rest = rest.strip_prefix(';')?;
        if rest.trim().is_empty() {
            return found;
        }
    }
}

/// What stands up to the closing quote, and after it.
fn quoted_string(text: &str) -> Option<(String, &str)> {
    let (mut value, mut characters) = (String::new(), text.char_indices());
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_each_form() {
        for (text, value) in [
            ("multipart/mixed; boundary=batch_1", Some("batch_1")),
            ("multipart/mixed;BOUNDARY=\"a b\"", Some("a b")),
            ("multipart/mixed; boundary=\"a\\\"b\"; charset=utf-8", Some("a\"b")),
            ("multipart/mixed; charset=utf-8; boundary=x;", Some("x")),
            ("multipart/mixed", None),
            ("multipart/mixed; boundary=", None),
            ("multipart/mixed; boundary=a; boundary=b", None),
            ("multipart/mixed; boundary=\"a", None),
            ("multipart/mixed; boundary=a b", None),
            ("multipart/mixed; boundary=\"a\"b", None),
        ] {
            assert_eq!(parameter(text, "boundary").as_deref(), value, "{text}");
        }
    }
}
