//! Restore metadata of an RDS instance: what AWS Backup passes on to `RestoreDBInstanceFromDBSnapshot`, or for
//! continuous points to `RestoreDBInstanceToPointInTime`, and what not.
//!
//! Source: AWS Backup developer guide, "Restore an RDS database"; the parameters of the RDS API. Whoever sends back
//! what a recovery point remembers meets keys that the restore does not take.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::world::Span;

/// Keys that are taken, in lower case. The last ones say something, and have no effect.
const TAKEN: [&str; 37] = [
    "allocatedstorage",
    "autominorversionupgrade",
    "availabilityzone",
    "aws:backup:request-id",
    "backuptarget",
    "copytagstosnapshot",
    "dbinstanceclass",
    "dbinstanceidentifier",
    "dbname",
    "dbparametergroupname",
    "dbsubnetgroupname",
    "dedicatedlogvolume",
    "deletionprotection",
    "domain",
    "domainiamrolename",
    "enablecloudwatchlogsexports",
    "enablecustomerownedip",
    "enableiamdatabaseauthentication",
    "engine",
    "iops",
    "licensemodel",
    "multiaz",
    "networktype",
    "optiongroupname",
    "port",
    "processorfeatures",
    "publiclyaccessible",
    "storagethroughput",
    "storagetype",
    "tdecredentialarn",
    "tdecredentialpassword",
    "usedefaultprocessorfeatures",
    "vpcsecuritygroupids",
    "engineversion",
    "kmskeyid",
    "encrypted",
    "vpcid",
];

/// Keys that say which moment of a continuous point is wanted.
const MOMENT: [&str; 2] = ["restoretime", "uselatestrestorabletime"];

/// How far the latest restorable moment of a continuous point lies back.
const LATEST: Span = Span::seconds(300);

/// What a restore is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the API's own independent settings")]
pub(super) struct Wanted {
    pub(super) class: Option<String>,
    pub(super) subnet_group: Option<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) parameter_group: Option<String>,
    pub(super) option_group: Option<String>,
    pub(super) multi_az: bool,
    pub(super) publicly_accessible: bool,
    pub(super) deletion_protection: bool,
    pub(super) iam_authentication: Option<bool>,
    pub(super) minor_upgrades: bool,
    pub(super) copies_tags_to_snapshots: bool,
    pub(super) log_exports: Vec<String>,
}

/// The identifier of the instance that is to be made, in lower case; none where the metadata names none that can be.
pub(crate) fn identifier(metadata: &BTreeMap<String, String>) -> Option<String> {
    let name = value(metadata, "DBInstanceIdentifier")?.to_lowercase();
    let permitted = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let fits = name.len() <= 63 && permitted && begins_well && !name.ends_with('-') && !name.contains("--");
    fits.then_some(name)
}

/// Which moments a recovery point can be restored to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moments {
    /// That of its snapshot.
    One(Timestamp),
    /// All since its beginning.
    Since(Timestamp),
}

/// Why the restore fails before it does anything; nothing where the keys and values can be.
pub(crate) fn refusal(
    metadata: &BTreeMap<String, String>,
    engine: &str,
    moments: Moments,
    now: Timestamp,
) -> Option<String> {
    wanted(metadata, engine).and_then(|_| moment(metadata, moments, now)).err()
}

/// The moment of the data that a restore asks for.
///
/// # Errors
/// There is none, or it cannot be had, as the job's message.
pub(crate) fn moment(
    metadata: &BTreeMap<String, String>,
    moments: Moments,
    now: Timestamp,
) -> Result<Timestamp, String> {
    let untaken = metadata.keys().find(|key| MOMENT.contains(&key.to_lowercase().as_str()));
    match (moments, untaken) {
        (Moments::One(moment), None) => Ok(moment),
        (Moments::One(_), Some(key)) => Err(format!("Invalid restore metadata. Unsupported parameter: {key}")),
        (Moments::Since(first), _) => {
            let latest = LATEST.before(now);
            let asked = match (value(metadata, "RestoreTime"), value(metadata, "UseLatestRestorableTime")) {
                (None, Some("true")) => latest,
                (Some(text), None | Some("false")) => {
                    text.parse().map_err(|_| format!("Invalid restore metadata. RestoreTime is no time: {text}"))?
                }
                (None | Some(_), _) => {
                    return Err("Either RestoreTime or UseLatestRestorableTime must be specified".to_owned());
                }
            };
            let can_be_had = (first..=latest).contains(&asked);
            can_be_had
                .then_some(asked)
                .ok_or_else(|| format!("The restore time {asked} is not from {first} to {latest}"))
        }
    }
}

