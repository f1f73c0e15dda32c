//! Messages that only the platform sends, in the background and without a user behind them.
//!
//! The specification's known issues say that "some operations result from automated system activity, not user activity",
//! and that they will no longer be logged, but not which. These are few on purpose: each keeps the books of a background
//! job or polls, and none hands out or changes what customers keep in their records. They are excluded only where the
//! settings ask for it.

/// One message of the background.
#[derive(Clone, Copy, Debug)]
pub struct Background {
    /// Name of the SDK message.
    pub message: &'static str,
    /// What sends it.
    pub why: &'static str,
}

const BULK: &str = "a running bulk operation keeps its books";
const MAIL: &str = "server-side synchronization asks whether a message belongs to the organization";
const TRACKING: &str = "server-side synchronization tracks a mailbox";
const CLIENT: &str = "the platform refreshes what clients cache";

/// Every message of the background, sorted by name.
pub const BACKGROUND: [Background; 14] = [
    Background { message: "BulkOperationStatusClose", why: BULK },
    Background { message: "CheckIncoming", why: MAIL },
    Background { message: "CheckIncomingEmail", why: MAIL },
    Background { message: "CheckPromote", why: MAIL },
    Background { message: "CheckPromoteEmail", why: MAIL },
    Background { message: "GetTrackingToken", why: TRACKING },
    Background { message: "GetTrackingTokenEmail", why: TRACKING },
    Background { message: "LogFailureBulkOperation", why: BULK },
    Background { message: "LogSuccessBulkOperation", why: BULK },
    Background { message: "QueueUpdateRibbonClientMetadata", why: CLIENT },
    Background { message: "RetrieveMailboxTrackingFolders", why: TRACKING },
    Background { message: "RetrieveTimestamp", why: CLIENT },
    Background { message: "StatusUpdateBulkOperation", why: BULK },
    Background { message: "UpdateRibbonClientMetadata", why: CLIENT },
];

/// Whether a message is one of the background: by its whole name, upper and lower case being the same.
pub fn is_background(message: &str) -> bool {
    BACKGROUND.iter().any(|row| row.message.eq_ignore_ascii_case(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected messages, kept here on their own.
    const EXPECTED: [&str; 14] = [
        "BulkOperationStatusClose",
        "CheckIncoming",
        "CheckIncomingEmail",
        "CheckPromote",
        "CheckPromoteEmail",
        "GetTrackingToken",
        "GetTrackingTokenEmail",
        "LogFailureBulkOperation",
        "LogSuccessBulkOperation",
        "QueueUpdateRibbonClientMetadata",
        "RetrieveMailboxTrackingFolders",
        "RetrieveTimestamp",
        "StatusUpdateBulkOperation",
        "UpdateRibbonClientMetadata",
    ];

    #[test]
    fn background_holds_exactly_the_expected_messages() {
        assert_eq!(BACKGROUND.map(|row| row.message), EXPECTED);
        for message in EXPECTED {
            assert!(is_background(&message.to_uppercase()), "{message}");
        }
    }

    #[test]
    fn is_background_messages_that_read_or_write_records_are_not() {
        for message in ["Create", "Retrieve", "RetrieveMultiple", "DeliverIncomingEmail", "BulkDelete", "CheckIncomingEmailX", ""] {
            assert!(!is_background(message), "{message}");
        }
    }
}
