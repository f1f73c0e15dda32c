//! Classify: which of the nine activities an event is ("Review your audit data").
//!
//! The activities are asked in a fixed order ([`ActivityKind::rank`]) and the first that fits counts, so that each event has
//! exactly one. Social engagement is set apart before all: its "User" is not the organization's. The specification notes that its own service shows only "Accessed other entity type"; here all nine are told.

pub use crate::tables::activities::ActivityKind;

use crate::activity::UserType;
use crate::categorize::Category;
use crate::subject::Subject;
use crate::tables::message_groups::{ADMIN_CENTER_MESSAGES, ADMIN_MESSAGES, is_bulk};
use crate::tables::{entities, names};

/// The activity of an event. Every event has one.
#[inline]
pub fn classify(subject: &Subject<'_>) -> ActivityKind {
    explain(subject).0
}

/// The activity of an event, and why.
pub fn explain(subject: &Subject<'_>) -> (ActivityKind, &'static str) {
    let &Subject { message, entity, category, user_type, social, .. } = subject;
    if social {
        return (ActivityKind::OtherEntity, "the entities of social engagement are none of the organization's");
    }
    if matches!(category, Category::SignIn | Category::SignOut) {
        return (ActivityKind::SignedInOrOut, "the message signs a user in or out");
    }
    if let Some(why) = activation(subject) {
        return (ActivityKind::ActivatedProcess, why);
    }
    if is_bulk(subject) {
        return (ActivityKind::BulkAction, "the message acts on many records");
    }
    if user_type == Some(UserType::DcAdmin) {
        return (ActivityKind::ManagementTool, "the user is a Microsoft support engineer");
    }
    if ADMIN_CENTER_MESSAGES.has(message) {
        return (ActivityKind::AdminCenter, "the message acts on a whole instance, at the tenant");
    }
    if entities::ADMIN_ENTITIES.has(entity) {
        return (ActivityKind::AdminEntity, "the entity configures the organization, its users or their rights");
    }
    if category == Category::Customize || ADMIN_MESSAGES.has(message) {
        return (ActivityKind::AdminEntity, "the message is about definitions, solutions, rights or the organization");
    }
    if entities::is_none(entity) {
        (ActivityKind::OtherEntity, "the event names no entity")
    } else if entities::is_custom(entity) {
        (ActivityKind::CustomEntity, "the entity has a publisher prefix that is none of Microsoft's")
    } else {
        (ActivityKind::OutOfBoxEntity, "the entity has no publisher prefix, or one of Microsoft's")
    }
}

