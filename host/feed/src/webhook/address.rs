//! Which addresses a webhook may have. Whoever may start a subscription makes this server call an address; it must not be one
//! that only this server can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::options::Webhooks;

/// Bytes that an address may have.
const MOST: usize = 2_048;

/// Which addresses may be called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    private: bool,
    http_loopback: bool,
}

impl From<&Webhooks> for Allowed {
    fn from(webhooks: &Webhooks) -> Self {
        Allowed { private: webhooks.allow_private, http_loopback: webhooks.allow_http_loopback }
    }
}

impl Allowed {
    /// Whether this machine's or network's address may be called.
    fn allows(self, https: bool, address: IpAddr) -> bool {
        match https {
            true => self.private || is_public(address),
            false => self.http_loopback && address.to_canonical().is_loopback(),
        }
    }
}

/// Checks an address as far as it can be without looking up where it leads. The explanation is for the collector.
pub(crate) fn check(address: &str, allowed: Allowed) -> Result<(), String> {
    let uri: Uri = match address.parse() {
        Ok(uri) if address.len() <= MOST && !address.contains('#') => uri,
        _ => return Err("The address is not a URL.".to_owned()),
    };
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if allowed.http_loopback => {}
        _ => return Err("The address must begin with HTTPS.".to_owned()),
    }
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if uri.host().is_none_or(str::is_empty) || authority.contains('@') {
        return Err("The address must have a host, and no user name.".to_owned());
    }
    Ok(())
}

/// Looks up names as usual, and gives only addresses that may be called. What it gives is what is connected to, so that nothing
/// is gained by a name that leads elsewhere when it is looked up again.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) allowed: Allowed,
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        let https = uri.scheme_str() == Some("https");
        let mut good = self.empty();
        for address in found.iter().filter(|address| self.allowed.allows(https, address.ip())) {
            good.push(*address);
        }
        if good.is_empty() {
            let refused = std::io::Error::new(std::io::ErrorKind::PermissionDenied, "it leads to an address that may not be called");
            return Err(ureq::Error::Io(refused));
        }
        Ok(good)
    }
}

/// Whether an address is one of the public Internet, by the special-purpose registries of RFC 6890.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || a == 0
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        // Multicast, reserved, broadcast.
        || a >= 224;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, ..] = address.segments();
    match a {
        // 6to4 leads to the IPv4 address that it holds.
        0x2002 => is_public_v4(Ipv4Addr::from((u32::from(b) << 16) | u32::from(c))),
        // Protocol assignments (Teredo for one), and documentation.
        0x2001 => b >= 0x200 && b != 0xdb8,
        0x3fff => b > 0xfff,
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_public_by_address() {
        let public = [
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1",
            "2a00:1450::1",
            "2002:808:808::1",
            "::ffff:8.8.8.8",
        ];
        let special = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for text in public {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in special {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn check_address_by_its_form() {
        let usual = Allowed { private: false, http_loopback: false };
        let local = Allowed { private: false, http_loopback: true };
        for good in ["https://hook.example/o365/", "https://hook.example:8443/a?b=c", "https://[2606:4700::1]/", "HTTPS://hook.example"] {
            assert_eq!(check(good, usual), Ok(()), "{good}");
        }
        let long = format!("https://hook.example/{}", "x".repeat(MOST));
        for bad in [
            "",
            "hook.example",
            "/hook",
            "http://hook.example",
            "ftp://hook.example",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://user:word@hook.example/",
            "https://hook.example/#x",
            "https://hook.example\r\nX: y",
            "https://bücher.example/",
            &long,
        ] {
            assert!(check(bad, usual).is_err(), "{bad}");
        }
        assert_eq!(check("http://127.0.0.1:9/", local), Ok(()));
    }
}
