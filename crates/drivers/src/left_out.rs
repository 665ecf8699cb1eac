//! What AWS named and is not sent.

use backproof_cloud::RestoreOrder;
use backproof_model::RestoreMetadata;

/// Keys that AWS named and that are not sent, in order.
pub(crate) fn left_out(order: &RestoreOrder, sent: &RestoreMetadata) -> Vec<String> {
    let named = order.inferred.iter().chain(order.original.iter());
    let mut keys: Vec<String> =
        named.filter(|(key, _)| sent.get(key).is_none()).map(|(key, _)| key.to_owned()).collect();
    keys.sort();
    keys.dedup();
    keys
}
