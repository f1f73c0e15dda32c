//! What a bearer token says of who asked. It is read, not verified: the upstream does that. Nothing of it but four claims
//! goes anywhere.

use crate::guid::Guid;
use crate::json::{Reader, Value};

/// Longest token that is read, in bytes.
pub const MAX_TOKEN: usize = 32 << 10;

/// The claims that are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// `oid`: the user's or service principal's object in the directory.
    pub object_id: Option<Guid>,
    /// `sub`: the subject.
    pub subject: Option<String>,
    /// `upn`: the user principal name.
    pub upn: Option<String>,
    /// `appid`: the application that asked.
    pub app_id: Option<Guid>,
}

/// Reads the value of an Authorization header. None where it is no bearer token, or one that is not a JWT with good claims.
pub fn read(authorization: &str) -> Option<Claims> {
    let (scheme, token) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Bearer") || token.len() > MAX_TOKEN {
        return None;
    }
    let mut pieces = token.trim().split('.');
    let (Some(_), Some(payload), Some(_), None) = (pieces.next(), pieces.next(), pieces.next(), pieces.next()) else { return None };
    claims(&String::from_utf8(base64url(payload)?).ok()?)
}

fn claims(json: &str) -> Option<Claims> {
    let mut found: [Option<String>; 4] = [const { None }; 4];
    let mut reader = Reader::new(json);
    let mut good = true;
    let read = reader.object(|key, reader| {
        let key = key.decode();
        let slot = ["oid", "sub", "upn", "appid"].iter().position(|name| *name == key).and_then(|position| found.get_mut(position));
        match (slot, reader.value()?) {
            (Some(slot), Value::Text(text)) => good &= slot.replace(text.decode().into_owned()).is_none(),
            (Some(_), _) => good = false,
            (None, _) => {}
        }
        Ok(())
    });
    read.and_then(|()| reader.finish()).ok()?;
    let [object_id, subject, upn, app_id] = found;
    let guid = |text: Option<String>| match text {
        None => Some(None),
        Some(text) => Guid::parse(&text).filter(|id| *id != Guid::ZERO).map(Some),
    };
    let plain = |text: &Option<String>| text.as_deref().is_none_or(|text| crate::settings::plain(text).is_ok());
    (good && plain(&subject) && plain(&upn)).then_some(())?;
    Some(Claims { object_id: guid(object_id)?, subject, upn, app_id: guid(app_id)? })
}

/// Decodes base64url without padding, as RFC 7515 asks for it.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 2);
    for chunk in bytes.chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut word = 0u32;
        for &byte in chunk {
            word = word << 6 | sextet(byte)?;
        }
        word <<= 6 * (4 - chunk.len());
        let [_, first, second, third] = word.to_be_bytes();
        out.push(first);
        match chunk.len() {
            2 if second != 0 => return None,
            3 if third != 0 => return None,
            2 => {}
            3 => out.push(second),
            _ => out.extend([second, third]),
        }
    }
    Some(out)
}

fn sextet(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Encodes base64url; the other way round than what is tested.
    pub(crate) fn encoded(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut out = String::new();
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().enumerate().fold(0u32, |word, (at, &byte)| word | u32::from(byte) << (16 - 8 * at));
            for place in 0..=chunk.len() {
                out.push(char::from(LETTERS[(word >> (18 - 6 * place) & 63) as usize]));
            }
        }
        out
    }

    #[test]
    fn base64url_every_length_reads_back() {
        for length in 0..20u8 {
            let bytes: Vec<u8> = (0..length).map(|byte| byte.wrapping_mul(67)).collect();
            assert_eq!(base64url(&encoded(&bytes)), Some(bytes));
        }
        for bad in ["A", "AA=", "AB", "A+AA", "é"] {
            assert_eq!(base64url(bad), None, "{bad}");
        }
    }

    #[test]
    fn read_good_tokens_and_bad_ones() {
        let token = |payload: &str| read(&format!("bearer {}.{}.x", encoded(b"{}"), encoded(payload.as_bytes())));
        let id = "0a0d8709-711e-e811-a952-000d3a732d76";
        let claims = token(&format!(r#"{{"oid":"{id}","upn":"a@b.c","roles":["x"],"sub":"s"}}"#)).expect("good");
        assert_eq!((claims.object_id, claims.upn.as_deref(), claims.subject.as_deref()), (Guid::parse(id), Some("a@b.c"), Some("s")));
        for bad in [r#"{"oid":"x"}"#, r#"{"oid":7}"#, r#"{"upn":"a","upn":"b"}"#, r#"{"upn":"a\nb"}"#, "[]", "{}x", ""] {
            assert_eq!(token(bad), None, "{bad}");
        }
        for bad in ["", "Bearer", "Basic YTpi", "Bearer a.b", "Bearer a.e30.c.d", "Bearer a.!.c"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&format!("Bearer a.{}.c", "A".repeat(MAX_TOKEN))), None);
    }
}
