//! Why an event was not recorded. The names are those of the contract; ledgers and summaries print them.

use std::fmt;

/// Declares an enum whose values have names.
macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $value:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $($(#[$doc])* $value,)* }

        impl $type {
            /// Every value, in the order of the contract.
            pub const ALL: &[$type] = &[$($type::$value),*];

            /// The name that ledgers and files print, in kebab-case.
            pub fn name(self) -> &'static str {
                match self { $($type::$value => $name,)* }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

named! {
    /// Why an event was left out on purpose.
    ExclusionReason {
        /// The message is one of the 25 that activity logging never logs ("What's logged").
        ExcludedMessage = "excluded-message",
        /// "Start Auditing" is off.
        AuditingOff = "auditing-off",
        /// "Audit user access" is off and the event is a sign-in or sign-out.
        UserAccessOff = "user-access-off",
        /// "Start Read Auditing" is off and the event is a read.
        ReadAuditingOff = "read-auditing-off",
        /// The entity belongs to an area that is not audited.
        AreaNotAudited = "area-not-audited",
        /// Auditing is off for the entity.
        EntityNotAudited = "entity-not-audited",
        /// Single record auditing is off for the entity and the event read one record.
        SingleRecordOff = "single-record-off",
        /// Multiple record auditing is off for the entity and the event read many.
        MultipleRecordOff = "multiple-record-off",
        /// The settings name organizations, and this is none of them.
        UnknownOrganization = "unknown-organization",
        /// The organization is a sandbox.
        NotProduction = "not-production",
        /// The organization runs a version before 8.
        VersionTooOld = "version-too-old",
        /// The organization has no E3 or E5 subscription.
        NoSubscription = "no-subscription",
        /// The customer excludes the message.
        CustomerMessage = "customer-message",
        /// The customer excludes the entity.
        CustomerEntity = "customer-entity",
        /// The customer excludes the user.
        CustomerUser = "customer-user",
        /// The customer excludes the service account.
        ServiceAccount = "service-account",
        /// The customer excludes automated system activity, and this is such ("Known issues").
        SystemNoise = "system-noise",
        /// A social engagement action that its table does not list ("Microsoft Social Engagement logging").
        SocialActionNotLogged = "social-action-not-logged",
    }
}

named! {
    /// What kind of fault makes an event unusable. It is always the sender's.
    RejectReason {
        /// The event is not valid UTF-8.
        NotUtf8 = "not-utf8",
        /// The event is not one whole JSON object.
        NotJson = "not-json",
        /// The event nests deeper than the filter follows.
        TooDeep = "too-deep",
        /// A key that the filter reads stands twice.
        DuplicateKey = "duplicate-key",
        /// A required key is absent, null or empty.
        MissingKey = "missing-key",
        /// A value has another JSON type than its column.
        WrongType = "wrong-type",
        /// A value has the right JSON type but not the form of its column.
        BadValue = "bad-value",
        /// The query is not FetchXML that the filter accepts.
        BadQuery = "bad-query",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of an enum in the contract's own text.
    fn contract(name: &str) -> Vec<String> {
        let text = include_str!("../../../wit/types.wit");
        let body = text.split_once(&format!("enum {name} {{")).and_then(|(_, rest)| rest.split_once('}')).unwrap().0;
        let cases = body.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
        cases.map(|case| case.trim_end_matches(',').to_owned()).collect()
    }

    #[test]
    fn exclusion_reason_names_are_those_of_the_contract() {
        let names: Vec<_> = ExclusionReason::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(names, contract("exclusion-reason"));
    }

    #[test]
    fn reject_reason_names_are_those_of_the_contract() {
        let names: Vec<_> = RejectReason::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(names, contract("reject-reason"));
    }
}
