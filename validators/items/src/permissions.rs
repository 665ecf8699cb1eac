//! What the sandbox role must be allowed for examining tables and for trying whether faults are noticed.

use backproof_model::{Occasion, Permission, Scope};

/// What the sandbox role must be allowed.
pub const PERMISSIONS: &[Permission] = &[
    testing("dynamodb:BatchWriteItem", "fill the scratch table"),
    testing("dynamodb:CreateTable", "make the scratch table in which faults are planted"),
    testing("dynamodb:DeleteItem", "plant a fault in the scratch table"),
    testing("dynamodb:DescribeContinuousBackups", "compare the table's settings"),
    testing("dynamodb:DescribeTable", "compare keys and indexes"),
    testing("dynamodb:DescribeTimeToLive", "compare the table's settings"),
    testing("dynamodb:ListTagsOfResource", "compare the table's tags"),
    testing("dynamodb:Scan", "read every item"),
    testing("dynamodb:TagResource", "mark the scratch table as ours"),
    testing("dynamodb:UpdateTable", "plant a fault in the scratch table"),
];

const fn testing(action: &'static str, why: &'static str) -> Permission {
    let ours = Scope::Named("arn:{partition}:dynamodb:{region}:{account}:table/bp-*");
    Permission { action, on: ours, occasion: Occasion::Testing, why }
}
