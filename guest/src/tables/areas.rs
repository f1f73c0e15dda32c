//! The audit areas of the system settings ("Enable auditing", System Settings, Auditing tab).
//!
//! The specification shows the four check boxes without what is behind them; Microsoft's help on the tab lists it, and that
//! is what stands here, as logical names with the display names beside them. Entities that depend on a listed one (the rows
//! of an order, say) are in no area: only their own setting switches them.

use serde::{Serialize, Serializer};

/// A group of entities whose auditing is switched together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// "Common Entities"
    Common,
    /// "Sales Entities"
    Sales,
    /// "Marketing Entities"
    Marketing,
    /// "Customer Service Entities"
    CustomerService,
}

impl Area {
    /// Every area, in the order of the tab.
    pub const ALL: [Area; 4] = [Area::Common, Area::Sales, Area::Marketing, Area::CustomerService];

    /// The name that settings use, in kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Area::Common => "common",
            Area::Sales => "sales",
            Area::Marketing => "marketing",
            Area::CustomerService => "customer-service",
        }
    }

    /// The label on the tab.
    pub fn label(self) -> &'static str {
        match self {
            Area::Common => "Common Entities",
            Area::Sales => "Sales Entities",
            Area::Marketing => "Marketing Entities",
            Area::CustomerService => "Customer Service Entities",
        }
    }

    /// Its entities: logical name and display name.
    pub fn entities(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        ENTITIES.iter().filter(move |row| row.2 == self).map(|row| (row.0, row.1))
    }
}

impl Serialize for Area {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Logical name, display name, area.
#[rustfmt::skip]
const ENTITIES: &[(&str, &str, Area)] = &[
    ("account", "Account", Area::Common),
    ("contact", "Contact", Area::Common),
    ("lead", "Lead", Area::Common),
    ("list", "Marketing List", Area::Common),
    ("product", "Product", Area::Common),
    ("bulkoperation", "Quick Campaign", Area::Common),
    ("report", "Report", Area::Common),
    ("salesliterature", "Sales Literature", Area::Common),
    ("role", "Security Role", Area::Common),
    ("systemuser", "User", Area::Common),
    ("competitor", "Competitor", Area::Sales),
    ("invoice", "Invoice", Area::Sales),
    ("opportunity", "Opportunity", Area::Sales),
    ("salesorder", "Order", Area::Sales),
    ("quote", "Quote", Area::Sales),
    ("campaign", "Campaign", Area::Marketing),
    ("kbarticle", "Article", Area::CustomerService),
    ("incident", "Case", Area::CustomerService),
    ("feedback", "Client Feedback", Area::CustomerService),
    ("contract", "Contract", Area::CustomerService),
    ("service", "Service", Area::CustomerService),
];

/// The area of an entity, by logical or display name; most entities are in none.
pub fn area_of(entity: &str) -> Option<Area> {
    let entity = entity.trim();
    ENTITIES.iter().find(|row| row.0.eq_ignore_ascii_case(entity) || row.1.eq_ignore_ascii_case(entity)).map(|row| row.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_of_each_entity_by_either_name() {
        let expected = "account Account common, contact Contact common, lead Lead common, list Marketing List common, \
            product Product common, bulkoperation Quick Campaign common, report Report common, \
            salesliterature Sales Literature common, role Security Role common, systemuser User common, \
            competitor Competitor sales, invoice Invoice sales, opportunity Opportunity sales, salesorder Order sales, \
            quote Quote sales, campaign Campaign marketing, kbarticle Article customer-service, \
            incident Case customer-service, feedback Client Feedback customer-service, contract Contract customer-service, \
            service Service customer-service";
        let rows: Vec<String> = ENTITIES.iter().map(|row| format!("{} {} {}", row.0, row.1, row.2.name())).collect();
        assert_eq!(rows.join(", "), expected);
        for (logical, display, area) in ENTITIES {
            for name in [*logical, *display, &logical.to_uppercase(), &format!(" {} ", display.to_lowercase())] {
                assert_eq!(area_of(name), Some(*area), "{name}");
            }
        }
    }

    #[test]
    fn area_of_other_entities_is_none() {
        for entity in ["", "none", "task", "salesorderdetail", "new_project", "Search Topic", "accounts"] {
            assert_eq!(area_of(entity), None, "{entity}");
        }
    }

    #[test]
    fn area_all_have_entities() {
        assert!(Area::ALL.iter().all(|area| area.entities().count() > 0));
        assert_eq!(Area::ALL.iter().map(|area| area.entities().count()).sum::<usize>(), ENTITIES.len());
    }
}
