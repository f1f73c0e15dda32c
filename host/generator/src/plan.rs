//! What happens: message, entity, user and size, before it is written in either form.

use crate::Mix;
use crate::entities::{ENTITIES, Entity};
use crate::moment::Moment;
use crate::people::User;
use crate::random::Random;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// One record is read.
    Read,
    /// Many records are read: so many.
    ReadMany(u32),
    /// A record is created or updated: so many fields.
    Write(u32),
    /// Something that activity logging never logs.
    Unlogged,
}

/// One event, not yet written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'p> {
    /// What is done.
    pub(crate) deed: Deed,
    /// The SDK message.
    pub(crate) message: &'static str,
    /// What it is done to.
    pub(crate) entity: &'static Entity,
    /// Who does it.
    pub(crate) user: &'p User,
    /// When.
    pub(crate) now: Moment,
    /// Whether the record has to be over the limit: many results, or a text of several thousand characters.
    pub(crate) large: bool,
}

const READS: &[(u32, &str)] =
    &[(88, "Retrieve"), (4, "RetrievePrincipalAccess"), (4, "Search"), (2, "GetQuantityDecimal"), (2, "ExportPdfDocument")];
const READS_OF_MANY: &[(u32, &str)] = &[(90, "RetrieveMultiple"), (5, "ExportToExcel"), (3, "ExecuteFetch"), (2, "Rollup")];
const WRITES: &[(u32, &str)] = &[(40, "Create"), (60, "Update")];
const UNLOGGED: &[(u32, &str)] = &[
    (40, "WhoAmI"),
    (20, "RetrieveMetadataChanges"),
    (10, "RetrieveEntityChanges"),
    (10, "RetrieveProvisionedLanguages"),
    (8, "LocalTimeFromUtcTime"),
    (6, "RetrieveFilteredForms"),
    (4, "RetrieveAttribute"),
    (2, "FormatAddress"),
];

/// Pages of a grid: most are short, few are full.
const PAGES: &[(u32, (u32, u32))] = &[(65, (5, 12)), (25, (13, 30)), (9, (31, 60)), (1, (61, 250))];
const FIELDS: &[(u32, (u32, u32))] = &[(70, (5, 12)), (22, (13, 24)), (8, (25, 40))];

impl<'p> Plan<'p> {
    /// Decides what happens next.
    pub(crate) fn new(mix: &Mix, people: &'p [User], now: Moment, random: &mut Random) -> Self {
        let roll = random.below(100);
        let large = random.percent(u32::from(mix.large));
        let (reads, writes) = (u32::from(mix.reads), u32::from(mix.writes));
        let (deed, message) = if roll < reads {
            if large || random.percent(55) {
                let (low, high) = if large { (100, 250) } else { random.weighted(PAGES) };
                (Deed::ReadMany(random.between(low, high)), random.weighted(READS_OF_MANY))
            } else {
                (Deed::Read, random.weighted(READS))
            }
        } else if roll < reads + writes {
            let (low, high) = random.weighted(FIELDS);
            (Deed::Write(random.between(low, high)), random.weighted(WRITES))
        } else {
            (Deed::Unlogged, random.weighted(UNLOGGED))
        };
        let user = &people[random.below(people.len() as u32) as usize];
        Plan { deed, message, entity: random.weighted(ENTITIES), user, now, large }
    }
}
