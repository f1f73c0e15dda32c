//! The forms of single values: what may stand in them, read in one place for the check and for the policy alike.

use crate::guid::Guid;

/// Bytes that a name may have at most: of a message, an entity, a user, a URL.
pub const MAX_NAME: usize = 256;

/// A user, as settings name one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Principal<'a> {
    Id(Guid),
    Upn(&'a str),
}

/// Says what is wrong with a name of any kind.
pub(crate) fn plain(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        Err("empty")
    } else if name.len() > MAX_NAME {
        Err("longer than 256 bytes")
    } else if name.trim().len() != name.len() {
        Err("begins or ends with white space")
    } else if name.chars().any(char::is_control) {
        Err("holds a control character")
    } else {
        Ok(())
    }
}

/// Reads a GUID that names something: not the all-zero one.
pub(crate) fn id(text: &str) -> Result<Guid, &'static str> {
    match Guid::parse(text) {
        Some(Guid::ZERO) => Err("the all-zero GUID names nobody"),
        Some(id) => Ok(id),
        None => Err("not a GUID"),
    }
}

/// Reads a user principal name.
pub(super) fn upn(text: &str) -> Result<&str, &'static str> {
    plain(text)?;
    if text.contains('@') { Ok(text) } else { Err("not a user principal name, which holds an @") }
}

/// Reads a user: a GUID or a user principal name.
pub(super) fn principal(text: &str) -> Result<Principal<'_>, &'static str> {
    if text.contains('@') {
        upn(text).map(Principal::Upn)
    } else if Guid::parse(text).is_none() {
        Err("neither a GUID nor a user principal name")
    } else {
        id(text).map(Principal::Id)
    }
}

/// The first number of a version: one to four numbers with dots between them.
pub(super) fn major_version(text: &str) -> Option<u32> {
    let number = |part: &str| if part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None };
    let numbers: Vec<u32> = text.splitn(5, '.').map(number).collect::<Option<_>>()?;
    if numbers.len() <= 4 { numbers.first().copied() } else { None }
}

/// Reads the URL of an instance: `http` or `https`, a host, perhaps a port and a path. Gives it without slashes at its end.
pub(crate) fn instance_url(text: &str) -> Result<&str, &'static str> {
    plain(text)?;
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") => rest,
        _ => return Err("must begin with https:// or http://"),
    };
    if rest.contains(['?', '#']) {
        return Err("must end before any ? or #");
    }
    if rest.contains(|c: char| c.is_whitespace() || "\"<>\\^`{|}".contains(c)) {
        return Err("holds a character that no URL may hold");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must not name a user");
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            if port.is_empty() || port.parse::<u16>().is_err() {
                return Err("the port is no number up to 65535");
            }
            host
        }
        _ => authority,
    };
    if host.is_empty() { Err("names no host") } else { Ok(text.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_each_form() {
        for (text, major) in [
            ("8", Some(8)),
            ("9.2", Some(9)),
            ("8.2.1.176", Some(8)),
            ("10.0", Some(10)),
            ("", None),
            ("v9", None),
            ("9.", None),
            (".9", None),
            ("9.x", None),
            ("9.2.1.1.1", None),
            ("9 .2", None),
            ("-9", None),
            ("+9", None),
            ("9999999999", None),
        ] {
            assert_eq!(major_version(text), major, "{text}");
        }
    }

    #[test]
    fn instance_url_each_form() {
        for (text, read) in [
            ("https://orgname.crm.dynamics.com", Ok("https://orgname.crm.dynamics.com")),
            ("https://orgname.crm.dynamics.com/", Ok("https://orgname.crm.dynamics.com")),
            ("HTTP://server:5555/orgname//", Ok("HTTP://server:5555/orgname")),
            ("https://[::1]/org", Ok("https://[::1]/org")),
            ("https://[::1]:443", Ok("https://[::1]:443")),
            ("", Err("empty")),
            ("orgname.crm.dynamics.com", Err("must begin with https:// or http://")),
            ("ftp://orgname", Err("must begin with https:// or http://")),
            ("https://", Err("names no host")),
            ("https:///main.aspx", Err("names no host")),
            ("https://:443/x", Err("names no host")),
            ("https://host:/x", Err("the port is no number up to 65535")),
            ("https://host:65536", Err("the port is no number up to 65535")),
            ("https://host/main.aspx?etn=account", Err("must end before any ? or #")),
            ("https://host#top", Err("must end before any ? or #")),
            ("https://somebody@host", Err("must not name a user")),
            ("https://ho st", Err("holds a character that no URL may hold")),
            ("https://host/\"", Err("holds a character that no URL may hold")),
            ("https://host ", Err("begins or ends with white space")),
        ] {
            assert_eq!(instance_url(text), read, "{text}");
        }
    }

    #[test]
    fn principal_each_form() {
        let id = "0a0d8709-711e-e811-a952-000d3a732d76";
        assert_eq!(principal(id), Ok(Principal::Id(Guid(0x0a0d_8709_711e_e811_a952_000d_3a73_2d76))));
        assert_eq!(principal("{0A0D8709-711E-E811-A952-000D3A732D76}"), principal(id));
        assert_eq!(principal("Ann@Contoso.com"), Ok(Principal::Upn("Ann@Contoso.com")));
        for (text, fault) in [
            ("", "neither a GUID nor a user principal name"),
            ("ann", "neither a GUID nor a user principal name"),
            ("00000000-0000-0000-0000-000000000000", "the all-zero GUID names nobody"),
            (" ann@contoso.com", "begins or ends with white space"),
            ("ann\n@contoso.com", "holds a control character"),
        ] {
            assert_eq!(principal(text), Err(fault), "{text}");
        }
        assert_eq!(principal(&format!("{}@contoso.com", "a".repeat(256))), Err("longer than 256 bytes"));
    }

    #[test]
    fn plain_at_the_limit_passes_and_one_more_fails() {
        assert_eq!(plain(&"a".repeat(MAX_NAME)), Ok(()));
        assert_eq!(plain(&"é".repeat(MAX_NAME / 2)), Ok(()));
        assert_eq!(plain(&"a".repeat(MAX_NAME + 1)), Err("longer than 256 bytes"));
    }
}
