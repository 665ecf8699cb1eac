//! AWS Backup's resource types, by the names that AWS Backup itself uses.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A resource type as AWS Backup spells it: `DynamoDB`, `RDS`, `Storage Gateway`.
///
/// An open set: AWS adds types, and a type that this program does not drive is listed and excluded, not refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResourceType(String);

impl ResourceType {
    /// Amazon DynamoDB tables.
    pub const DYNAMODB: &'static str = "DynamoDB";

    /// Amazon RDS DB instances, of every engine.
    pub const RDS: &'static str = "RDS";

    /// The type of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Amazon DynamoDB tables.
    pub fn dynamodb() -> Self {
        Self::new(Self::DYNAMODB)
    }

    /// Amazon RDS DB instances.
    pub fn rds() -> Self {
        Self::new(Self::RDS)
    }

    /// The name, as AWS Backup spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether AWS Backup keeps these backups itself and can copy them to another account without the source's key.
    ///
    /// Source: AWS Backup developer guide, "Encryption for backups" (fully managed resource types). DynamoDB counts
    /// only with advanced features, which shows in the ARN of the recovery point and is decided there.
    pub fn is_fully_managed(&self) -> bool {
        matches!(
            self.as_str(),
            "S3" | "EFS"
                | "Aurora DSQL"
                | "DSQL"
                | "Timestream"
                | "VirtualMachine"
                | "SAP HANA on Amazon EC2"
                | "CloudFormation"
                | "EKS"
        )
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
