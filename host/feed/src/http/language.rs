//! Friendly names of sensitive types: there are none among what this program keeps.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::response::Response;

use super::admit::Admitted;
use super::json;
use crate::fault::Fault;

/// `GET …/resources/dlpSensitiveTypes`
pub(crate) async fn sensitive_types(_: Admitted, headers: HeaderMap) -> Result<Response, Fault> {
    let mut given = headers.get_all(ACCEPT_LANGUAGE).iter();
    if let Some(language) = given.next() {
        let language = language.to_str().map_err(|_| Fault::Language)?;
        if given.next().is_some() || language.contains(',') {
            return Err(Fault::Languages);
        }
        if !is_language(language.split(';').next().unwrap_or_default().trim()) {
            return Err(Fault::Language);
        }
    }
    Ok(json(b"[]".to_vec()))
}

/// `en`, `en-US`, `*`: pieces of one to eight letters or digits, the first of letters.
fn is_language(text: &str) -> bool {
    let first = text.split('-').next().unwrap_or_default();
    let piece = |piece: &str| (1..=8).contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text == "*" || (first.bytes().all(|byte| byte.is_ascii_alphabetic()) && text.split('-').all(piece))
}
