//! What stands behind the question mark.

use std::borrow::Cow;

use uuid::Uuid;

use crate::content_type::ContentType;
use crate::fault::Fault;

/// The parameters of a request. Names are compared without regard to case; of several with one name the first counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn read(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.map(|(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned())).collect())
    }

    /// A parameter that is given and is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let named = self.0.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    pub(crate) fn content_type(&self) -> Result<ContentType, Fault> {
        let name = self.get("contentType").ok_or(Fault::Missing("contentType"))?;
        ContentType::named(name).ok_or(Fault::ContentType)
    }

    /// Who wrote the collector, if it says so.
    pub(crate) fn publisher(&self) -> Result<Option<Uuid>, Fault> {
        let given = self.get("PublisherIdentifier").map(Uuid::try_parse).transpose();
        given.map_err(|_| Fault::Type { name: "PublisherIdentifier", expected: "guid" })
    }
}
