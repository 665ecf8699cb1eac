//! Instances, volumes, snapshots and interfaces, of which there are none yet, and Regions.

use std::collections::BTreeMap;

use crate::wire::Xml;

use super::listing::{Listed, Listing};

pub(super) const NETWORK_INTERFACES: Listing = Listing {
    set: "networkInterfaceSet",
    ids: "NetworkInterfaceId",
    unknown: ("InvalidNetworkInterfaceID.NotFound", "networkInterface ID"),
    filters: &["vpc-id", "subnet-id", "group-id", "status"],
    paged: true,
};

pub(super) const VOLUMES: Listing = Listing {
    set: "volumeSet",
    ids: "VolumeId",
    unknown: ("InvalidVolume.NotFound", "volume"),
    filters: &["snapshot-id", "status", "availability-zone"],
    paged: true,
};

pub(super) const SNAPSHOTS: Listing = Listing {
    set: "snapshotSet",
    ids: "SnapshotId",
    unknown: ("InvalidSnapshot.NotFound", "snapshot"),
    filters: &["volume-id", "status", "owner-id"],
    paged: true,
};

pub(super) const INSTANCES: Listing = Listing {
    set: "reservationSet",
    ids: "InstanceId",
    unknown: ("InvalidInstanceID.NotFound", "instance ID"),
    filters: &["vpc-id", "subnet-id", "instance-state-name"],
    paged: true,
};

pub(super) const REGIONS: Listing = Listing {
    set: "regionInfo",
    ids: "RegionName",
    unknown: ("InvalidParameterValue", "region"),
    filters: &["region-name", "opt-in-status"],
    paged: false,
};

/// Regions that are on in every account.
const ALWAYS_ON: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// The Regions that are on in every account.
pub(super) fn regions() -> Vec<Listed> {
    let region = |name: &str| Listed {
        id: name.to_owned(),
        facts: vec![("region-name", name.to_owned()), ("opt-in-status", "opt-in-not-required".to_owned())],
        tags: BTreeMap::new(),
        xml: Xml::new()
            .with("regionName", name)
            .with("regionEndpoint", format!("ec2.{name}.amazonaws.com"))
            .with("optInStatus", "opt-in-not-required"),
    };
    ALWAYS_ON.into_iter().map(region).collect()
}
