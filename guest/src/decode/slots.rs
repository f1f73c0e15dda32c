//! The keys that the filter reads, of both forms, and where their values are kept until the form is known.

use crate::activity::UserType;
use crate::fault::{Fault, Reason};
use crate::guid::Guid;
use crate::json::{Text, Value};
use crate::time::Timestamp;

macro_rules! keys {
    ($($key:ident),* $(,)?) => {
        /// A key of an event that the filter reads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(clippy::enum_variant_names, reason = "the variants are the keys' own names")]
        pub enum Key { $(#[doc = stringify!($key)] $key),* }

        impl Key {
            const COUNT: usize = [$(Key::$key),*].len();

            /// The key with this name; names are told apart by case, as JSON does.
            #[inline]
            pub fn find(name: &str) -> Option<Key> {
                match name {
                    $(stringify!($key) => Some(Key::$key),)*
                    _ => None,
                }
            }

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Key::$key => stringify!($key)),* }
            }
        }
    };
}

keys! {
    // Of both forms.
    CorrelationId, OrganizationId, UserId,
    // Of a SdkEvent.
    EventId, Message, CreationTime, CrmOrganizationUniqueName, InstanceUrl, EntityName, EntityId, SystemUserId, UserUpn, UserKey,
    UserType, ClientIP, UserAgent, ServiceContextId, ServiceContextIdType, ServiceName, ResultStatus, Workload, Fields, Query,
    QueryResults,
    // Of a RemoteExecutionContext.
    MessageName, OperationCreatedOn, OrganizationName, InputParameters, OutputParameters, PrimaryEntityId, PrimaryEntityName,
    InitiatingUserId, InitiatingUserAgent, UserAzureActiveDirectoryObjectId, InitiatingUserAzureActiveDirectoryObjectId, OperationId,
    RequestId, OwningExtension, Stage, Mode, Depth,
}

/// The values found, one place a key.
pub struct Slots<'a> {
    seen: u64,
    values: [(Value<'a>, usize); Key::COUNT],
}

impl Default for Slots<'_> {
    fn default() -> Self {
        Self { seen: 0, values: [(Value::Null, 0); Key::COUNT] }
    }
}

impl<'a> Slots<'a> {
    /// Whether the key stands in the event.
    #[inline]
    pub fn has(&self, key: Key) -> bool {
        self.seen & (1 << key as u32) != 0
    }

    /// Notes that the key stands in the event.
    #[inline]
    pub fn mark(&mut self, key: Key) {
        self.seen |= 1 << key as u32;
    }

    /// Keeps a value and the byte at which it begins.
    #[inline]
    pub fn put(&mut self, key: Key, value: Value<'a>, at: usize) {
        self.values[key as usize] = (value, at);
    }

    /// The value of a key; null where the key is absent.
    #[inline]
    pub fn value(&self, key: Key) -> Value<'a> {
        self.values[key as usize].0
    }

    /// Byte at which the value begins.
    pub fn offset(&self, key: Key) -> usize {
        self.values[key as usize].1
    }

    /// A text column. Absent, null and empty are the same.
    #[inline]
    pub fn text(&self, key: Key) -> Result<Option<Text<'a>>, Fault> {
        match self.value(key) {
            Value::Null => Ok(None),
            Value::Text(text) => Ok((!text.is_empty()).then_some(text)),
            other => Err(self.wrong_type(key, "a string", other)),
        }
    }

    /// A name: text that is short and without control characters.
    pub fn name(&self, key: Key) -> Result<Option<Text<'a>>, Fault> {
        let name = self.text(key)?;
        if let Some(name) = name {
            super::check_name(name, self.offset(key)).map_err(|fault| fault.under(key.name()))?;
        }
        Ok(name)
    }

    /// A GUID column. Absent, null, empty and the zero GUID are the same.
    #[inline]
    pub fn guid(&self, key: Key) -> Result<Option<Guid>, Fault> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        match Guid::parse(&text.decode()) {
            Some(Guid::ZERO) => Ok(None),
            Some(guid) => Ok(Some(guid)),
            None => Err(self.bad_value(key, "not a GUID")),
        }
    }

    /// A GUID that every event must have.
    pub fn required_guid(&self, key: Key) -> Result<Guid, Fault> {
        self.guid(key)?.ok_or_else(|| self.missing(key))
    }

    /// A name that every event must have.
    pub fn required_name(&self, key: Key) -> Result<Text<'a>, Fault> {
        self.name(key)?.ok_or_else(|| self.missing(key))
    }

    /// A point in time, read by `parse`.
    pub fn time(&self, key: Key, parse: impl Fn(&str) -> Option<Timestamp>, expected: &'static str) -> Result<Option<Timestamp>, Fault> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        parse(&text.decode()).map(Some).ok_or_else(|| self.bad_value(key, expected))
    }

    /// The kind of user, by name or number.
    pub fn user_type(&self, key: Key) -> Result<Option<UserType>, Fault> {
        let parsed = match self.value(key) {
            Value::Null => return Ok(None),
            Value::Text(text) if text.is_empty() => return Ok(None),
            Value::Text(text) => UserType::parse(&text.decode()),
            Value::Number(digits) => UserType::parse(digits),
            other => return Err(self.wrong_type(key, "a name or number", other)),
        };
        parsed.map(Some).ok_or_else(|| self.bad_value(key, "no kind of user: Regular, Reserved, Admin, DCAdmin, System, … or 0 to 10"))
    }

    /// A fault of a value with the wrong JSON type.
    pub fn wrong_type(&self, key: Key, expected: &str, found: Value<'_>) -> Fault {
        let explanation = format!("expected {expected}, found {}", found.kind());
        Fault::new(Reason::WrongType, self.offset(key), explanation).under(key.name())
    }

    fn bad_value(&self, key: Key, explanation: &'static str) -> Fault {
        Fault::new(Reason::BadValue, self.offset(key), explanation).under(key.name())
    }

    fn missing(&self, key: Key) -> Fault {
        Fault::new(Reason::MissingKey, self.offset(key), "every event needs this").under(key.name())
    }
}
