//! Where a restored thing can be reached: the seam at which drivers and validators meet.

use serde::{Deserialize, Serialize};

use crate::{AccountId, Region, ResourceArn};

/// A restored resource that is ready to be examined. A driver ends by making one, a validator begins by accepting one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// A DynamoDB table.
    Table {
        /// The restored table's ARN.
        arn: ResourceArn,
        /// The account it was restored into.
        account: AccountId,
        /// The Region it was restored into.
        region: Region,
        /// The table's name.
        name: String,
    },
}

impl Target {
    /// The restored resource.
    pub fn arn(&self) -> &ResourceArn {
        match self {
            Self::Table { arn, .. } => arn,
        }
    }
}
