//! Which characters XML 1.0 lets stand where: productions 2, 3, 4 and 4a of its fifth edition.

/// May begin a name.
pub const NAME_START: u8 = 1;
/// May stand inside a name.
pub const NAME: u8 = 2;
/// White space.
pub const SPACE: u8 = 4;
/// Stands for itself in text: no markup, no reference, no `]` (which may end in `]]>`), nothing forbidden.
pub const TEXT: u8 = 8;
/// Stands for itself in an attribute value in either kind of quotes.
pub const VALUE: u8 = 16;
/// Stands for itself in a comment, a processing instruction or a CDATA section, whichever way they end.
pub const OTHER: u8 = 32;

/// First byte of U+FFFE and U+FFFF, which are forbidden, and of others, which are not.
const LEAD_OF_FORBIDDEN: u8 = 0xef;

/// What each byte may be. Bytes beyond ASCII have no bit for names: those need the whole character.
pub const CLASS: [u8; 256] = {
    let mut table = [0u8; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        let mut class = 0;
        if b.is_ascii_alphabetic() || b == b'_' || b == b':' {
            class |= NAME_START | NAME;
        }
        if b.is_ascii_digit() || b == b'-' || b == b'.' {
            class |= NAME;
        }
        if matches!(b, b' ' | b'\t' | b'\n' | b'\r') {
            class |= SPACE;
        }
        if (b >= 0x20 || class & SPACE != 0) && b != LEAD_OF_FORBIDDEN {
            if !matches!(b, b'<' | b'&' | b']') {
                class |= TEXT;
            }
            if !matches!(b, b'<' | b'&' | b'"' | b'\'') {
                class |= VALUE;
            }
            if !matches!(b, b'-' | b'?' | b']') {
                class |= OTHER;
            }
        }
        table[byte] = class;
        byte += 1;
    }
    table
};

/// Whether `byte` has any bit of `class`.
#[inline]
pub fn is(byte: u8, class: u8) -> bool {
    CLASS[usize::from(byte)] & class != 0
}

/// Whether XML lets `character` stand in a document at all.
pub fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether `character`, which is beyond ASCII, may begin a name.
pub fn starts_name(character: char) -> bool {
    matches!(character,
        '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// Whether `character`, which is beyond ASCII, may stand inside a name.
pub fn continues_name(character: char) -> bool {
    starts_name(character) || matches!(character, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_allowed_every_character_agrees_with_the_production() {
        for character in '\0'..=char::MAX {
            let expected = matches!(u32::from(character), 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff);
            assert_eq!(is_allowed(character), expected, "{character:?}");
        }
    }

    #[test]
    fn class_of_ascii_agrees_with_is_allowed() {
        for byte in 0..0x80u8 {
            assert_eq!(is(byte, TEXT | VALUE | OTHER), is_allowed(char::from(byte)), "{byte}");
        }
    }
}