/// Why the event puts a process or plug-in in or out of operation, where it does. Which of the two it was is in the record's
/// fields.
fn activation(subject: &Subject<'_>) -> Option<&'static str> {
    match subject.category {
        Category::Create | Category::Update | Category::Activate => {}
        _ => return None,
    }
    let process = entities::PROCESSES.has(subject.entity);
    let plug_in = entities::PLUG_INS.has(subject.entity);
    let sets_state = subject.sets_state || ["SetState", "SetStateDynamicEntity"].iter().any(|row| names::same(row, subject.message));
    if subject.category == Category::Activate && (process || plug_in) {
        Some("the message turns a process or plug-in on or off")
    } else if process && sets_state {
        Some("the state of a process or step is set")
    } else if plug_in && (subject.category == Category::Create || !process) {
        Some("a part of a plug-in is registered or changed, and acts from then on")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::categorize::categorize;
    use proptest::prelude::*;

    fn subject<'s>(message: &'s str, entity: &'s str) -> Subject<'s> {
        Subject { message, entity, category: categorize(message), user_type: None, social: false, sets_state: false }
    }

    #[test]
    fn classify_each_case() {
        use ActivityKind::*;
        let cases = [
            ("UserSignIn", "", SignedInOrOut),
            ("UserSignOut", "systemuser", SignedInOrOut),
            ("SetState", "workflow", ActivatedProcess),
            ("SetStateDynamicEntity", "Process", ActivatedProcess),
            ("setstate", "SdkMessageProcessingStep", ActivatedProcess),
            ("SetState", "account", OutOfBoxEntity),
            ("Update", "workflow", AdminEntity),
            ("Delete", "pluginassembly", AdminEntity),
            ("Retrieve", "pluginassembly", AdminEntity),
            ("Create", "pluginassembly", ActivatedProcess),
            ("Update", "Plug-in Type", ActivatedProcess),
            ("Create", "sdkmessageprocessingstep", ActivatedProcess),
            ("Update", "sdkmessageprocessingstep", AdminEntity),
            ("Create", "workflow", AdminEntity),
            ("Activate", "workflow", ActivatedProcess),
            ("BulkDelete", "", BulkAction),
            ("ImportSolution", "solution", BulkAction),
            ("ImportRecordsImport", "import", BulkAction),
            ("CreateMultiple", "account", BulkAction),
            ("UpdateMultiple", "new_project", BulkAction),
            ("msdyn_UpdateMultiple", "account", BulkAction),
            ("ExecuteMultiple", "", BulkAction),
            ("RetrieveMultiple", "account", OutOfBoxEntity),
            ("ProvisionInstance", "", AdminCenter),
            ("RestoreInstance", "organization", AdminCenter),
            ("CreateInstance", "recurringappointmentmaster", OutOfBoxEntity),
            ("Retrieve", "systemuser", AdminEntity),
            ("Retrieve", "User", AdminEntity),
            ("Update", "Business Unit", AdminEntity),
            ("CreateAttribute", "account", AdminEntity),
            ("DeleteAttribute", "account", AdminEntity),
            ("RetrieveEntity", "", AdminEntity),
            ("PublishXml", "", AdminEntity),
            ("PublishProductHierarchy", "product", OutOfBoxEntity),
            ("AssignUserRoles", "", AdminEntity),
            ("Retrieve", "new_project", CustomEntity),
            ("RetrieveMultiple", "CR1A2_Thing", CustomEntity),
            ("Retrieve", "msdyn_workorder", OutOfBoxEntity),
            ("Retrieve", "Account", OutOfBoxEntity),
            ("Retrieve", "Quote Product", OutOfBoxEntity),
            ("new_Approve", "none", OtherEntity),
            ("new_Approve", "", OtherEntity),
        ];
        for (message, entity, kind) in cases {
            assert_eq!(classify(&subject(message, entity)), kind, "{message} on {entity:?}");
        }
        assert!(ActivityKind::ALL.iter().all(|kind| *kind == ManagementTool || cases.iter().any(|case| case.2 == *kind)));
    }

    #[test]
    fn classify_update_that_sets_the_state_of_a_process() {
        for entity in ["workflow", "sdkmessageprocessingstep"] {
            let updated = Subject { sets_state: true, ..subject("Update", entity) };
            assert_eq!(classify(&updated), ActivityKind::ActivatedProcess, "{entity}");
        }
        assert_eq!(classify(&Subject { sets_state: true, ..subject("Update", "account") }), ActivityKind::OutOfBoxEntity);
    }

    #[test]
    fn classify_support_engineer_is_the_management_tool() {
        let support = |message, entity| classify(&Subject { user_type: Some(UserType::DcAdmin), ..subject(message, entity) });
        assert_eq!(support("Retrieve", "account"), ActivityKind::ManagementTool);
        assert_eq!(support("BackupInstance", ""), ActivityKind::ManagementTool);
        assert_eq!(support("Retrieve", "systemuser"), ActivityKind::ManagementTool);
        assert_eq!(support("BulkDelete", "account"), ActivityKind::BulkAction);
        assert_eq!(support("UserSignIn", ""), ActivityKind::SignedInOrOut);
    }

    #[test]
    fn classify_social_engagement_is_other() {
        for (message, entity) in [("Create", "Search Topic"), ("Delete", "User"), ("Update", "Preference"), ("Enable", "workflow")] {
            assert_eq!(classify(&Subject { social: true, ..subject(message, entity) }), ActivityKind::OtherEntity);
        }
    }

    proptest! {
        #[test]
        fn classify_case_and_spaces_do_not_matter(
            message in prop::sample::select(crate::tables::messages::MESSAGES),
            entity in prop::sample::select(entities::ADMIN_ENTITIES.rows),
            sets_state: bool,
        ) {
            let plain = Subject { sets_state, ..subject(message, entity) };
            let (loud, spaced) = (message.to_uppercase(), entity.to_uppercase().replace('S', "S "));
            let other = Subject { message: &loud, entity: &spaced, ..plain };
            prop_assert_eq!(explain(&plain), explain(&other));
        }

        #[test]
        fn explain_any_subject_has_a_reason(message in "\\PC{0,12}", entity in "\\PC{0,12}", social: bool) {
            let (_, why) = explain(&Subject { social, ..subject(&message, &entity) });
            prop_assert!(!why.is_empty());
        }
    }
}
