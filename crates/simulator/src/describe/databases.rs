//! Databases, as a world file states them beside a network.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An RDS subnet group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubnetGroup {
    /// Its name.
    pub name: String,
    /// The id of its VPC.
    pub vpc: String,
    /// The ids of its subnets.
    pub subnets: Vec<String>,
}

/// An RDS instance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceDescription {
    /// `DBInstanceIdentifier`.
    pub id: String,
    /// The instance class: `db.t4g.micro`.
    pub class: String,
    /// The engine: `postgres`.
    pub engine: String,
    /// The engine's version.
    pub version: String,
    /// `available`, `creating`, `deleting`, …
    #[serde(default = "available")]
    pub status: String,
    /// Where it answers; absent until it is available.
    #[serde(default)]
    pub endpoint: Option<(String, u16)>,
    /// Its subnet group's name.
    #[serde(default)]
    pub subnet_group: Option<String>,
    /// Whether it has a public address.
    #[serde(default)]
    pub publicly_accessible: bool,
    /// Whether it refuses to be deleted.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Storage in GiB.
    #[serde(default = "twenty")]
    pub storage: u32,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An Aurora or Multi-AZ cluster.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterDescription {
    /// `DBClusterIdentifier`.
    pub id: String,
    /// The engine: `aurora-postgresql`.
    pub engine: String,
    /// The engine's version.
    pub version: String,
    /// `available`, `creating`, …
    #[serde(default = "available")]
    pub status: String,
    /// The ids of its instances; the first one writes.
    #[serde(default)]
    pub members: Vec<String>,
    /// Whether it refuses to be deleted.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An RDS snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSnapshot {
    /// `DBSnapshotIdentifier`.
    pub id: String,
    /// The instance that it was taken of.
    pub instance: String,
    /// The engine.
    pub engine: String,
    /// `manual`, `automated` or `awsbackup`.
    #[serde(default = "manual")]
    pub kind: String,
    /// `available`, `creating`, …
    #[serde(default = "available")]
    pub status: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An RDS parameter group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterGroup {
    /// Its name.
    pub name: String,
    /// Its family: `postgres16`.
    pub family: String,
}

fn available() -> String {
    "available".to_owned()
}

fn manual() -> String {
    "manual".to_owned()
}

fn twenty() -> u32 {
    20
}
