//! Record: renders the audit record of an activity, written once into one buffer, in one fixed order of columns.
//!
//! The columns, their types and how rows of the same name were resolved stand in [`crate::tables::schema`].

use crate::activity::Activity;
use crate::categorize::Category;
use crate::classify::ActivityKind;
use crate::fault::Fault;
use crate::fields;
use crate::guid::Guid;
use crate::identity;
use crate::json::Text;
use crate::json::write::{self, Level};
use crate::settings::Profile;
use crate::spans::{Place, Span, Spans};

/// What the deciding stages said of an activity.
#[derive(Clone, Copy, Debug)]
pub struct Verdicts {
    /// What kind of access it was.
    pub category: Category,
    /// Which of the nine preconfigured activities.
    pub kind: ActivityKind,
    /// Whether it is of social engagement, whose entities have no page of their own.
    pub social: bool,
}

/// Appends the source record: whole, whatever its size, as part 1 of 1 and without a line feed. Where its values stand is
/// noted in `spans` for those who look at them again.
pub fn render(
    activity: &Activity<'_>,
    verdicts: Verdicts,
    profile: Profile,
    out: &mut String,
    scratch: &mut String,
    spans: Option<&mut Spans>,
) -> Result<(), Fault> {
    let organization = identity::organization(activity);
    let id = identity::part_id(organization, &activity.identity, 1, scratch);
    let correlation = identity::part_id(organization, &activity.identity, 0, scratch);
    let mut line = Line { out, spans };
    line.out.push_str(r#"{"Id":""#);
    id.write(line.out);
    line.out.push('"');
    match profile {
        Profile::ActivityLogging => line.activity_logging(activity, verdicts, correlation),
        Profile::ManagementApi => line.management_api(activity, verdicts, correlation),
    }
    line.flag(r#","ParametersWithheld":"#, activity.withheld);
    line.seam();
    if activity.has_query {
        let from = line.value_after(r#","Query":""#);
        line.string(r#","Query":""#, &activity.query);
        line.note(Place::Query, from);
    }
    line.results(activity);
    if activity.has_fields {
        line.fields(activity, profile)?;
    }
    line.out.push_str(r#","Part":1,"PartCount":1}"#);
    Ok(())
}

/// One record being written.
struct Line<'o> {
    out: &'o mut String,
    spans: Option<&'o mut Spans>,
}

impl Line<'_> {
    /// The specification's own columns.
    fn activity_logging(&mut self, activity: &Activity<'_>, verdicts: Verdicts, correlation: Guid) {
        self.text(r#","EventId":""#, activity.event_id);
        self.guid(r#","CorrelationId":""#, Some(correlation));
        self.guid(r#","SourceCorrelationId":""#, activity.correlation_id);
        self.time(activity, "Z");
        self.guid(r#","OrganizationId":""#, activity.organization_id);
        self.text(r#","CrmOrganizationUniqueName":""#, activity.organization_name);
        self.text(r#","InstanceUrl":""#, activity.instance_url);
        self.noted(Place::Workload, r#","Workload":""#, activity.workload);
        self.text(r#","ServiceName":""#, activity.service_name);
        self.guid(r#","ServiceContextId":""#, activity.service_context_id);
        self.text(r#","ServiceContextIdType":""#, activity.service_context_id_type);
        self.text(r#","Operation":""#, Some(activity.message));
        self.noted(Place::Message, r#","Message":""#, Some(activity.message));
        self.name(r#","Category":""#, verdicts.category.name());
        self.name(r#","Activity":""#, verdicts.kind.name());
        self.noted(Place::ResultStatus, r#","ResultStatus":""#, activity.result_status);
        self.noted(Place::EntityName, r#","EntityName":""#, activity.entity_name);
        self.guid(r#","EntityId":""#, activity.entity_id);
        self.item(activity, verdicts);
        self.guid(r#","UserId":""#, activity.user_id);
        self.guid(r#","SystemUserId":""#, activity.system_user_id);
        self.noted(Place::UserUpn, r#","UserUpn":""#, activity.user_upn);
        self.noted(Place::UserKey, r#","UserKey":""#, activity.user_key);
        if let Some(user_type) = activity.user_type {
            self.name(r#","UserType":""#, user_type.name());
        }
        self.noted(Place::ClientIp, r#","ClientIP":""#, activity.client_ip);
        self.noted(Place::UserAgent, r#","UserAgent":""#, activity.user_agent);
    }

    /// Office 365's wire form: the common schema's mandatory columns are always there, empty where nothing is known.
    fn management_api(&mut self, activity: &Activity<'_>, verdicts: Verdicts, correlation: Guid) {
        self.out.push_str(r#","RecordType":21"#);
        self.time(activity, "");
        self.name(r#","Operation":""#, "CrmDefaultActivity");
        self.guid(r#","OrganizationId":""#, activity.organization_id);
        self.out.push_str(r#","UserType":"#);
        write::number(self.out, activity.user_type.map_or(0, |user_type| u64::from(user_type.number())));
        self.noted_or(Place::UserKey, r#","UserKey":""#, activity.user_key, "");
        self.noted_or(Place::Workload, r#","Workload":""#, activity.workload, "CRM");
        match (activity.user_upn, activity.user_id) {
            (None, Some(user)) => self.guid(r#","UserId":""#, Some(user)),
            (upn, _) => self.text(r#","UserId":""#, Some(upn.unwrap_or_default())),
        }
        self.noted_or(Place::ClientIp, r#","ClientIP":""#, activity.client_ip, "");
        self.noted(Place::ResultStatus, r#","ResultStatus":""#, activity.result_status);
        self.object_id(activity);
        self.name(r#","Version":""#, "1.0");
        self.text(r#","EventId":""#, activity.event_id);
        self.guid(r#","CorrelationId":""#, Some(correlation));
        self.guid(r#","SourceCorrelationId":""#, activity.correlation_id);
        self.text(r#","CrmOrganizationUniqueName":""#, activity.organization_name);
        self.text(r#","InstanceUrl":""#, activity.instance_url);
        self.text(r#","ServiceName":""#, activity.service_name);
        self.guid(r#","ServiceContextId":""#, activity.service_context_id);
        self.text(r#","ServiceContextIdType":""#, activity.service_context_id_type);
        self.noted(Place::Message, r#","Message":""#, Some(activity.message));
        self.name(r#","Category":""#, verdicts.category.name());
        self.name(r#","Activity":""#, verdicts.kind.name());
        self.noted(Place::EntityName, r#","EntityName":""#, activity.entity_name);
        self.guid(r#","EntityId":""#, activity.entity_id);
        self.item(activity, verdicts);
        self.guid(r#","SystemUserId":""#, activity.system_user_id.or(activity.user_id));
        self.noted(Place::UserUpn, r#","UserUpn":""#, activity.user_upn);
        self.noted(Place::UserAgent, r#","UserAgent":""#, activity.user_agent);
    }

    /// `ItemType`, the entity's logical name, and `ItemUrl`, the page of the record.
    fn item(&mut self, activity: &Activity<'_>, verdicts: Verdicts) {
        let Some(entity) = activity.entity_name else { return };
        let entity = entity.decode().to_ascii_lowercase();
        self.string(r#","ItemType":""#, &entity);
        let (Some(url), Some(id), false) = (activity.instance_url, activity.entity_id, verdicts.social) else { return };
        let from = self.value_after(r#","ItemUrl":""#);
        self.out.push_str(r#","ItemUrl":""#);
        write::escaped(self.out, url.decode().trim_end_matches('/'), Level::Record);
        self.out.push_str("/main.aspx?etn=");
        for byte in entity.bytes() {
            match byte {
                b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'~' => self.out.push(char::from(byte)),
                other => {
                    self.out.push('%');
                    for nibble in [other >> 4, other & 15] {
                        self.out.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
                    }
                }
            }
        }
        self.out.push_str("&pagetype=entityrecord&id=");
        id.write(self.out);
        self.out.push('"');
        self.note(Place::ItemUrl, from);
    }

    /// `ObjectId`: the message's name, a space, and what it was done to.
    fn object_id(&mut self, activity: &Activity<'_>) {
        self.out.push_str(r#","ObjectId":""#);
        activity.message.write(self.out, Level::Record);
        self.out.push(' ');
        if let Some(entity) = activity.entity_name {
            entity.write(self.out, Level::Record);
        }
        if let Some(id) = activity.entity_id {
            if activity.entity_name.is_some() {
                self.out.push(' ');
            }
            id.write(self.out);
        }
        self.out.push('"');
    }

    fn time(&mut self, activity: &Activity<'_>, zone: &str) {
        if let Some(time) = activity.creation_time {
            self.out.push_str(r#","CreationTime":""#);
            time.write(self.out);
            self.out.push_str(zone);
            self.out.push('"');
        }
    }

    fn results(&mut self, activity: &Activity<'_>) {
        if !activity.has_results {
            return;
        }
        let from = self.value_after(r#","QueryResults":""#);
        self.out.push_str(r#","QueryResults":""#);
        self.out.reserve(activity.results.len() * RESULT_LEN);
        for (position, id) in activity.results.iter().enumerate() {
            if position > 0 {
                self.out.push_str(", ");
            }
            id.write(self.out);
        }
        self.out.push('"');
        self.note(Place::QueryResults, from);
    }

    fn fields(&mut self, activity: &Activity<'_>, profile: Profile) -> Result<(), Fault> {
        self.out.push_str(r#","Fields":"#);
        let from = self.out.len();
        match profile {
            Profile::ActivityLogging => {
                self.out.push('"');
                fields::write(&activity.fields, self.out, Level::Nested)?;
                self.out.push('"');
            }
            Profile::ManagementApi => fields::write(&activity.fields, self.out, Level::Record)?,
        }
        self.note(Place::Fields, from);
        Ok(())
    }

    /// Notes where the columns of rules belong.
    fn seam(&mut self) {
        if let Some(spans) = self.spans.as_deref_mut() {
            spans.seam = self.out.len();
        }
    }

    /// Notes the value that was written from byte `from` on.
    #[inline]
    fn note(&mut self, place: Place, from: usize) {
        if let Some(spans) = self.spans.as_deref_mut() {
            spans.put(place, Span { from, to: self.out.len() });
        }
    }

    /// Where the value will begin that is written under `key`, which ends with the opening quote.
    #[inline]
    fn value_after(&self, key: &str) -> usize {
        self.out.len() + key.len() - 1
    }

    /// A text that is noted.
    #[inline]
    fn noted(&mut self, place: Place, key: &str, text: Option<Text<'_>>) {
        if text.is_some() {
            let from = self.value_after(key);
            self.text(key, text);
            self.note(place, from);
        }
    }

    /// A text that is noted, or what stands there in its stead, which is not.
    fn noted_or(&mut self, place: Place, key: &str, text: Option<Text<'_>>, otherwise: &str) {
        match text {
            Some(_) => self.noted(place, key, text),
            None => self.name(key, otherwise),
        }
    }

    #[inline]
    fn text(&mut self, key: &str, text: Option<Text<'_>>) {
        if let Some(text) = text {
            self.out.push_str(key);
            text.write(self.out, Level::Record);
            self.out.push('"');
        }
    }

    #[inline]
    fn guid(&mut self, key: &str, guid: Option<Guid>) {
        if let Some(guid) = guid {
            self.out.push_str(key);
            guid.write(self.out);
            self.out.push('"');
        }
    }

    fn string(&mut self, key: &str, text: &str) {
        self.out.push_str(key);
        write::escaped(self.out, text, Level::Record);
        self.out.push('"');
    }

    /// A name of our own, which needs no escapes.
    fn name(&mut self, key: &str, name: &str) {
        self.out.push_str(key);
        self.out.push_str(name);
        self.out.push('"');
    }

    fn flag(&mut self, key: &str, flag: bool) {
        if flag {
            self.out.push_str(key);
            self.out.push_str("true");
        }
    }
}

/// Characters of one id in QueryResults, with the `, ` that follows it.
pub const RESULT_LEN: usize = crate::guid::GUID_LEN + 2;
