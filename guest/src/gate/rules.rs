//! The rules of the gate: each fact that can exclude an event, once.

use super::ExclusionReason;
use crate::activity::{Activity, UserType};
use crate::categorize::Category;
use crate::guid::Guid;
use crate::settings::{Organization, Policy, Standing, Switches};
use crate::subject::Subject;
use crate::tables::areas::{Area, area_of};
use crate::tables::{excluded_messages, social, system_noise};

/// One rule.
pub(super) struct Rule {
    /// Its name.
    pub(super) name: &'static str,
    /// Why it excludes.
    pub(super) reason: ExclusionReason,
    /// Which events it speaks of.
    pub(super) concerns: Concerns,
    /// Whether an event passes.
    pub(super) passes: fn(&Facts<'_>) -> bool,
    /// What the rule looks at, and how it is in this event.
    pub(super) why: fn(&Facts<'_>) -> String,
}

/// Which events a rule speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Concerns {
    All,
    Social,
    Sdk,
}

impl Concerns {
    pub(super) fn covers(self, social: bool) -> bool {
        self == Concerns::All || (self == Concerns::Social) == social
    }
}

/// What the rules look at, found once for each event.
pub(super) struct Facts<'f> {
    subject: &'f Subject<'f>,
    activity: &'f Activity<'f>,
    policy: &'f Policy,
    organization: Option<&'f Organization>,
    switches: Switches,
}

impl<'f> Facts<'f> {
    pub(super) fn new(subject: &'f Subject<'f>, activity: &'f Activity<'f>, policy: &'f Policy) -> Self {
        let organization = activity.organization_id.and_then(|id| policy.organization(id));
        Self { subject, activity, policy, organization, switches: policy.switches(subject.entity) }
    }

    fn meets(&self, requirement: fn(&Organization) -> Standing) -> bool {
        self.organization.is_none_or(|organization| requirement(organization) != Standing::Unmet)
    }

    fn standing(&self, requirement: fn(&Organization) -> Standing, what: &str) -> String {
        match self.organization.map(requirement) {
            None => format!("the settings do not list the organization, so {what} is not asked for"),
            Some(Standing::Met) => format!("the organization has {what}"),
            Some(Standing::Waived) => format!("the settings waive {what}"),
            Some(Standing::Unmet) => format!("the organization lacks {what}"),
        }
    }

    fn no_entity(&self) -> bool {
        self.subject.entity.is_empty()
    }

    /// The area of the entity, asked for only where some area may not be audited.
    fn area(&self) -> Option<Area> {
        if self.policy.limits_areas() { area_of(self.subject.entity) } else { None }
    }

    /// The user on whose behalf it was done; the caller, where the event names nobody else.
    fn acting(&self) -> Option<Guid> {
        let nobody_else = self.activity.user_upn.is_none();
        self.activity.user_id.or(self.activity.system_user_id.filter(|_| nobody_else))
    }

    fn excluded_user(&self) -> bool {
        self.policy.excluded_users.has(self.acting(), self.activity.user_upn)
    }

    /// Whether an excluded service account did this and nobody else had to do with it. The user principal name is that of
    /// the user on whose behalf it was done, so whoever called for that user is told by id alone.
    fn service_account_alone(&self) -> bool {
        let accounts = &self.policy.service_accounts;
        let caller = self.activity.system_user_id.filter(|&caller| Some(caller) != self.activity.user_id);
        accounts.has(self.acting(), self.activity.user_upn) && caller.is_none_or(|caller| accounts.has_id(caller))
    }

    fn is_noise(&self) -> bool {
        self.subject.user_type == Some(UserType::System) || system_noise::is_background(self.subject.message)
    }

    fn entity_switch(&self, name: &str, on: bool) -> String {
        if self.no_entity() { "no entity is named".to_owned() } else { format!("{name} is {} for {}", on_or_off(on), self.subject.entity) }
    }
}

/// What is logged only "when the Start Read Auditing option is selected": reads, and user sign-in (see "What events are
/// audited").
fn needs_read_auditing(category: Category) -> bool {
    category.is_read() || category == Category::SignIn
}

