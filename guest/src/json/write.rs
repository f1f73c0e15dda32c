//! Writing JSON text: once, into one buffer.

/// How deep the text stands: in the record itself, or in JSON that is itself the text of a column of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A value of the record.
    Record,
    /// A value of JSON inside a string of the record, so that every escape is escaped once more.
    Nested,
}

impl Level {
    /// The quote of a string at this level.
    #[inline]
    pub fn quote(self) -> &'static str {
        match self {
            Level::Record => "\"",
            Level::Nested => "\\\"",
        }
    }
}

/// Appends `text` in JSON's escaped form, without quotes.
#[inline]
pub fn escaped(out: &mut String, text: &str, level: Level) {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let end = super::scan::plain_run_end(bytes, from);
        out.push_str(&text[from..end]);
        let Some(&byte) = bytes.get(end) else { return };
        escape(out, byte, level);
        from = end + 1;
    }
}

/// Appends the escape of one byte that JSON does not let stand in a string.
pub fn escape(out: &mut String, byte: u8, level: Level) {
    let nested = level == Level::Nested;
    if nested {
        out.push_str("\\\\");
    } else {
        out.push('\\');
    }
    match byte {
        b'"' => out.push_str(if nested { "\\\"" } else { "\"" }),
        b'\\' => out.push_str(if nested { "\\\\" } else { "\\" }),
        b'\n' => out.push('n'),
        b'\r' => out.push('r'),
        b'\t' => out.push('t'),
        0x08 => out.push('b'),
        0x0c => out.push('f'),
        control => {
            out.push_str("u00");
            out.push(hex_digit(control >> 4));
            out.push(hex_digit(control & 15));
        }
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from(b"0123456789abcdef"[usize::from(nibble & 15)])
}

/// How many bytes `character` takes in JSON's escaped form.
pub fn escaped_len(character: char, level: Level) -> usize {
    match (character, level) {
        ('"' | '\\', Level::Record) => 2,
        ('"' | '\\', Level::Nested) => 4,
        ('\n' | '\r' | '\t' | '\u{8}' | '\u{c}', Level::Record) => 2,
        ('\n' | '\r' | '\t' | '\u{8}' | '\u{c}', Level::Nested) => 3,
        ('\0'..='\u{1f}', Level::Record) => 6,
        ('\0'..='\u{1f}', Level::Nested) => 7,
        (other, _) => other.len_utf8(),
    }
}

/// Appends a whole number in decimal digits.
pub fn number(out: &mut String, number: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().map(|&digit| char::from(digit)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escaped_any_text_reads_back(text in any::<String>()) {
            let mut once = String::new();
            escaped(&mut once, &text, Level::Record);
            prop_assert_eq!(once.len(), text.chars().map(|c| escaped_len(c, Level::Record)).sum::<usize>());
            let back: String = serde_json::from_str(&format!("\"{once}\"")).expect("escaped once");
            prop_assert_eq!(&back, &text);

            let mut twice = String::new();
            escaped(&mut twice, &text, Level::Nested);
            prop_assert_eq!(twice.len(), text.chars().map(|c| escaped_len(c, Level::Nested)).sum::<usize>());
            let back: String = serde_json::from_str(&format!("\"{twice}\"")).expect("escaped twice");
            prop_assert_eq!(back, once);
        }

        #[test]
        fn number_any_prints_its_digits(value in any::<u64>()) {
            let mut out = String::new();
            number(&mut out, value);
            prop_assert_eq!(out, value.to_string());
        }
    }
}
