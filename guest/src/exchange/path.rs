//! The target of a request: whether it is to the API, and its segments, exactly or not at all.
//!
//! Servers and proxies disagree on `//`, `.` and `..`, `%2F`, `\` and `;`. A path with any of these is never put right here:
//! where some reading of it leads to the API it is ambiguous, else it is outside.

use super::percent;
use super::segment::Segment;
use super::settings::Settings;

/// Longest target that is read, in bytes.
pub const MAX_TARGET: usize = 64 << 10;

/// Segments that a resource path may have.
pub const MAX_SEGMENTS: usize = 32;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A resource of the Web API: what stands after the version, and the query as written.
    Api {
        /// The segments; none for the service document.
        segments: Vec<Segment>,
        /// What stands after `?`.
        query: Option<&'a str>,
    },
    /// The SOAP endpoint.
    Soap,
    /// Neither.
    Outside,
    /// Two servers may read it in two ways; why.
    Ambiguous(&'static str),
    /// Data in a way that is not read here; why.
    Unsupported(&'static str),
}

/// Finds out where a request goes.
pub fn locate<'a>(target: &'a str, settings: &Settings) -> Target<'a> {
    if target.len() > MAX_TARGET {
        return Target::Ambiguous("the target is longer than 65,536 bytes");
    }
    let (path, query) = split(target);
    let exact = match path.strip_prefix('/') {
        Some(rest) => segments(rest),
        None => Err("the path does not begin with '/'"),
    };
    match exact {
        Ok(segments) => match api(&segments, query, settings) {
            Some(target) => target,
            None if segments.iter().any(|segment| segment.contains(['/', '\\', ';', '%'])) && may_be_api(path, settings) => {
                Target::Ambiguous("an escaped separator, a ';' or an escape of an escape")
            }
            None => Target::Outside,
        },
        Err(why) if may_be_api(path, settings) => Target::Ambiguous(why),
        Err(_) => Target::Outside,
    }
}

/// Finds out where a part of a batch goes. Its target may also stand alone, relative to the service root.
pub fn locate_part<'a>(target: &'a str, settings: &Settings) -> Target<'a> {
    let (path, query) = split(target);
    if path.starts_with('/') || target.len() > MAX_TARGET || path.is_empty() {
        return locate(target, settings);
    }
    match segments(path).and_then(|segments| resource(&segments)) {
        Ok(segments) => Target::Api { segments, query },
        Err(why) => Target::Ambiguous(why),
    }
}

/// Path and query. Scheme and authority of an absolute target are taken off: the host knows where it sends things.
fn split(target: &str) -> (&str, Option<&str>) {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let absolute = path.split_once("://").filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"));
    let path = absolute.map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    (path, query)
}

/// The decoded segments, or why they are not told for sure.
fn segments(path: &str) -> Result<Vec<String>, &'static str> {
    if path.contains(['\\', '#', ' ']) || path.chars().any(char::is_control) {
        return Err("the path holds a character that no path may hold");
    }
    let mut segments = Vec::new();
    for raw in path.split('/') {
        let Some(segment) = percent::decoded(raw) else { return Err("a percent-escape that is none, or not of UTF-8") };
        if segment.chars().any(char::is_control) {
            return Err("the path holds an escaped control character");
        }
        if segment == "." || segment == ".." {
            return Err("a segment '.' or '..'");
        }
        segments.push(segment.into_owned());
    }
    // One slash at the end is how the service root may be written.
    if let Some(position) = segments.iter().position(String::is_empty)
        && (position + 1 < segments.len() || segments.len() > MAX_SEGMENTS)
    {
        return Err("an empty segment");
    }
    Ok(segments)
}

/// The target, where the path is below a base path or is a SOAP path; none where it is neither.
fn api<'a>(segments: &[String], query: Option<&'a str>, settings: &Settings) -> Option<Target<'a>> {
    let below = |base: &str| -> Option<usize> {
        let mut count = 0;
        for expected in base.split('/').filter(|segment| !segment.is_empty()) {
            if !segments.get(count)?.eq_ignore_ascii_case(expected) {
                return None;
            }
            count += 1;
        }
        Some(count)
    };
    for base in &settings.soap_paths {
        match below(base).and_then(|count| segments.get(count..)) {
            Some([]) => return Some(Target::Soap),
            Some([only]) if only.eq_ignore_ascii_case("web") => return Some(Target::Soap),
            Some(_) => return Some(Target::Unsupported("a path below the SOAP endpoint that is not '/web'")),
            None => {}
        }
    }
    for base in &settings.base_paths {
        let Some(rest) = below(base).and_then(|count| segments.get(count..)) else { continue };
        return Some(match rest {
            [] => Target::Unsupported("the base path without a version"),
            [version, ..] if !is_version(version) => Target::Unsupported("below the base path, but not below a version such as v9.2"),
            [_, rest @ ..] => match resource(rest) {
                Ok(segments) => Target::Api { segments, query },
                Err(why) => Target::Ambiguous(why),
            },
        });
    }
    let other =
        segments.iter().any(|segment| ["OrganizationData.svc", "Organization.svc"].iter().any(|name| segment.eq_ignore_ascii_case(name)));
    other.then_some(Target::Unsupported("another endpoint to the organization's data"))
}

