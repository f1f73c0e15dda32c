//! Entities and their columns: some that ship with the product, some of Microsoft's later ones, some of customers.

use crate::random::Random;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Name of a person.
    Person,
    /// Name of a company.
    Company,
    /// A short line.
    Line,
    /// Several sentences, some with line breaks.
    Memo,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// An address on the web.
    Url,
    /// A street with its number.
    Street,
    /// A town.
    Town,
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Decimal,
    /// An amount of money.
    Money,
    /// Yes or no.
    Flag,
    /// One of a list of options.
    Choice,
    /// Several of a list of options.
    Choices,
    /// A point in time.
    Date,
    /// A record of the named entity.
    Lookup(&'static str),
    /// A GUID.
    Unique,
}

/// A column of an entity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Logical name.
    pub(crate) name: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
}

/// An entity.
#[derive(Debug)]
pub(crate) struct Entity {
    /// Logical name.
    pub(crate) name: &'static str,
    /// The name that people see.
    pub(crate) shown: &'static str,
    /// Columns that only this entity has; the first is its main one.
    own: &'static [Column],
    /// Columns that it shares with others of its kind.
    shared: &'static [Column],
}

impl Entity {
    /// How many columns there are: always more than 40.
    pub(crate) fn width(&self) -> usize {
        self.own.len() + self.shared.len() + COMMON.len()
    }

    /// The column at a position below [`Entity::width`].
    pub(crate) fn column(&self, position: usize) -> Column {
        let lists = [self.own, self.shared, COMMON];
        let mut rest = position;
        for list in lists {
            if let Some(column) = list.get(rest) {
                return *column;
            }
            rest -= list.len();
        }
        self.own[0]
    }

    /// Any column.
    pub(crate) fn any_column(&self, random: &mut Random) -> Column {
        self.column(random.below(self.width() as u32) as usize)
    }

    /// `count` different columns in any order.
    pub(crate) fn some_columns(&self, count: usize, random: &mut Random) -> Vec<Column> {
        let mut positions: Vec<usize> = (0..self.width()).collect();
        let count = count.min(positions.len());
        for at in 0..count {
            let other = random.between(at as u32, positions.len() as u32 - 1) as usize;
            positions.swap(at, other);
        }
        positions[..count].iter().map(|&position| self.column(position)).collect()
    }

    /// Whether the entity ships with the product, so that its display name says which entity is meant.
    pub(crate) fn is_out_of_box(&self) -> bool {
        !self.name.contains('_')
    }
}

use Kind::{
    Choice, Choices, Company, Date, Decimal, Email, Flag, Line, Lookup, Memo, Money, Person, Phone, Street, Town, Unique, Url, Whole,
};

