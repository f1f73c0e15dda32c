//! The messages that are never logged ("What's logged").

/// The 25 messages, in the specification's order.
pub const EXCLUDED_MESSAGES: [&str; 25] = [
    "WhoAmI",
    "RetrieveFilteredForms",
    "TriggerServiceEndpointCheck",
    "QueryExpressionToFetchXml",
    "FetchXmlToQueryExpression",
    "FireNotificationEvent",
    "RetrieveMetadataChanges",
    "RetrieveEntityChanges",
    "RetrieveProvisionedLanguagePackVersion",
    "RetrieveInstalledLanguagePackVersion",
    "RetrieveProvisionedLanguages",
    "RetrieveAvailableLanguages",
    "RetrieveDeprovisionedLanguages",
    "RetrieveInstalledLanguagePacks",
    "GetAllTimeZonesWithDisplayName",
    "GetTimeZoneCodeByLocalizedName",
    "IsReportingDataConnectorInstalled",
    "LocalTimeFromUtcTime",
    "IsBackOfficeInstalled",
    "FormatAddress",
    "IsSupportUserRole",
    "IsComponentCustomizable",
    "ConfigureReportingDataConnector",
    "CheckClientCompatibility",
    "RetrieveAttribute",
];

/// Whether the message is one of the 25. The whole name counts, so that `RetrieveAttribute` does not take
/// `RetrieveAttributeChangeHistory` with it; its case does not.
#[inline]
pub fn is_excluded(message: &str) -> bool {
    EXCLUDED_MESSAGES.iter().any(|row| row.eq_ignore_ascii_case(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The list of the specification, copied a second time so that a row lost above shows.
    const EXPECTED: &str = "
        WhoAmI RetrieveFilteredForms TriggerServiceEndpointCheck QueryExpressionToFetchXml FetchXmlToQueryExpression
        FireNotificationEvent RetrieveMetadataChanges RetrieveEntityChanges RetrieveProvisionedLanguagePackVersion
        RetrieveInstalledLanguagePackVersion RetrieveProvisionedLanguages RetrieveAvailableLanguages
        RetrieveDeprovisionedLanguages RetrieveInstalledLanguagePacks GetAllTimeZonesWithDisplayName
        GetTimeZoneCodeByLocalizedName IsReportingDataConnectorInstalled LocalTimeFromUtcTime IsBackOfficeInstalled
        FormatAddress IsSupportUserRole IsComponentCustomizable ConfigureReportingDataConnector CheckClientCompatibility
        RetrieveAttribute";

    #[test]
    fn is_excluded_each_row_of_the_specification_whatever_its_case() {
        let expected: Vec<&str> = EXPECTED.split_whitespace().collect();
        assert_eq!(expected.len(), 25);
        assert_eq!(EXCLUDED_MESSAGES.as_slice(), expected);
        for message in expected {
            assert!(is_excluded(message), "{message}");
            assert!(is_excluded(&message.to_lowercase()), "{message}");
            assert!(is_excluded(&message.to_uppercase()), "{message}");
        }
    }

    #[test]
    fn is_excluded_part_of_a_name_is_not() {
        for row in EXCLUDED_MESSAGES {
            assert!(!is_excluded(&format!("{row}X")), "{row}");
            assert!(!is_excluded(&format!("x{row}")), "{row}");
            assert!(!is_excluded(&row[..row.len() - 1]), "{row}");
        }
        for message in ["RetrieveAttributeChangeHistory", "IsDataEncryptionActive", "Retrieve", "RetrieveMultiple", "", "none"] {
            assert!(!is_excluded(message), "{message}");
        }
    }
}
