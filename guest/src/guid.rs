//! GUIDs, read in any of their usual forms and written in one.

/// A GUID; written in lower case with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(pub u128);

/// Characters of a written GUID.
pub const GUID_LEN: usize = 36;

impl Guid {
    /// The all-zero GUID, which the platform uses for "none".
    pub const ZERO: Guid = Guid(0);

    /// Reads `00000000-0000-0000-0000-000000000000`, the same in braces, or 32 bare digits; case does not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        match bytes.len() {
            GUID_LEN => Self::hyphenated(bytes),
            38 if bytes[0] == b'{' && bytes[37] == b'}' => Self::hyphenated(&bytes[1..37]),
            32 => digits(bytes).map(Guid),
            _ => None,
        }
    }

    fn hyphenated(bytes: &[u8]) -> Option<Self> {
        if bytes[8] != b'-' || bytes[13] != b'-' || bytes[18] != b'-' || bytes[23] != b'-' {
            return None;
        }
        let mut bad = 0u8;
        let mut value = 0u128;
        for range in [0..8, 9..13, 14..18, 19..23, 24..36] {
            let mut group = 0u64;
            for &byte in &bytes[range.clone()] {
                let digit = HEX[usize::from(byte)];
                bad |= digit;
                group = (group << 4) | u64::from(digit & 15);
            }
            value = (value << (4 * range.len())) | u128::from(group);
        }
        (bad < 16).then_some(Guid(value))
    }

    /// Appends the 36 characters.
    #[inline]
    pub fn write(self, out: &mut String) {
        let bytes = self.0.to_be_bytes();
        let mut text = [b'-'; GUID_LEN];
        let mut at = 0;
        for (position, byte) in bytes.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                at += 1;
            }
            text[at] = DIGITS[usize::from(byte >> 4)];
            text[at + 1] = DIGITS[usize::from(byte & 15)];
            at += 2;
        }
        out.push_str(std::str::from_utf8(&text).unwrap_or_default());
    }
}

impl std::fmt::Display for Guid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::with_capacity(GUID_LEN);
        self.write(&mut text);
        f.write_str(&text)
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The value of each hexadecimal digit; 16 and above for every other byte.
const HEX: [u8; 256] = {
    let mut table = [0xf0u8; 256];
    let mut digit = 0u8;
    while digit < 16 {
        table[DIGITS[digit as usize] as usize] = digit;
        table[DIGITS[digit as usize].to_ascii_uppercase() as usize] = digit;
        digit += 1;
    }
    table
};

fn digits(bytes: &[u8]) -> Option<u128> {
    let mut value = 0u128;
    for &byte in bytes {
        let digit = HEX[usize::from(byte)];
        if digit > 15 {
            return None;
        }
        value = (value << 4) | u128::from(digit);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0a0d8709-711e-e811-a952-000d3a732d76";

    #[test]
    fn parse_each_form_gives_the_same_guid() {
        let plain = Guid::parse(TEXT).expect("hyphenated");
        assert_eq!(plain.to_string(), TEXT);
        assert_eq!(Guid::parse(&format!("{{{TEXT}}}")), Some(plain));
        assert_eq!(Guid::parse(&TEXT.to_uppercase()), Some(plain));
        assert_eq!(Guid::parse(&TEXT.replace('-', "")), Some(plain));
    }

    #[test]
    fn parse_anything_else_fails() {
        for bad in [
            "",
            "x",
            "0a0d8709-711e-e811-a952-000d3a732d7",
            "0a0d8709-711e-e811-a952-000d3a732d7g",
            "0a0d8709+711e-e811-a952-000d3a732d76",
            "ÿÿ0d8709-711e-e811-a952-000d3a732d",
        ] {
            assert_eq!(Guid::parse(bad), None, "{bad}");
        }
    }
}
