//! Which entities are not plain out-of-box data: the admin's, the processes and plug-ins, and the custom ones.
//!
//! The specification names reports for them ("Review your audit data") and says no more; the lists are our own. Logical
//! names, and the display names that are not the logical name with spaces ("User" for `systemuser`). Comparison is that of
//! [`super::names`].

use super::names::Set;

/// Entities that configure the organization, its users and their rights.
#[rustfmt::skip]
pub const ADMIN_ENTITIES: Set = Set::new(&[
    "accessteamtemplate", "appconfig", "appmodule", "appmodulecomponent", "appmoduleroles", "attribute", "attributemap", "audit",
    "authorizationserver", "businessunit", "businessunitmap", "channelaccessprofile", "channelaccessprofilerule",
    "channelaccessprofileruleitem", "connectionreference", "connectionrole", "convertrule", "convertruleitem", "customapi",
    "customapirequestparameter", "customapiresponseproperty", "customcontrol", "customcontroldefaultconfig",
    "customcontrolresource", "dependency", "displaystring", "duplicaterule", "duplicaterulecondition", "emailserverprofile",
    "entity", "entitydatasource", "entitykey", "entitymap", "environmentvariabledefinition", "environmentvariablevalue",
    "fieldpermission", "fieldsecurityprofile", "hierarchyrule", "hierarchysecurityconfiguration", "importjob",
    "isvconfig", "languagelocale", "license", "mailbox", "managedproperty", "mobileofflineprofile", "mobileofflineprofileitem",
    "optionset", "organization", "organizationdatasyncsubscription", "organizationsetting", "organizationui", "pluginassembly",
    "pluginpackage", "plugintracelog", "plugintype", "plugintypestatistic", "position", "principalattributeaccessmap",
    "principalentitymap", "principalobjectaccess", "principalobjectattributeaccess", "privilege", "privilegeobjecttypecodes",
    "process", "processtrigger", "publisher", "publisheraddress", "relationship", "ribboncommand", "ribboncontextgroup",
    "ribboncustomization", "ribbondiff", "ribbonrule", "ribbontabtocommandmap", "role", "roleprivileges", "roletemplate",
    "roletemplateprivileges", "routingrule", "routingruleitem", "savedquery", "savedqueryvisualization", "sdkmessage",
    "sdkmessagefilter", "sdkmessagepair", "sdkmessageprocessingstep", "sdkmessageprocessingstepimage",
    "sdkmessageprocessingstepsecureconfig", "sdkmessagerequest", "sdkmessagerequestfield", "sdkmessageresponse",
    "sdkmessageresponsefield", "securityrole", "serviceendpoint", "settingdefinition", "sitemap", "solution",
    "solutioncomponent", "systemform", "systemuser", "systemuserbusinessunitentitymap", "systemuserlicenses",
    "systemuserprincipals", "systemuserprofiles", "systemuserroles", "team", "teammembership", "teamprofiles", "teamroles",
    "teamtemplate", "theme", "user", "usersettings", "webresource", "webwizard", "wizardaccessprivilege", "wizardpage",
    "workflow", "workflowdependency",
]);

/// Processes and steps, which are turned on and off by their state. "Process" is the display name of `workflow`.
pub const PROCESSES: Set = Set::new(&["process", "sdkmessageprocessingstep", "workflow"]);

/// The parts of plug-ins that act from the moment they are registered: most have no state, and a step is registered active.
pub const PLUG_INS: Set = Set::new(&[
    "customapi",
    "pluginassembly",
    "pluginpackage",
    "plugintype",
    "processtrigger",
    "sdkmessageprocessingstep",
    "sdkmessageprocessingstepimage",
    "serviceendpoint",
]);

/// Publisher prefixes of what Microsoft ships: Customer Engagement's apps, portals, surveys, marketing, industry add-ons.
#[rustfmt::skip]
pub const MICROSOFT_PREFIXES: Set = Set::new(&[
    "adx", "li", "msauto", "mscrm", "msdyn", "msdynce", "msdyncrm", "msdynmkt", "msdyusd", "msemr", "mserp", "msevtmgt", "msfp",
    "msfsi", "msft", "msgdpr", "mshied", "msind", "msls", "msnfp", "mspcat", "mspp", "uii",
]);

/// The publisher prefix of a name: 2 to 8 letters and digits, a letter first, before the first underscore.
pub fn publisher_prefix(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_once('_')?;
    let bytes = prefix.as_bytes();
    let legal = (2..=8).contains(&bytes.len()) && bytes[0].is_ascii_alphabetic() && bytes.iter().all(u8::is_ascii_alphanumeric);
    (legal && !rest.is_empty()).then_some(prefix)
}

/// The name without its publisher prefix, where that is one of Microsoft's.
pub fn without_microsoft_prefix(name: &str) -> Option<&str> {
    let prefix = publisher_prefix(name)?;
    if MICROSOFT_PREFIXES.has(prefix) { name.get(prefix.len() + 1..) } else { None }
}

/// Whether an entity is a customer's own: its logical name has a publisher prefix that is none of Microsoft's. A display
/// name does not show it.
pub fn is_custom(entity: &str) -> bool {
    publisher_prefix(entity.trim()).is_some_and(|prefix| !MICROSOFT_PREFIXES.has(prefix))
}

/// Whether an event names no entity: senders write nothing or `none`.
pub fn is_none(entity: &str) -> bool {
    let entity = entity.trim();
    entity.is_empty() || entity.eq_ignore_ascii_case("none")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::names;

    #[test]
    fn lists_sorted_and_unique() {
        for list in [ADMIN_ENTITIES, PROCESSES, PLUG_INS, MICROSOFT_PREFIXES] {
            assert!(names::in_order(list.rows), "{:?}", list.rows);
        }
        // Whatever is not an activation falls through to the admin's report.
        assert!(PROCESSES.rows.iter().chain(PLUG_INS.rows).all(|entity| ADMIN_ENTITIES.has(entity)));
    }

    #[test]
    fn publisher_prefix_each_case() {
        let cases = [
            ("new_project", Some("new")),
            ("cr4f2_thing", Some("cr4f2")),
            ("msdyn_workorder", Some("msdyn")),
            ("contoso1_x", Some("contoso1")),
            ("contoso12_x", None),
            ("x_y", None),
            ("1ab_y", None),
            ("new_", None),
            ("_x", None),
            ("näw_x", None),
            ("account", None),
            ("Search Topic", None),
        ];
        for (name, prefix) in cases {
            assert_eq!(publisher_prefix(name), prefix, "{name}");
        }
    }

    #[test]
    fn is_custom_microsoft_s_prefixes_are_not() {
        assert!(is_custom("new_project") && is_custom("NEW_Project"));
        for name in ["msdyn_workorder", "MSDYN_WorkOrder", "adx_webpage", "account", "Account", ""] {
            assert!(!is_custom(name), "{name}");
        }
    }

    #[test]
    fn is_none_nothing_and_none() {
        assert!(is_none("") && is_none("  ") && is_none("none") && is_none("None"));
        assert!(!is_none("nonesuch"));
    }
}