const fn c(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// The entities, with how often each is met.
pub(crate) const ENTITIES: &[(u32, &Entity)] = &[
    (20, &Entity { name: "account", shown: "Account", own: ACCOUNT, shared: PARTY }),
    (20, &Entity { name: "contact", shown: "Contact", own: CONTACT, shared: PARTY }),
    (8, &Entity { name: "lead", shown: "Lead", own: CONTACT, shared: PARTY }),
    (10, &Entity { name: "opportunity", shown: "Opportunity", own: OPPORTUNITY, shared: PARTY }),
    (10, &Entity { name: "incident", shown: "Case", own: INCIDENT, shared: ACTIVITY }),
    (5, &Entity { name: "email", shown: "Email", own: MESSAGE, shared: ACTIVITY }),
    (4, &Entity { name: "task", shown: "Task", own: MESSAGE, shared: ACTIVITY }),
    (3, &Entity { name: "phonecall", shown: "Phone Call", own: MESSAGE, shared: ACTIVITY }),
    (2, &Entity { name: "quote", shown: "Quote", own: OPPORTUNITY, shared: PARTY }),
    (2, &Entity { name: "systemuser", shown: "User", own: CONTACT, shared: PARTY }),
    (1, &Entity { name: "team", shown: "Team", own: ACCOUNT, shared: PARTY }),
    (4, &Entity { name: "msdyn_workorder", shown: "Work Order", own: WORK, shared: ACTIVITY }),
    (2, &Entity { name: "msdyn_project", shown: "Project", own: WORK, shared: ACTIVITY }),
    (2, &Entity { name: "msdyn_agentstatus", shown: "Agent status", own: WORK, shared: ACTIVITY }),
    (4, &Entity { name: "cr4f1_vehicle", shown: "Vehicle", own: CUSTOM, shared: ACTIVITY }),
    (3, &Entity { name: "new_inspection", shown: "Inspection", own: CUSTOM, shared: ACTIVITY }),
];

const ACCOUNT: &[Column] = &[
    c("name", Company),
    c("accountnumber", Line),
    c("primarycontactid", Lookup("contact")),
    c("parentaccountid", Lookup("account")),
    c("revenue", Money),
    c("numberofemployees", Whole),
    c("industrycode", Choice),
    c("ownershipcode", Choice),
    c("businesstypecode", Choices),
    c("tickersymbol", Line),
];

const CONTACT: &[Column] = &[
    c("fullname", Person),
    c("jobtitle", Line),
    c("parentcustomerid", Lookup("account")),
    c("mobilephone", Phone),
    c("emailaddress2", Email),
    c("birthdate", Date),
    c("familystatuscode", Choice),
    c("gendercode", Choice),
    c("assistantname", Person),
    c("annualincome", Money),
];

const OPPORTUNITY: &[Column] = &[
    c("name", Line),
    c("customerid", Lookup("account")),
    c("estimatedvalue", Money),
    c("actualvalue", Money),
    c("estimatedclosedate", Date),
    c("closeprobability", Whole),
    c("pricelevelid", Lookup("pricelevel")),
    c("discountpercentage", Decimal),
    c("customerneed", Memo),
    c("opportunityratingcode", Choice),
];

const INCIDENT: &[Column] = &[
    c("title", Line),
    c("ticketnumber", Line),
    c("customerid", Lookup("contact")),
    c("casetypecode", Choice),
    c("caseorigincode", Choice),
    c("subjectid", Lookup("subject")),
    c("productid", Lookup("product")),
    c("followupby", Date),
    c("servicestage", Choice),
    c("resolution", Memo),
];

const MESSAGE: &[Column] = &[
    c("sender", Email),
    c("torecipients", Email),
    c("phonenumber", Phone),
    c("directioncode", Flag),
    c("senton", Date),
    c("deliveryattempts", Whole),
    c("messageid", Unique),
    c("mimetype", Line),
    c("readreceiptrequested", Flag),
    c("notifications", Choice),
];

const WORK: &[Column] = &[
    c("msdyn_name", Line),
    c("msdyn_serviceaccount", Lookup("account")),
    c("msdyn_systemstatus", Choice),
    c("msdyn_totalamount", Money),
    c("msdyn_latitude", Decimal),
    c("msdyn_longitude", Decimal),
    c("msdyn_instructions", Memo),
    c("msdyn_datewindowstart", Date),
    c("msdyn_skills", Choices),
    c("msdyn_isfollowup", Flag),
];

const CUSTOM: &[Column] = &[
    c("new_name", Line),
    c("new_inspector", Lookup("systemuser")),
    c("new_findings", Memo),
    c("new_mileage", Whole),
    c("new_price", Money),
    c("new_fueltypes", Choices),
    c("new_nextdue", Date),
    c("new_rating", Decimal),
    c("new_passed", Flag),
    c("new_plate", Line),
];

const PARTY: &[Column] = &[
    c("emailaddress1", Email),
    c("telephone1", Phone),
    c("websiteurl", Url),
    c("address1_line1", Street),
    c("address1_city", Town),
    c("address1_postalcode", Whole),
    c("address1_latitude", Decimal),
    c("preferredcontactmethodcode", Choice),
    c("donotbulkemail", Flag),
    c("donotphone", Flag),
    c("creditlimit", Money),
    c("lastusedincampaign", Date),
];

const ACTIVITY: &[Column] = &[
    c("subject", Line),
    c("scheduledstart", Date),
    c("scheduledend", Date),
    c("actualdurationminutes", Whole),
    c("prioritycode", Choice),
    c("regardingobjectid", Lookup("opportunity")),
    c("percentcomplete", Whole),
    c("isbilled", Flag),
    c("isworkflowcreated", Flag),
    c("category", Line),
    c("activitytypecode", Choice),
    c("sortdate", Date),
];

const COMMON: &[Column] = &[
    c("ownerid", Lookup("systemuser")),
    c("owningbusinessunit", Lookup("businessunit")),
    c("createdby", Lookup("systemuser")),
    c("modifiedby", Lookup("systemuser")),
    c("createdon", Date),
    c("modifiedon", Date),
    c("overriddencreatedon", Date),
    c("statecode", Choice),
    c("statuscode", Choice),
    c("transactioncurrencyid", Lookup("transactioncurrency")),
    c("exchangerate", Decimal),
    c("timezoneruleversionnumber", Whole),
    c("utcconversiontimezonecode", Whole),
    c("importsequencenumber", Whole),
    c("versionnumber", Whole),
    c("processid", Unique),
    c("stageid", Unique),
    c("slaid", Lookup("sla")),
    c("description", Memo),
    c("traversedpath", Line),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn entities_all_have_forty_different_columns() {
        for (_, entity) in ENTITIES {
            let names: BTreeSet<_> = (0..entity.width()).map(|at| entity.column(at).name).collect();
            assert_eq!(names.len(), entity.width(), "{}", entity.name);
            assert!(entity.width() >= 40, "{}", entity.name);
        }
    }

    #[test]
    fn some_columns_are_never_twice_the_same() {
        let mut random = Random::new(3);
        for (_, entity) in ENTITIES {
            let columns = entity.some_columns(40, &mut random);
            let names: BTreeSet<_> = columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), 40, "{}", entity.name);
        }
    }
}
