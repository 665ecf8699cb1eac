//! One file (and what it is made of) per resource type, and the one list of them.
//!
//! A driver holds only what differs between types; restoring, waiting, examining and the rule of deletion are the
//! engine's. Drivers and validators never name each other: they meet in [`backproof_model::Target`].

mod dynamodb;
mod left_out;
mod partition;
mod rds;

use std::sync::Arc;

use backproof_cloud::Driver;
use backproof_model::ResourceType;

/// Every driver, in the order of the types' names.
pub fn all() -> Vec<Arc<dyn Driver>> {
    vec![Arc::new(dynamodb::DynamoDb), Arc::new(rds::Rds::default())]
}

/// The types that can be driven.
pub fn driven_types() -> Vec<ResourceType> {
    all().iter().map(|driver| driver.resource_type()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn types_are_named_once_and_in_order() {
        let types = super::driven_types();
        assert!(types.windows(2).all(|pair| pair[0] < pair[1]), "{types:?}");
    }
}
