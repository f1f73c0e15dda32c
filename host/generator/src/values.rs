//! Values of columns, in the plain form and in the dialect of a RemoteExecutionContext.

use crate::entities::{Column, Kind};
use crate::json::Json;
use crate::moment::Moment;
use crate::people::User;
use crate::random::Random;
use crate::words;

/// Which of the two event forms a value is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SdkEvent: numbers for options and money, ISO dates.
    Plain,
    /// RemoteExecutionContext: typed objects, `/Date(…)/`.
    DataContract,
}

/// What values are made from.
pub(crate) struct Source<'s> {
    /// Chance.
    pub(crate) random: &'s mut Random,
    /// Everybody who may own or have changed a record.
    pub(crate) people: &'s [User],
    /// When the event happens.
    pub(crate) now: Moment,
}

impl Source<'_> {
    /// Writes one value of `column`; now and then it is null, as when a value is cleared.
    pub(crate) fn value(&mut self, json: &mut Json, column: Column, dialect: Dialect) {
        if self.random.percent(4) {
            return json.bare("null");
        }
        let random = &mut *self.random;
        match column.kind {
            Kind::Person => json.text(&self.people[random.below(self.people.len() as u32) as usize].name),
            Kind::Company => json.text(words::company(random)),
            Kind::Line => json.text(words::line(random)),
            Kind::Memo => {
                let sentences = random.weighted(&[(6, 1), (3, 2), (1, 4)]);
                json.text(&words::memo(sentences, random));
            }
            Kind::Email => json.text(&self.people[random.below(self.people.len() as u32) as usize].upn),
            Kind::Phone => json.text(&words::phone(random)),
            Kind::Url => json.text(&format!("https://www.site{}.example/?from=crm&lang=de", random.below(1000))),
            Kind::Street => json.text(&words::street(random)),
            Kind::Town => json.text(words::town(random)),
            Kind::Whole => json.bare(random.below(1_000_000)),
            Kind::Decimal => json.bare(format_args!("{}.{:010}", random.below(200), u64::from(random.below(1000)) * 10_000_000)),
            Kind::Flag => json.bare(random.percent(50)),
            Kind::Unique => json.plain(|out| random.guid(out)),
            Kind::Money => {
                let (whole, cents) = (random.below(5_000_000), random.below(100));
                typed(json, dialect, "Money", |json| json.bare(format_args!("{whole}.{cents:02}")));
            }
            Kind::Choice => option(json, dialect, random),
            Kind::Choices => {
                let count = random.between(1, 4);
                json.array(|json| (0..count).for_each(|_| option(json, dialect, random)));
            }
            Kind::Date => {
                let then = Moment(self.now.0 - u64::from(random.below(400_000)) * 60_000);
                match dialect {
                    Dialect::Plain => json.text(&then.to_string()),
                    Dialect::DataContract => json.text(&format!("/Date({})/", then.0)),
                }
            }
            Kind::Lookup(entity) => {
                let user = &self.people[random.below(self.people.len() as u32) as usize];
                let (id, name) = match entity {
                    "systemuser" => (Some(&user.id), Some(user.name.as_str())),
                    "account" => (None, Some(words::company(random))),
                    _ => (None, None),
                };
                reference(json, dialect, entity, name, |out| match id {
                    Some(id) => out.push_str(id),
                    None => random.guid(out),
                });
            }
        }
    }
}

fn option(json: &mut Json, dialect: Dialect, random: &mut Random) {
    let number = if random.percent(50) { random.below(8) } else { 100_000_000 + random.below(12) };
    typed(json, dialect, "OptionSetValue", |json| json.bare(number));
}

/// A simple value, in the wrapper that the dialect wants.
fn typed(json: &mut Json, dialect: Dialect, type_name: &str, value: impl FnOnce(&mut Json)) {
    if dialect == Dialect::Plain {
        return value(json);
    }
    json.object(|json| {
        contract_type(json, type_name);
        value(json.key("Value"));
    });
}

/// A pointer to a record.
pub(crate) fn reference(json: &mut Json, dialect: Dialect, entity: &str, name: Option<&str>, id: impl FnOnce(&mut String)) {
    json.object(|json| {
        let data_contract = dialect == Dialect::DataContract;
        if data_contract {
            contract_type(json, "EntityReference");
        }
        json.key("Id").plain(id);
        if data_contract {
            json.key("KeyAttributes").array(|_| {});
        }
        json.key("LogicalName").text(entity);
        match name {
            Some(name) => json.key("Name").text(name),
            None => json.key("Name").bare("null"),
        }
        if data_contract {
            json.key("RowVersion").bare("null");
        }
    });
}

/// The member that tells the type of an object.
pub(crate) fn contract_type(json: &mut Json, type_name: &str) {
    json.key("__type").text(&format!("{type_name}:http://schemas.microsoft.com/xrm/2011/Contracts"));
}
