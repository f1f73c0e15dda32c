//! Directory: fills in from the settings what the sender does not know. What the event says itself always wins.

use crate::activity::Activity;
use crate::settings::Policy;

/// Completes the organization's and the user's columns.
///
/// A RemoteExecutionContext carries neither user principal name nor kind of user, and the name of the organization's
/// database rather than its URL. The directory's key goes before the directory id that such an event may carry.
pub fn complete<'a>(activity: &mut Activity<'a>, policy: &'a Policy) {
    if let Some(organization) = activity.organization_id.and_then(|id| policy.organization(id)) {
        activity.organization_name = activity.organization_name.or(organization.unique_name.as_ref().map(|name| name.as_text()));
        activity.instance_url = activity.instance_url.or(organization.instance_url.as_ref().map(|url| url.as_text()));
    }
    let user = activity.user_id.or(activity.system_user_id);
    if let Some(user) = user.and_then(|id| policy.user(id)) {
        activity.user_upn = activity.user_upn.or(user.upn.as_ref().map(|upn| upn.as_text()));
        activity.user_type = activity.user_type.or(user.user_type);
        let key = user.key.as_ref().map(|key| key.as_text());
        activity.user_key = match activity.form {
            crate::activity::Form::SdkEvent => activity.user_key.or(key),
            crate::activity::Form::RemoteExecutionContext => key.or(activity.user_key),
        };
    }
}
