//! The query of a target: system options, custom options and parameter aliases.

use std::borrow::Cow;

use super::percent::decoded_option;

/// Options that are looked at; those after are not.
pub const MAX_OPTIONS: usize = 256;

/// What an option says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// It is not there.
    Absent,
    /// It is there once.
    Value(Cow<'a, str>),
    /// It is there more than once, or cannot be decoded.
    Unclear,
}

/// The options of a request.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    list: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    /// Whether there are more than are looked at, or names that cannot be decoded.
    pub unclear: bool,
}

impl<'a> Options<'a> {
    /// Reads what stands after the `?`.
    pub fn parse(query: Option<&'a str>) -> Self {
        let mut options = Self::default();
        for option in query.unwrap_or_default().split('&').filter(|option| !option.is_empty()) {
            if options.list.len() == MAX_OPTIONS {
                options.unclear = true;
                break;
            }
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            match decoded_option(name) {
                Some(name) => options.list.push((name, decoded_option(value))),
                None => options.unclear = true,
            }
        }
        options
    }

    /// An option by its exact name, as OData compares names.
    pub fn get(&self, name: &str) -> Given<'_> {
        Self::only(self.list.iter().filter(|(given, _)| given == name))
    }

    /// An option that the platform added to OData's: `fetchXml`, `savedQuery`, `userQuery`. It is taken in any case, lest a
    /// query go by unseen.
    pub fn custom(&self, name: &str) -> Given<'_> {
        Self::only(self.list.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name)))
    }

    /// Whether an option is there.
    pub fn has(&self, name: &str) -> bool {
        self.list.iter().any(|(given, _)| given == name)
    }

    fn only<'o>(mut found: impl Iterator<Item = &'o (Cow<'a, str>, Option<Cow<'a, str>>)>) -> Given<'o>
    where
        'a: 'o,
    {
        match (found.next(), found.next()) {
            (None, _) => Given::Absent,
            (Some((_, Some(value))), None) => Given::Value(Cow::Borrowed(value)),
            _ => Given::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn get_each_form() {
        let options = Options::parse(Some("$filter=a%20eq+1&&$top=1&$top=2&FETCHXML=%3Cfetch/%3E&%24expand=x&bad=%zz&flag&%zz=1"));
        assert_eq!(options.get("$filter"), Given::Value("a eq 1".into()));
        assert_eq!(options.get("$top"), Given::Unclear);
        assert_eq!(options.custom("fetchXml"), Given::Value("<fetch/>".into()));
        assert_eq!(options.get("fetchXml"), Given::Absent);
        assert!(options.has("$expand"));
        assert_eq!(options.get("bad"), Given::Unclear);
        assert_eq!(options.get("flag"), Given::Value("".into()));
        assert!(options.unclear);
    }
}
