//! The client's address: the one that the host saw, or the last of X-Forwarded-For where one proxy is trusted.

use std::net::{IpAddr, SocketAddr};

use super::headers::Headers;

/// Finds the address, or says why there is none.
pub fn client(seen: Option<&str>, headers: &Headers<'_>, trusted_proxies: u32) -> Result<Option<IpAddr>, &'static str> {
    if trusted_proxies == 0 {
        return seen.map(|text| parse(text).ok_or("the address that the host gave is no IP address")).transpose();
    }
    let last = headers.all("X-Forwarded-For").next_back().and_then(|value| value.rsplit(',').next());
    let last = last.ok_or("the trusted proxy sent no X-Forwarded-For")?;
    parse(last).map(Some).ok_or("the last of X-Forwarded-For is no IP address")
}

/// Reads an address, with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().filter(IpAddr::is_ipv6);
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip())).or_else(bracketed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_each_form() {
        for (text, address) in [
            ("192.0.2.1", Some("192.0.2.1")),
            (" 192.0.2.1:443 ", Some("192.0.2.1")),
            ("2001:DB8::1", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("[192.0.2.1]", None),
            ("unknown", None),
            ("", None),
            ("192.0.2.256", None),
            ("192.0.2.1, 192.0.2.2", None),
        ] {
            assert_eq!(parse(text).map(|address| address.to_string()).as_deref(), address, "{text}");
        }
    }
}
