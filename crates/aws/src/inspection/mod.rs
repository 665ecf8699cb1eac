//! What can be looked at beforehand: permissions, roles, keys, quotas and the time. Nothing here changes anything.

mod describe_key;
mod get_role;
mod get_service_quota;
mod simulate_principal_policy;
mod time_in_aws;

use std::sync::Arc;

use backproof_cloud::Inspection;

use crate::identity::Identity;
use crate::session::Session;

/// Asks with the credentials of one session.
struct Inspector(Arc<Session>);

/// Everything that can be asked with the credentials of `session`.
pub(crate) fn inspection(session: Arc<Session>) -> Inspection {
    let inspector = Arc::new(Inspector(session.clone()));
    Inspection {
        identity: Arc::new(Identity(session)),
        time: inspector.clone(),
        permissions: inspector.clone(),
        roles: inspector.clone(),
        keys: inspector.clone(),
        quotas: inspector,
    }
}
