//! Why an event is left out on purpose.

/// Why an event is left out on purpose (the contract's `exclusion-reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExclusionReason {
    /// The message is one of the 25 that activity logging never logs.
    ExcludedMessage,
    /// "Start Auditing" is off.
    AuditingOff,
    /// "Audit user access" is off and the event is a sign-in or sign-out.
    UserAccessOff,
    /// "Start Read Auditing" is off and the event is a read.
    ReadAuditingOff,
    /// The entity belongs to an area that is not audited.
    AreaNotAudited,
    /// Auditing is off for the entity.
    EntityNotAudited,
    /// Single record auditing is off for the entity and the event read one record.
    SingleRecordOff,
    /// Multiple record auditing is off for the entity and the event read many.
    MultipleRecordOff,
    /// The settings name organizations, and this is none of them.
    UnknownOrganization,
    /// The organization is a sandbox.
    NotProduction,
    /// The organization runs a version before 8.
    VersionTooOld,
    /// The organization has no E3 or E5 subscription.
    NoSubscription,
    /// The customer excludes the message.
    CustomerMessage,
    /// The customer excludes the entity.
    CustomerEntity,
    /// The customer excludes the user.
    CustomerUser,
    /// The customer excludes the service account.
    ServiceAccount,
    /// The customer excludes automated system activity, and this is such.
    SystemNoise,
    /// A social engagement action that its table does not list.
    SocialActionNotLogged,
}

impl ExclusionReason {
    /// Every reason, in the order of the contract.
    pub const ALL: [ExclusionReason; 18] = [
        ExclusionReason::ExcludedMessage,
        ExclusionReason::AuditingOff,
        ExclusionReason::UserAccessOff,
        ExclusionReason::ReadAuditingOff,
        ExclusionReason::AreaNotAudited,
        ExclusionReason::EntityNotAudited,
        ExclusionReason::SingleRecordOff,
        ExclusionReason::MultipleRecordOff,
        ExclusionReason::UnknownOrganization,
        ExclusionReason::NotProduction,
        ExclusionReason::VersionTooOld,
        ExclusionReason::NoSubscription,
        ExclusionReason::CustomerMessage,
        ExclusionReason::CustomerEntity,
        ExclusionReason::CustomerUser,
        ExclusionReason::ServiceAccount,
        ExclusionReason::SystemNoise,
        ExclusionReason::SocialActionNotLogged,
    ];

    /// The name that ledgers and summaries print.
    pub fn name(self) -> &'static str {
        match self {
            ExclusionReason::ExcludedMessage => "excluded-message",
            ExclusionReason::AuditingOff => "auditing-off",
            ExclusionReason::UserAccessOff => "user-access-off",
            ExclusionReason::ReadAuditingOff => "read-auditing-off",
            ExclusionReason::AreaNotAudited => "area-not-audited",
            ExclusionReason::EntityNotAudited => "entity-not-audited",
            ExclusionReason::SingleRecordOff => "single-record-off",
            ExclusionReason::MultipleRecordOff => "multiple-record-off",
            ExclusionReason::UnknownOrganization => "unknown-organization",
            ExclusionReason::NotProduction => "not-production",
            ExclusionReason::VersionTooOld => "version-too-old",
            ExclusionReason::NoSubscription => "no-subscription",
            ExclusionReason::CustomerMessage => "customer-message",
            ExclusionReason::CustomerEntity => "customer-entity",
            ExclusionReason::CustomerUser => "customer-user",
            ExclusionReason::ServiceAccount => "service-account",
            ExclusionReason::SystemNoise => "system-noise",
            ExclusionReason::SocialActionNotLogged => "social-action-not-logged",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract's reasons, in its order.
    fn contract() -> Vec<&'static str> {
        let types = include_str!("../../../wit/types.wit");
        let body = types.split("enum exclusion-reason {").nth(1).unwrap().split('}').next().unwrap();
        body.lines().map(str::trim).filter(|line| !line.starts_with("///")).filter_map(|line| line.strip_suffix(',')).collect()
    }

    #[test]
    fn names_and_order_are_those_of_the_contract() {
        assert_eq!(ExclusionReason::ALL.map(ExclusionReason::name).to_vec(), contract());
        assert!(ExclusionReason::ALL.is_sorted());
    }
}
