//! Queries as grids, views and integrations send them: FetchXML.

use std::fmt::Write as _;

use crate::entities::{Column, Entity, Kind};
use crate::moment::Moment;
use crate::random::Random;

/// Linked entities with the columns that join them, for any entity with an owner.
const LINKS: &[(&str, &str, &str)] = &[
    ("systemuser", "systemuserid", "owninguser"),
    ("contact", "contactid", "primarycontactid"),
    ("account", "accountid", "customerid"),
    ("businessunit", "businessunitid", "owningbusinessunit"),
];

/// A whole `<fetch>` document, or now and then bare filters as some senders give them. A `long` one asks for records by a
/// list of ids that alone is over the limit of a record.
pub(crate) fn query(entity: &Entity, long: bool, now: Moment, random: &mut Random) -> String {
    let mut xml = String::with_capacity(1024);
    if long {
        put(
            &mut xml,
            format_args!("<fetch><entity name=\"{}\"><filter><condition attribute=\"regardingobjectid\" operator=\"in\">", entity.name),
        );
        for _ in 0..random.between(70, 120) {
            xml.push_str("<value>");
            random.guid(&mut xml);
            xml.push_str("</value>");
        }
        xml.push_str("</condition></filter></entity></fetch>");
        return xml;
    }
    if random.percent(10) {
        filter(&mut xml, entity, 1, now, random);
        return xml;
    }
    xml.push_str("<fetch version=\"1.0\" output-format=\"xml-platform\" mapping=\"logical\"");
    let count = random.pick(&[50u32, 100, 250, 5000]);
    put(&mut xml, format_args!(" returntotalrecordcount=\"true\" page=\"{}\" count=\"{count}\" no-lock=\"false\">", random.between(1, 9)));
    put(&mut xml, format_args!("<entity name=\"{}\">", entity.name));
    put(&mut xml, format_args!("<attribute name=\"{}\" />", entity.column(0).name));
    for _ in 0..random.between(2, 8) {
        put(&mut xml, format_args!("<attribute name=\"{}\"/>", entity.any_column(random).name));
    }
    let descending = random.percent(50);
    put(&mut xml, format_args!("<order attribute=\"{}\" descending=\"{descending}\" />", entity.column(0).name));
    filter(&mut xml, entity, 2, now, random);
    if random.percent(35) {
        link(&mut xml, entity, now, random);
    }
    xml.push_str("</entity></fetch>");
    xml
}

fn link(xml: &mut String, entity: &Entity, now: Moment, random: &mut Random) {
    let (name, from, to) = random.pick(LINKS);
    let alias = random.bits() as u32;
    let kind = random.pick(&["outer", "inner"]);
    put(
        xml,
        format_args!(
            "<link-entity name=\"{name}\" from=\"{from}\" to=\"{to}\" visible=\"false\" link-type=\"{kind}\" alias=\"a_{alias:08x}\">"
        ),
    );
    xml.push_str("<attribute name=\"fullname\" />");
    if random.percent(50) {
        filter(xml, entity, 1, now, random);
    }
    xml.push_str("</link-entity>");
}

/// One `<filter>`, with filters inside it down to `depth`.
fn filter(xml: &mut String, entity: &Entity, depth: u32, now: Moment, random: &mut Random) {
    put(xml, format_args!("<filter type=\"{}\">", random.weighted(&[(4, "and"), (1, "or")])));
    if random.percent(60) {
        xml.push_str("<condition attribute=\"statecode\" operator=\"eq\" value=\"0\" />");
    }
    for _ in 0..random.between(1, 3) {
        condition(xml, entity.any_column(random), now, random);
    }
    if depth > 1 && random.percent(40) {
        filter(xml, entity, depth - 1, now, random);
    }
    xml.push_str("</filter>");
}

fn condition(xml: &mut String, column: Column, now: Moment, random: &mut Random) {
    put(xml, format_args!("<condition attribute=\"{}\" ", column.name));
    match column.kind {
        Kind::Lookup("systemuser") => xml.push_str("operator=\"eq-userid\" />"),
        Kind::Lookup(entity) => {
            xml.push_str("operator=\"in\">");
            for _ in 0..random.between(1, 3) {
                put(xml, format_args!("<value uiname=\"M&#xFC;ller &amp; Co.\" uitype=\"{entity}\">{{"));
                random.guid(xml);
                xml.push_str("}</value>");
            }
            xml.push_str("</condition>");
        }
        Kind::Date => match random.below(3) {
            0 => xml.push_str("operator=\"last-x-days\" value=\"30\"/>"),
            1 => xml.push_str("operator=\"this-month\" />"),
            _ => put(xml, format_args!("operator=\"on-or-after\" value=\"{now}\" />")),
        },
        Kind::Flag => put(xml, format_args!("operator=\"eq\" value=\"{}\" />", random.below(2))),
        Kind::Choice | Kind::Choices => put(xml, format_args!("operator=\"ne\" value=\"{}\" />", random.below(9))),
        Kind::Whole | Kind::Decimal | Kind::Money => {
            put(xml, format_args!("operator=\"{}\" value=\"{}\" />", random.pick(&["gt", "le"]), random.below(10_000)));
        }
        _ if random.percent(20) => xml.push_str("operator=\"not-null\" />"),
        _ => {
            let word = random.pick(&["%Gr&#246;&#223;e%", "%Söhne &amp; Co%", "A%", "%&quot;West&quot;%", "%straße%", "% &lt;neu&gt; %"]);
            put(xml, format_args!("operator=\"like\" value=\"{word}\" />"));
        }
    }
}

fn put(xml: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = xml.write_fmt(text);
}
