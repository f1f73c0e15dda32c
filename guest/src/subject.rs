//! What the deciding stages look at: the few facts of an activity on which gate, classification and recognition turn.

use crate::activity::UserType;
use crate::categorize::Category;

/// The facts that decide. Names are decoded, in the case in which they came.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// Name of the SDK message, or the action of a social engagement event.
    pub message: &'s str,
    /// Name of the entity; empty where the event names none.
    pub entity: &'s str,
    /// What kind of access the message is.
    pub category: Category,
    /// Kind of user, where it is known.
    pub user_type: Option<UserType>,
    /// Whether the event is from social engagement, which has entities and actions of its own.
    pub social: bool,
    /// Whether a create or update sets `statecode` or `statuscode`, which is how processes are activated.
    pub sets_state: bool,
}