/// Every rule, in the order in which an event meets them.
pub(super) static RULES: [Rule; 18] = [
    Rule {
        name: "organization-known",
        reason: ExclusionReason::UnknownOrganization,
        concerns: Concerns::All,
        passes: |facts| facts.organization.is_some() || !facts.policy.lists_organizations(),
        why: |facts| match (facts.organization, facts.policy.lists_organizations()) {
            (Some(_), _) => "the settings list the organization".to_owned(),
            (None, true) => "the settings list organizations, and this is none of them".to_owned(),
            (None, false) => "the settings list no organizations, so every one is audited".to_owned(),
        },
    },
    Rule {
        name: "production",
        reason: ExclusionReason::NotProduction,
        concerns: Concerns::All,
        passes: |facts| facts.meets(|organization| organization.production),
        why: |facts| facts.standing(|organization| organization.production, "a production instance"),
    },
    Rule {
        name: "version",
        reason: ExclusionReason::VersionTooOld,
        concerns: Concerns::All,
        passes: |facts| facts.meets(|organization| organization.version),
        why: |facts| facts.standing(|organization| organization.version, "version 8 or later"),
    },
    Rule {
        name: "subscription",
        reason: ExclusionReason::NoSubscription,
        concerns: Concerns::All,
        passes: |facts| facts.meets(|organization| organization.subscription),
        why: |facts| facts.standing(|organization| organization.subscription, "an E3 or E5 subscription"),
    },
    Rule {
        name: "start-auditing",
        reason: ExclusionReason::AuditingOff,
        concerns: Concerns::All,
        passes: |facts| facts.policy.start,
        why: |facts| format!("Start Auditing is {}", on_or_off(facts.policy.start)),
    },
    Rule {
        name: "social-action",
        reason: ExclusionReason::SocialActionNotLogged,
        concerns: Concerns::Social,
        passes: |facts| social::lookup(facts.subject.entity, facts.subject.message).is_some(),
        why: |facts| match social::lookup(facts.subject.entity, facts.subject.message) {
            Some(_) => format!("{} of {} is a social engagement action", facts.subject.message, facts.subject.entity),
            None => format!("{:?} of {:?} is no social engagement action", facts.subject.message, facts.subject.entity),
        },
    },
    Rule {
        name: "logged-message",
        reason: ExclusionReason::ExcludedMessage,
        concerns: Concerns::Sdk,
        passes: |facts| !excluded_messages::is_excluded(facts.subject.message),
        why: |facts| {
            let among = if excluded_messages::is_excluded(facts.subject.message) { "one" } else { "none" };
            format!("{} is {among} of the 25 messages that are never logged", facts.subject.message)
        },
    },
    Rule {
        name: "user-access",
        reason: ExclusionReason::UserAccessOff,
        concerns: Concerns::Sdk,
        passes: |facts| facts.policy.user_access || !matches!(facts.subject.category, Category::SignIn | Category::SignOut),
        why: |facts| format!("category {}, Audit user access is {}", facts.subject.category.name(), on_or_off(facts.policy.user_access)),
    },
    Rule {
        name: "read-auditing",
        reason: ExclusionReason::ReadAuditingOff,
        concerns: Concerns::Sdk,
        passes: |facts| facts.policy.read || !needs_read_auditing(facts.subject.category),
        why: |facts| {
            let needed = if needs_read_auditing(facts.subject.category) { "needs" } else { "does not need" };
            format!("category {} {needed} Start Read Auditing, which is {}", facts.subject.category.name(), on_or_off(facts.policy.read))
        },
    },
    Rule {
        name: "area",
        reason: ExclusionReason::AreaNotAudited,
        concerns: Concerns::Sdk,
        passes: |facts| facts.area().is_none_or(|area| facts.policy.audits_area(area)),
        why: |facts| match facts.area() {
            Some(area) => format!("area {} is {}", area.name(), if facts.policy.audits_area(area) { "audited" } else { "not audited" }),
            None if facts.policy.limits_areas() => "the entity belongs to no area".to_owned(),
            None => "every area is audited".to_owned(),
        },
    },
    Rule {
        name: "entity-auditing",
        reason: ExclusionReason::EntityNotAudited,
        concerns: Concerns::Sdk,
        passes: |facts| facts.switches.auditing || facts.no_entity(),
        why: |facts| facts.entity_switch("Auditing", facts.switches.auditing),
    },
    Rule {
        name: "single-record",
        reason: ExclusionReason::SingleRecordOff,
        concerns: Concerns::Sdk,
        passes: |facts| facts.switches.single_record || facts.no_entity() || facts.subject.category != Category::Read,
        why: |facts| {
            format!(
                "category {}; {}",
                facts.subject.category.name(),
                facts.entity_switch("Single record auditing", facts.switches.single_record)
            )
        },
    },
    Rule {
        name: "multiple-record",
        reason: ExclusionReason::MultipleRecordOff,
        concerns: Concerns::Sdk,
        passes: |facts| facts.switches.multiple_record || facts.no_entity() || facts.subject.category != Category::ReadMultiple,
        why: |facts| {
            format!(
                "category {}; {}",
                facts.subject.category.name(),
                facts.entity_switch("Multiple record auditing", facts.switches.multiple_record)
            )
        },
    },
    Rule {
        name: "customer-message",
        reason: ExclusionReason::CustomerMessage,
        concerns: Concerns::All,
        passes: |facts| !facts.policy.excluded_messages.contains(facts.subject.message),
        why: |facts| excluded(facts.policy.excluded_messages.contains(facts.subject.message), "the message"),
    },
    Rule {
        name: "customer-entity",
        reason: ExclusionReason::CustomerEntity,
        concerns: Concerns::All,
        passes: |facts| !facts.policy.excluded_entities.contains(facts.subject.entity),
        why: |facts| excluded(facts.policy.excluded_entities.contains(facts.subject.entity), "the entity"),
    },
    Rule {
        name: "customer-user",
        reason: ExclusionReason::CustomerUser,
        concerns: Concerns::All,
        passes: |facts| !facts.excluded_user(),
        why: |facts| excluded(facts.excluded_user(), "the user on whose behalf it was done"),
    },
    Rule {
        name: "service-account",
        reason: ExclusionReason::ServiceAccount,
        concerns: Concerns::All,
        passes: |facts| !facts.service_account_alone(),
        why: |facts| {
            let who = if facts.service_account_alone() {
                "an excluded service account on its own behalf"
            } else {
                "no excluded service account, or by one for somebody else"
            };
            format!("done by {who}")
        },
    },
    Rule {
        name: "system-noise",
        reason: ExclusionReason::SystemNoise,
        concerns: Concerns::All,
        passes: |facts| !facts.policy.system_noise || !facts.is_noise(),
        why: |facts| {
            let noise = if facts.is_noise() { "automated system activity" } else { "no automated system activity" };
            format!("the event is {noise}, which the settings {}", if facts.policy.system_noise { "exclude" } else { "do not exclude" })
        },
    },
];

fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn excluded(excluded: bool, what: &str) -> String {
    format!("the settings {} {what}", if excluded { "exclude" } else { "do not exclude" })
}
