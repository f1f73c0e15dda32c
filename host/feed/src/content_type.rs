//! What a subscription is for.

/// A content type. What this program keeps is all `Audit.General`; the others can be subscribed to and are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentType {
    AzureActiveDirectory,
    Exchange,
    SharePoint,
    General,
    Dlp,
}

use ContentType::{AzureActiveDirectory, Dlp, Exchange, General, SharePoint};

const NAMES: [(ContentType, &str); 5] = [
    (AzureActiveDirectory, "Audit.AzureActiveDirectory"),
    (Exchange, "Audit.Exchange"),
    (SharePoint, "Audit.SharePoint"),
    (General, "Audit.General"),
    (Dlp, "DLP.All"),
];

impl ContentType {
    /// By its name, without regard to case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(content_type, _)| content_type)
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES.into_iter().find(|(content_type, _)| *content_type == self).map_or("", |(_, name)| name)
    }
}
