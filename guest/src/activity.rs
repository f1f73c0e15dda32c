//! The activity: one event as every stage sees it, whatever form it came in.

use crate::guid::Guid;
use crate::json::{Text, Value};
use crate::time::Timestamp;

/// Which of the two event forms an activity came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Our plain form: the schema's own names as keys.
    #[default]
    SdkEvent,
    /// What an organization's webhook or Service Bus sends.
    RemoteExecutionContext,
}

/// One value that was created or updated, or one parameter of another message.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Logical name of the column, or name of the parameter.
    pub name: Text<'a>,
    /// Its value.
    pub value: Value<'a>,
    /// Which dialect objects and strings in `value` are written in.
    pub form: Form,
}

/// Where the query of an activity stands in the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuerySource<'a> {
    /// The event names no query.
    #[default]
    None,
    /// FetchXML, `<filter>` elements alone, or a name such as `savedQuery …`.
    Text(Text<'a>),
    /// A QueryExpression object, as JSON.
    Expression(&'a str),
    /// A QueryByAttribute object, as JSON.
    ByAttribute(&'a str),
    /// An array of QueryExpression objects, as JSON: what a bulk delete takes.
    Expressions(&'a str),
}

/// One event, decoded. Texts borrow from the event or from the settings; absent and empty are the same.
///
/// The buffers are kept from one event to the next, so that decoding allocates nothing in the long run.
#[derive(Clone, Debug, Default)]
pub struct Activity<'a> {
    /// The event itself, as it came.
    pub event: &'a str,
    /// Which form the event came in.
    pub form: Form,
    /// The sender's own id of the event (SdkEvent only).
    pub event_id: Option<Text<'a>>,
    /// Name of the SDK message, never empty.
    pub message: Text<'a>,
    /// When the event happened, UTC.
    pub creation_time: Option<Timestamp>,
    /// The organization; never zero once decoded.
    pub organization_id: Option<Guid>,
    /// CrmOrganizationUniqueName.
    pub organization_name: Option<Text<'a>>,
    /// URL of the instance.
    pub instance_url: Option<Text<'a>>,
    /// Name of the entity as the event gives it: logical name or display name.
    pub entity_name: Option<Text<'a>>,
    /// Id of the record.
    pub entity_id: Option<Guid>,
    /// The user on whose behalf it was done.
    pub user_id: Option<Guid>,
    /// The user who called: differs from `user_id` under impersonation.
    pub system_user_id: Option<Guid>,
    /// User principal name.
    pub user_upn: Option<Text<'a>>,
    /// PUID or directory id of the user.
    pub user_key: Option<Text<'a>>,
    /// Kind of user.
    pub user_type: Option<UserType>,
    /// Address of the user or corporate gateway.
    pub client_ip: Option<Text<'a>>,
    /// Browser or client that sent the request.
    pub user_agent: Option<Text<'a>>,
    /// The correlation id that the event itself carried; shared by the events of one request.
    pub correlation_id: Option<Guid>,
    /// Id of the service context.
    pub service_context_id: Option<Guid>,
    /// What kind of id that is.
    pub service_context_id_type: Option<Text<'a>>,
    /// Service that generated the event.
    pub service_name: Option<Text<'a>>,
    /// Success or the kind of failure.
    pub result_status: Option<Text<'a>>,
    /// Which product the event is from.
    pub workload: Option<Text<'a>>,
    /// What was created or updated.
    pub fields: Vec<Field<'a>>,
    /// Whether the event has fields at all; an empty list is not the same as none.
    pub has_fields: bool,
    /// Where the query stands.
    pub query_source: QuerySource<'a>,
    /// The `<filter>` elements, once captured.
    pub query: String,
    /// Whether there is a query.
    pub has_query: bool,
    /// Records that came back, each once, in order.
    pub results: Vec<Guid>,
    /// Whether the event has results at all.
    pub has_results: bool,
    /// Whether the sender withheld the parameters for their size.
    pub withheld: bool,
    /// Input parameters of a RemoteExecutionContext.
    pub input: Vec<Field<'a>>,
    /// Output parameters, likewise.
    pub output: Vec<Field<'a>>,
    /// Identity of the event among those of its organization: see `identity.rs`.
    pub identity: String,
}

/// The Office 365 kind of user (`UserType`), in the order of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum UserType {
    /// 0
    Regular,
    /// 1
    Reserved,
    /// 2
    Admin,
    /// 3: a Microsoft datacenter operator.
    DcAdmin,
    /// 4
    System,
    /// 5
    Application,
    /// 6
    ServicePrincipal,
    /// 7
    CustomPolicy,
    /// 8
    SystemPolicy,
    /// 9
    PartnerTechnician,
    /// 10
    Guest,
}

impl UserType {
    /// Every kind, by its number.
    pub const ALL: [(UserType, &'static str); 11] = [
        (UserType::Regular, "Regular"),
        (UserType::Reserved, "Reserved"),
        (UserType::Admin, "Admin"),
        (UserType::DcAdmin, "DCAdmin"),
        (UserType::System, "System"),
        (UserType::Application, "Application"),
        (UserType::ServicePrincipal, "ServicePrincipal"),
        (UserType::CustomPolicy, "CustomPolicy"),
        (UserType::SystemPolicy, "SystemPolicy"),
        (UserType::PartnerTechnician, "PartnerTechnician"),
        (UserType::Guest, "Guest"),
    ];

    /// Reads the name, whatever its case, or the number.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse::<usize>() {
            return Self::ALL.get(number).map(|&(user_type, _)| user_type);
        }
        Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|&(user_type, _)| user_type)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL[self.number() as usize].1
    }

    /// Its number on the wire.
    pub fn number(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_type_names_and_numbers_agree() {
        for (number, (user_type, name)) in UserType::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(user_type.number()), number);
            assert_eq!(UserType::parse(name), Some(user_type));
            assert_eq!(UserType::parse(&number.to_string()), Some(user_type));
            assert_eq!(user_type.name(), name);
        }
        assert_eq!(UserType::parse("11"), None);
        assert_eq!(UserType::parse("boss"), None);
    }
}
