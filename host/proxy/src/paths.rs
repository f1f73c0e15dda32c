//! Which paths are the API's, however they are written.

/// The API's base paths.
///
/// A path counts as the API's when any reading of it that a server might have leads there: percent-encoded characters, doubled
/// slashes, backslashes, `.` and `..`, other case. What cannot be told counts, too: an exchange too many harms nobody, one too few
/// is an act that nobody saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths(Vec<Vec<String>>);

impl Paths {
    /// Base paths such as `/api/data` and `/XRMServices`; `/` is everything.
    pub fn under<S: AsRef<str>>(bases: impl IntoIterator<Item = S>) -> Self {
        Self(bases.into_iter().map(|base| segments(&decoded(base.as_ref().as_bytes()))).collect())
    }

    /// Whether `path`, without a query, is one of the API's.
    pub fn contain(&self, path: &str) -> bool {
        let once = decoded(path.as_bytes());
        let twice = decoded(&once);
        // Encoded more than twice: no client of ours does that.
        if decoded(&twice) != twice {
            return !self.0.is_empty();
        }
        [path.as_bytes(), &once, &twice].iter().any(|reading| {
            let (resolved, plain) = (segments(reading), unresolved(reading));
            self.0.iter().any(|base| resolved.starts_with(base) || plain.starts_with(base) || climbs(&plain) && holds(&plain, base))
        })
    }
}

fn decoded(path: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(path).collect()
}

/// Segments as they stand, in lower case, without empty ones, without parameters behind a semicolon.
fn unresolved(path: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(path).to_lowercase();
    let parts = text.split(['/', '\\']).map(|part| part.split_once(';').map_or(part, |(part, _)| part));
    parts.filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
}

/// Segments with `..` resolved.
fn segments(path: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    for part in unresolved(path) {
        match part.as_str() {
            ".." => {
                out.pop();
            }
            _ => out.push(part),
        }
    }
    out
}

fn climbs(path: &[String]) -> bool {
    path.iter().any(|part| part == "..")
}

fn holds(path: &[String], base: &[String]) -> bool {
    !base.is_empty() && path.windows(base.len()).any(|window| window == base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_is_found_however_it_is_written() {
        let paths = Paths::under(["/api/data", "/XRMServices/"]);
        for path in [
            "/api/data",
            "/api/data/",
            "/api/data/v9.2/accounts",
            "/API/Data/v9.2",
            "//api//data/x",
            "/./api/./data",
            "/x/../api/data",
            "/api%2Fdata/x",
            "/%61pi/data",
            "/%2561pi/data",
            "/%252561pi/data",
            "/api\\data",
            "/x/..%2fapi/data/y",
            "/api;a=b/data/x",
            "/api/data/../../other",
            "/xrmservices/2011/Organization.svc",
            "/..;/api/data",
            "/%25252525",
        ] {
            assert!(paths.contain(path), "{path}");
        }
        for path in ["/", "", "*", "/api", "/apidata", "/api/database", "/webresources/x.js", "/main.aspx", "/x/api/data", "/100%25"] {
            assert!(!paths.contain(path), "{path}");
        }
        assert!(Paths::under(["/"]).contain("/anything"));
        assert!(!Paths::default().contain("/%25252525"));
    }

    proptest::proptest! {
        #[test]
        fn base_is_found_behind_anything_that_leads_nowhere(path in "[ -~]{0,60}", rest in "[a-z0-9/.]{0,20}") {
            let paths = Paths::under(["/api/data"]);
            paths.contain(&path);
            let below = format!("/api/data/{rest}");
            proptest::prop_assert!(paths.contain(&below));
        }
    }
}