/// The segments after the version.
fn resource(rest: &[String]) -> Result<Vec<Segment>, &'static str> {
    let rest = match rest {
        [only] if only.is_empty() => &[],
        [.., last] if last.is_empty() => return Err("a slash at the end"),
        rest => rest,
    };
    if rest.len() > MAX_SEGMENTS {
        return Err("more than 32 segments");
    }
    rest.iter().map(|segment| Segment::parse(segment).ok_or("a segment that is no resource of OData for sure")).collect()
}

/// `v9.2`
fn is_version(segment: &str) -> bool {
    let numbers = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    numbers.len() <= 16 && numbers.split('.').all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether some reading of a path, however careless, leads to the API.
fn may_be_api(path: &str, settings: &Settings) -> bool {
    let read = percent::loosely(&percent::loosely(path)).to_ascii_lowercase().replace('\\', "/");
    let mut kept: Vec<&str> = Vec::new();
    for segment in read.split('/') {
        match segment.split(';').next().unwrap_or_default().trim() {
            "" | "." => {}
            ".." => {
                kept.pop();
            }
            plain => kept.push(plain),
        }
    }
    let (resolved, flat) =
        (format!("/{}/", kept.join("/")), format!("/{}/", read.split('/').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("/")));
    let bases = settings.base_paths.iter().chain(&settings.soap_paths).map(|base| base.to_ascii_lowercase());
    bases.map(|base| format!("{}/", base.trim_end_matches('/'))).any(|base| resolved.contains(&base) || flat.contains(&base))
        || read.contains("organization.svc")
        || read.contains("organizationdata.svc")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(target: &str) -> String {
        let settings = Settings::default();
        match locate(target, &settings) {
            Target::Api { segments, query } => {
                let names: Vec<_> = segments.iter().map(|segment| &*segment.name).collect();
                format!("{} ?{}", names.join(" "), query.unwrap_or_default())
            }
            Target::Soap => "soap".to_owned(),
            Target::Outside => "outside".to_owned(),
            Target::Ambiguous(_) => "ambiguous".to_owned(),
            Target::Unsupported(_) => "unsupported".to_owned(),
        }
    }

    #[test]
    fn locate_each_target() {
        for (target, expected) in [
            ("/api/data/v9.2/accounts?$top=1", "accounts ?$top=1"),
            ("/API/Data/V9.0/accounts", "accounts ?"),
            ("https://org.example/api/data/v9.2/accounts?x", "accounts ?x"),
            ("/api/data/v9.2", " ?"),
            ("/api/data/v9.2/", " ?"),
            ("/api/data/v9.2/%61ccounts", "accounts ?"),
            ("/api/data/v9.2/accounts(name='a%2Fb')", "accounts ?"),
            ("/XRMServices/2011/Organization.svc", "soap"),
            ("/xrmservices/2011/organization.svc/web?SDKClientVersion=9", "soap"),
            ("/XRMServices/2011/Organization.svc/mex", "unsupported"),
            ("/XRMServices/2011/OrganizationData.svc/AccountSet", "unsupported"),
            ("/api/data/", "unsupported"),
            ("/api/data/accounts", "unsupported"),
            ("/main.aspx", "outside"),
            ("/main.aspx//x/../y;z", "outside"),
            ("/org/api/data/v9.2/accounts", "outside"),
            ("*", "outside"),
            ("", "outside"),
            ("/api/data/v9.2/accounts/", "ambiguous"),
            ("/api/data/v9.2//accounts", "ambiguous"),
            ("//api/data/v9.2/accounts", "ambiguous"),
            ("/x/../api/data/v9.2/accounts", "ambiguous"),
            ("/api/data/./v9.2/accounts", "ambiguous"),
            ("/api/data/v9.2/x/%2e%2e/accounts", "ambiguous"),
            ("/api%2Fdata/v9.2//accounts", "ambiguous"),
            ("/api/data/v9.2/accounts%2F1", "ambiguous"),
            ("/api/data/v9.2/accounts%252F1", "ambiguous"),
            ("/api/data/v9.2/accounts;v=1", "ambiguous"),
            ("/api;x/data/v9.2//accounts", "ambiguous"),
            ("/api/data/v9.2\\accounts", "ambiguous"),
            ("/api/data/v9.2/accounts%00", "ambiguous"),
            ("/api/data/v9.2/accounts#x", "ambiguous"),
            ("/api/data/v9.2/accounts%zz", "ambiguous"),
            ("/api/data/v9.2/accounts%ff", "ambiguous"),
        ] {
            assert_eq!(said(target), expected, "{target}");
        }
        assert_eq!(said(&format!("/{}", "a/".repeat(MAX_TARGET))), "ambiguous");
    }

    /// A path whose segments are clean and hold an escaped slash is not put right either.
    #[test]
    fn locate_escaped_slash_in_the_base_is_ambiguous() {
        assert_eq!(said("/api%2Fdata/v9.2/accounts"), "ambiguous");
        assert_eq!(said("/api;x/data/v9.2/accounts"), "ambiguous");
        assert_eq!(said("/api%5cdata/v9.2/accounts"), "ambiguous");
    }
}
