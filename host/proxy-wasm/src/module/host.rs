//! What is asked of the proxy. The library's own accessors panic at header values that are not UTF-8; these do not.

use proxy_wasm::hostcalls;
use proxy_wasm::types::{BufferType, MapType};

use crate::watched::Pairs;

/// Where an exchange's id is put for the proxy's access log. Envoy: `%FILTER_STATE(wasm.actlog_exchange:PLAIN)%`.
const ID_PROPERTY: &str = "actlog_exchange";

/// A property that is text.
pub fn text(path: &[&str]) -> Option<String> {
    property(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A property that is a number.
pub fn number(path: &[&str]) -> Option<u64> {
    property(path).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes)
}

/// A property; none where the proxy has none.
pub fn property(path: &[&str]) -> Option<Vec<u8>> {
    hostcalls::get_property(path.to_vec()).ok().flatten()
}

/// The header fields.
pub fn headers(of: MapType) -> Pairs {
    hostcalls::get_map_bytes(of).unwrap_or_default()
}

/// Bytes of a body, from `start`. At least one must be there.
pub fn bytes(of: BufferType, start: usize, most: usize) -> Vec<u8> {
    if most == 0 { Vec::new() } else { hostcalls::get_buffer(of, start, most).ok().flatten().unwrap_or_default() }
}

/// Shows an exchange's id to the access log.
pub fn show(id: &str) {
    let _ = hostcalls::set_property(vec![ID_PROPERTY], Some(id.as_bytes()));
}

/// Has the upstream answer without a Content-Encoding: what is coded cannot be read here.
pub fn ask_for_plain_answers() {
    let _ = hostcalls::remove_map_value(MapType::HttpRequestHeaders, "accept-encoding");
}

/// Whether the request was given to an upstream.
pub fn has_gone_up() -> bool {
    property(&["upstream", "address"]).is_some_and(|address| !address.is_empty())
}

/// Whether the answer that comes is the upstream's, and not one that the proxy made itself.
pub fn is_the_upstreams() -> bool {
    text(&["response", "code_details"]).as_deref() == Some("via_upstream")
}

/// Answers in the upstream's place.
pub fn answer(status: u32, sentence: &str) {
    let mut headers = vec![("content-type", "text/plain; charset=utf-8")];
    if status == 503 {
        headers.push(("retry-after", "5"));
    }
    let _ = hostcalls::send_http_response(status, headers, Some(sentence.as_bytes()));
}
