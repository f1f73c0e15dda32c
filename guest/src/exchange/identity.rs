//! Who asked, and on whose behalf.
//!
//! UserId is the user on whose behalf it was done, SystemUserId the one who called; UserKey and UserUpn are of the user on
//! whose behalf it was done. `MSCRMCallerID` gives a system user, `CallerObjectId` and the token's `oid` an object of the
//! directory, which the settings may map to its system user.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::finding::Kind;
use super::headers::{Headers, One};
use super::settings::DirectoryUser;
use super::token::{self, Claims};
use crate::guid::Guid;

/// Which system user each object of the directory is.
#[derive(Clone, Debug, Default)]
pub struct Users(BTreeMap<Guid, Guid>);

impl Users {
    /// Makes a table of the settings' list.
    pub fn of(list: &[DirectoryUser]) -> Self {
        Self(list.iter().filter_map(|user| Some((Guid::parse(&user.object_id)?, Guid::parse(&user.id)?))).collect())
    }
}

/// Who asked, in the columns of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// UserId.
    pub user_id: Option<Guid>,
    /// SystemUserId.
    pub system_user_id: Option<Guid>,
    /// UserUpn.
    pub upn: Option<String>,
    /// UserKey.
    pub key: Option<String>,
    /// ServiceContextId, of the type `appid`.
    pub app_id: Option<Guid>,
}

/// The headers that say on whose behalf something is done.
const BEHALF: [&str; 2] = ["MSCRMCallerID", "CallerObjectId"];

/// Tells who asked.
pub fn of(headers: &Headers<'_>, desk: &mut Desk<'_>) -> Caller {
    let claims = match headers.one("Authorization") {
        One::Absent => {
            desk.find(Kind::NoIdentity, "request.headers.Authorization", "no token says who asked");
            Claims::default()
        }
        One::Several => {
            desk.find(Kind::Conflict, "request.headers.Authorization", "several that differ; none is believed");
            Claims::default()
        }
        One::Value(value) => token::read(value).unwrap_or_else(|| {
            desk.find(Kind::UnreadableToken, "request.headers.Authorization", "no bearer token whose claims can be read");
            Claims::default()
        }),
    };
    let known = |desk: &Desk<'_>, object: Guid| desk.users.0.get(&object).copied();
    let Claims { object_id, subject, upn, app_id } = claims;
    let own = object_id.map(|object| known(desk, object).unwrap_or(object));
    let own_unmapped = object_id.is_some_and(|object| known(desk, object).is_none());
    let mut caller = Caller { user_id: own, system_user_id: own, upn, key: object_id.map(|id| id.to_string()).or(subject), app_id };
    let [system, object] = BEHALF.map(|name| behalf(headers, name, desk));
    let mut unmapped = own_unmapped;
    if system != Behalf::Nobody || object != Behalf::Nobody {
        // What the token says of its owner does not hold for somebody else.
        (caller.user_id, caller.upn, caller.key) = (None, None, None);
        match (system, object) {
            (Behalf::User(user), Behalf::Nobody) => caller.user_id = Some(user),
            (Behalf::Nobody, Behalf::User(object)) => {
                caller.user_id = Some(known(desk, object).unwrap_or(object));
                caller.key = Some(object.to_string());
                unmapped |= known(desk, object).is_none();
            }
            (Behalf::User(user), Behalf::User(object)) if known(desk, object) == Some(user) => {
                caller.user_id = Some(user);
                caller.key = Some(object.to_string());
            }
            (Behalf::User(_), Behalf::User(_)) => {
                let explanation = "MSCRMCallerID and CallerObjectId do not name the same user for sure; neither is believed";
                desk.find(Kind::Conflict, "request.headers.CallerObjectId", explanation);
            }
            _ => {}
        }
    }
    if unmapped {
        let explanation = "an object id of the directory stands for a system user, because the settings' users do not list it";
        desk.find(Kind::DirectoryIdentity, "request.headers", explanation);
    }
    caller
}

/// What a part of a batch says otherwise than the batch: then it is not known on whose behalf it was done.
pub fn of_part(headers: &Headers<'_>, batch: &Headers<'_>, caller: &Caller, desk: &mut Desk<'_>) -> Caller {
    let differs = |name: &&str| headers.one(name).is_there() && headers.one(name) != batch.one(name);
    let mut caller = caller.clone();
    if ["Authorization", BEHALF[0], BEHALF[1]].iter().any(differs) {
        desk.find(Kind::Conflict, "request.headers", "the part names another user than the batch; which one counts is not known");
        (caller.user_id, caller.upn, caller.key) = (None, None, None);
    }
    caller
}

/// What a header says of on whose behalf something is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behalf {
    Nobody,
    User(Guid),
    Unclear,
}

fn behalf(headers: &Headers<'_>, name: &str, desk: &mut Desk<'_>) -> Behalf {
    match headers.one(name) {
        One::Absent => Behalf::Nobody,
        One::Value("") => Behalf::Nobody,
        One::Value(value) => match Guid::parse(value) {
            Some(Guid::ZERO) => Behalf::Nobody,
            Some(id) => Behalf::User(id),
            None => {
                desk.find(Kind::Conflict, format!("request.headers.{name}"), "not a GUID, so nobody knows on whose behalf it was done");
                Behalf::Unclear
            }
        },
        One::Several => {
            desk.find(Kind::Conflict, format!("request.headers.{name}"), "several that differ; none is believed");
            Behalf::Unclear
        }
    }
}
