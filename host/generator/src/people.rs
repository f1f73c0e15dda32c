//! Who works where, and with which browser.

use crate::random::Random;

/// An organization whose events are generated.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Organization {
    /// Its id.
    pub(crate) id: &'static str,
    /// Its unique name.
    pub(crate) unique_name: &'static str,
    /// Where its instance is.
    pub(crate) url: &'static str,
    /// Domain of its users.
    domain: &'static str,
}

const ORGANIZATIONS: &[(u32, &Organization)] = &[
    (
        6,
        &Organization {
            id: "3f1c7a52-90de-4b6e-8c1d-52a7e0b9f431",
            unique_name: "org3f1c7a52",
            url: "https://kaese-soehne.crm4.dynamics.com",
            domain: "kaese-soehne.example",
        },
    ),
    (
        3,
        &Organization {
            id: "b27d0e94-1a3f-4f58-9be2-d0c4637a158e",
            unique_name: "orgb27d0e94",
            url: "https://nordhafen.crm4.dynamics.com",
            domain: "nordhafen.example",
        },
    ),
    (
        1,
        &Organization {
            id: "58e6a3c0-7d24-49b1-a6f9-0e8bd2c5174f",
            unique_name: "contosoeu",
            url: "https://crm.contoso.example/contosoeu",
            domain: "contoso.example",
        },
    ),
];

/// A user, or an application that acts like one.
#[derive(Debug)]
pub(crate) struct User {
    /// Where the user works.
    pub(crate) organization: &'static Organization,
    /// Id in the organization.
    pub(crate) id: String,
    /// User principal name.
    pub(crate) upn: String,
    /// First and last name.
    pub(crate) name: String,
    /// PUID.
    pub(crate) key: String,
    /// Office 365 kind of user, by number.
    pub(crate) user_type: u8,
    /// Address that the user calls from.
    pub(crate) ip: String,
    /// Browser or client.
    pub(crate) agent: &'static str,
}

const FIRST: &[(&str, &str)] = &[
    ("Anna", "anna"),
    ("Jürgen", "juergen"),
    ("Zoë", "zoe"),
    ("François", "francois"),
    ("Søren", "soeren"),
    ("Łukasz", "lukasz"),
    ("Mary-Ann", "mary.ann"),
    ("Ivana", "ivana"),
    ("明", "akira"),
    ("Diego", "diego"),
];

const LAST: &[(&str, &str)] = &[
    ("Müller-Lüdenscheid", "mueller"),
    ("O'Brien", "obrien"),
    ("Groß", "gross"),
    ("Lefèvre", "lefevre"),
    ("Żółć", "zolc"),
    ("Smith", "smith"),
    ("山田", "yamada"),
    ("Núñez", "nunez"),
    ("Kierkegård", "kierkegaard"),
    ("van der Berg", "vandenberg"),
];

const AGENTS: &[(u32, &str)] = &[
    (40, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36 Edg/122.0.0.0"),
    (20, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36"),
    (10, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.3 Safari/605.1.15"),
    (10, "Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/123.0"),
    (10, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 Dynamics365 Mobile"),
    (10, "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)"),
];

/// Everybody, the same for every seed: it is the events that differ.
pub(crate) fn everybody() -> Vec<User> {
    let mut random = Random::new(0x0b5e_55ed);
    let mut people = Vec::new();
    for &(first, first_mail) in FIRST {
        for &(last, last_mail) in LAST {
            people.push(user(&format!("{first} {last}"), &format!("{first_mail}.{last_mail}"), &mut random));
        }
    }
    people
}

fn user(name: &str, mailbox: &str, random: &mut Random) -> User {
    let organization = random.weighted(ORGANIZATIONS);
    let mut id = String::new();
    random.guid(&mut id);
    let ip = if random.percent(80) {
        format!("203.0.113.{}", random.between(1, 254))
    } else {
        format!("2001:db8:{:x}::{:x}", random.between(1, 0xffff), random.between(1, 0xffff))
    };
    User {
        organization,
        id,
        upn: format!("{mailbox}@{}", organization.domain),
        name: name.to_owned(),
        key: format!("1003{:04X}A{:07X}", random.below(1 << 16), random.below(1 << 28)),
        // Regular, Admin, Application; and an engineer of Microsoft's now and then.
        user_type: random.weighted(&[(85, 0), (6, 2), (7, 5), (2, 3)]),
        ip,
        agent: random.weighted(AGENTS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_the_same_every_time_and_has_an_id_of_their_own() {
        let (one, other) = (everybody(), everybody());
        let ids: std::collections::BTreeSet<_> = one.iter().map(|user| &user.id).collect();
        assert_eq!(ids.len(), one.len());
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
}