/// What is asked for.
///
/// # Errors
/// A key or a value that the restore does not take, as the job's message.
pub(super) fn wanted(metadata: &BTreeMap<String, String>, engine: &str) -> Result<Wanted, String> {
    let is_taken = |key: &String| [&TAKEN[..], &MOMENT].concat().contains(&key.to_lowercase().as_str());
    let untaken = metadata.keys().find(|key| !is_taken(key));
    if let Some(key) = untaken {
        return Err(format!("Invalid restore metadata. Unsupported parameter: {key}"));
    }
    if let Some(other) = value(metadata, "Engine").filter(|other| *other != engine) {
        return Err(format!("The engine {other} does not match the engine {engine} of the snapshot"));
    }
    let port = value(metadata, "Port").map(|text| text.parse::<u16>().unwrap_or(0));
    if let Some(port) = port.filter(|port| *port < 1150) {
        return Err(format!("Invalid database port: {port}. Valid ports are from 1150 to 65535"));
    }
    let class = value(metadata, "DBInstanceClass");
    if let Some(class) = class.filter(|class| !class.starts_with("db.")) {
        return Err(format!("Invalid DB Instance class: {class}"));
    }
    let truth = |name: &str| match value(metadata, name) {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(format!("Invalid restore metadata. {name} is neither true nor false: {other}")),
    };
    let list = |name: &str| match value(metadata, name) {
        None => Ok(Vec::new()),
        Some(text) => serde_json::from_str::<Vec<String>>(text)
            .map_err(|_| format!("Invalid restore metadata. {name} is not a JSON list of texts: {text}")),
    };
    let text = |name: &str| value(metadata, name).map(str::to_owned);
    Ok(Wanted {
        class: class.map(str::to_owned),
        subnet_group: text("DBSubnetGroupName"),
        security_groups: list("VpcSecurityGroupIds")?,
        parameter_group: text("DBParameterGroupName"),
        option_group: text("OptionGroupName"),
        multi_az: truth("MultiAZ")?.unwrap_or(false),
        publicly_accessible: truth("PubliclyAccessible")?.unwrap_or(false),
        deletion_protection: truth("DeletionProtection")?.unwrap_or(false),
        iam_authentication: truth("EnableIAMDatabaseAuthentication")?,
        minor_upgrades: truth("AutoMinorVersionUpgrade")?.unwrap_or(true),
        copies_tags_to_snapshots: truth("CopyTagsToSnapshot")?.unwrap_or(false),
        log_exports: list("EnableCloudwatchLogsExports")?,
    })
}

/// The value of a key, which may be written in any case; empty is absent.
fn value<'a>(metadata: &'a BTreeMap<String, String>, wanted: &str) -> Option<&'a str> {
    let found = metadata.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn refused(pairs: &[(&str, &str)], moments: Moments) -> Option<String> {
        refusal(&metadata(pairs), "postgres", moments, "2026-03-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_continuous_point_is_restored_to_one_of_its_moments_and_a_snapshot_to_its_own() {
        let first: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
        for (pairs, is_fine) in [
            (vec![], false),
            (vec![("UseLatestRestorableTime", "true")], true),
            (vec![("RestoreTime", "2026-02-10T00:00:00Z")], true),
            (vec![("RestoreTime", "2026-01-10T00:00:00Z")], false),
            (vec![("RestoreTime", "2026-02-28T23:58:00Z")], false),
            (vec![("RestoreTime", "yesterday")], false),
            (vec![("RestoreTime", "2026-02-10T00:00:00Z"), ("UseLatestRestorableTime", "true")], false),
        ] {
            assert_eq!(refused(&pairs, Moments::Since(first)).is_none(), is_fine, "{pairs:?}");
            assert_eq!(refused(&pairs, Moments::One(first)).is_none(), pairs.is_empty(), "{pairs:?}");
        }
    }

    #[test]
    fn names_that_rds_refuses_are_none() {
        for name in ["", "1db", "a--b", "a-", "a_b", &"a".repeat(64)] {
            assert_eq!(identifier(&metadata(&[("DBInstanceIdentifier", name)])), None, "{name}");
        }
        assert_eq!(identifier(&metadata(&[("dbInstanceIdentifier", "BP-1")])).as_deref(), Some("bp-1"));
    }

    #[test]
    fn what_a_point_remembers_cannot_be_sent_back_unread() {
        let cases = [
            (("DBSnapshotIdentifier", "x"), "Unsupported parameter: DBSnapshotIdentifier"),
            (("InformationalOnly:Engine", "postgres"), "Unsupported parameter: InformationalOnly:Engine"),
            (("Port", "0"), "Invalid database port: 0"),
            (("DBInstanceClass", "m6g"), "Invalid DB Instance class: m6g"),
            (("MultiAZ", "maybe"), "MultiAZ is neither true nor false"),
            (("VpcSecurityGroupIds", "sg-1"), "not a JSON list"),
            (("Engine", "mysql"), "does not match the engine postgres"),
        ];
        for (pair, expected) in cases {
            let refused = refused(&[pair], Moments::One(Timestamp::UNIX_EPOCH)).unwrap();
            assert!(refused.contains(expected), "{refused}");
        }
        let fine = [("EngineVersion", "1"), ("MULTIAZ", "true"), ("VpcSecurityGroupIds", "[\"sg-1\"]"), ("Port", "")];
        assert_eq!(refused(&fine, Moments::One(Timestamp::UNIX_EPOCH)), None);
        assert!(wanted(&metadata(&fine), "postgres").unwrap().multi_az);
    }
}
