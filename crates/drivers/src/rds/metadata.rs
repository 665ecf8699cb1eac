//! Restore metadata of DB instances: an allow-list, with everything that decides where the instance lands set by us.
//!
//! The keys are those of `RestoreDBInstanceFromDBSnapshot`, and for continuous points of
//! `RestoreDBInstanceToPointInTime`. Never sent: the source's snapshot, zone, parameter and option groups, key,
//! database name and log exports. The key cannot be changed by a restore: it is the snapshot's.

use std::collections::BTreeMap;

use backproof_cloud::{Landing, ProposedMetadata, RestoreOrder};
use backproof_model::cost::CostFacts;
use backproof_model::metadata::{Form, KeyRule};
use backproof_model::{MetadataRules, PointKind, RestoreMetadata};

use super::engines::{ENGINES, Engine, LICENSES, engine};
use crate::left_out::left_out;

const ENGINE: &str = "Engine";
const CLASS: &str = "DBInstanceClass";
const PORT: &str = "Port";
const STORAGE_TYPE: &str = "StorageType";
const STORAGE: &str = "AllocatedStorage";
const IOPS: &str = "Iops";
const LICENSE: &str = "LicenseModel";
const RESTORE_TIME: &str = "RestoreTime";
const LATEST: &str = "UseLatestRestorableTime";

const STORAGE_TYPES: &[&str] = &["gp2", "gp3", "io1", "io2", "standard"];
/// Storage of these types has the number of operations per second that one asks for, and needs it.
const PROVISIONED: &[&str] = &["io1", "io2"];

/// Source: Amazon RDS API reference, `RestoreDBInstanceFromDBSnapshot`, `Port`.
const LOWEST_PORT: u16 = 1150;

/// Proposes metadata that can only lead into the sandbox.
pub(super) fn propose(order: &RestoreOrder) -> Result<ProposedMetadata, String> {
    if order.point.resource_arn.arn().resource().starts_with("cluster:") {
        return Err("it is the backup of a Multi-AZ DB cluster, and only DB instances are restored".into());
    }
    let mut proposal = Proposal::of(order);
    proposal.land(&order.resource_name, &order.landing)?;
    proposal.keep_what_leads_nowhere(&order.landing);
    if order.point.kind() == PointKind::Continuous {
        proposal.choose_moment();
    }
    let Proposal { metadata, keys, .. } = proposal;
    let left_out = left_out(order, &metadata);
    let rules = MetadataRules { keys, foreign_accounts: order.foreign_accounts.clone() };
    Ok(ProposedMetadata { metadata, rules, left_out })
}

/// What decides the price of the instance that a restore makes, as its source says it: the same as is sent.
pub(super) fn cost_facts(original: &RestoreMetadata) -> CostFacts {
    let said = |key: &str| original.get(key).filter(|value| !value.is_empty());
    let number = |key: &str| said(key).and_then(|value| value.parse().ok());
    let storage_type = said(STORAGE_TYPE);
    let provisioned = storage_type.is_some_and(|kind| PROVISIONED.contains(&kind));
    CostFacts {
        engine: said(ENGINE).and_then(engine).map(|engine| engine.name.to_owned()),
        instance_class: said(CLASS).map(str::to_owned),
        storage_type: storage_type.map(str::to_owned),
        storage_gib: number(STORAGE),
        iops: number(IOPS).filter(|_| provisioned),
    }
}

/// Metadata in the making. Its rules do not depend on what the source says, so that they can be made again without it.
struct Proposal<'a> {
    order: &'a RestoreOrder,
    metadata: RestoreMetadata,
    keys: BTreeMap<&'static str, KeyRule>,
}

impl<'a> Proposal<'a> {
    fn of(order: &'a RestoreOrder) -> Self {
        Self { order, metadata: RestoreMetadata::default(), keys: BTreeMap::new() }
    }

    /// Sets all that decides where the instance is, who can reach it and what it does by itself.
    fn land(&mut self, name: &str, landing: &Landing) -> Result<(), String> {
        let group = landing.db_subnet_group.as_deref().ok_or(
            "the plan names no sandbox.network.db_subnet_group, and without one RDS restores into the default VPC",
        )?;
        if landing.security_group_ids.is_empty() {
            return Err("the plan names no sandbox.network.security_group_ids, and without one RDS takes the VPC's \
                        default group"
                .into());
        }
        let groups = serde_json::to_string(&landing.security_group_ids).map_err(|error| error.to_string())?;
        self.must("DBInstanceIdentifier", name);
        self.must("DBSubnetGroupName", group);
        self.must("VpcSecurityGroupIds", &groups);
        for off in
            ["MultiAZ", "PubliclyAccessible", "DeletionProtection", "AutoMinorVersionUpgrade", "CopyTagsToSnapshot"]
        {
            self.must(off, "false");
        }
        Ok(())
    }

    /// Keeps of the source what is a matter of size, speed and licence.
    fn keep_what_leads_nowhere(&mut self, landing: &Landing) {
        let known = self.source(ENGINE).and_then(engine);
        self.may(ENGINE, ENGINES.iter().map(|engine| engine.name), known.map(|engine| engine.name));
        match &landing.db_instance_class {
            Some(class) => self.must(CLASS, class),
            None => self.may_be(CLASS, Form::InstanceClass, self.source(CLASS).map(str::to_owned)),
        }
        self.may_be(PORT, Form::Number, self.port(known));
        let storage = self.source(STORAGE_TYPE).filter(|kind| STORAGE_TYPES.contains(kind));
        let iops = self.source(IOPS).filter(|iops| Form::Number.fits(iops) && *iops != "0");
        // Provisioned storage without its number would be refused; RDS's own choice is then the better one.
        let (storage, iops) = match storage {
            Some(kind) if PROVISIONED.contains(&kind) && iops.is_none() => (None, None),
            Some(kind) if PROVISIONED.contains(&kind) => (storage, iops),
            Some(_) | None => (storage, None),
        };
        self.may(STORAGE_TYPE, STORAGE_TYPES.iter().copied(), storage);
        self.may_be(IOPS, Form::Number, iops.map(str::to_owned));
        let licensed = known.is_some_and(|engine| engine.licensed);
        let license = self.source(LICENSE).filter(|license| licensed && LICENSES.contains(license));
        self.may(LICENSE, LICENSES.iter().copied(), license);
        if landing.db_iam_login {
            let read = known.is_none_or(|engine| engine.read);
            self.may("EnableIAMDatabaseAuthentication", ["true"], read.then_some("true"));
        }
    }

    /// The moment that a continuous point is restored to: the one that AWS infers, else the latest.
    fn choose_moment(&mut self) {
        let given = [&self.order.inferred, &self.order.original].into_iter().find_map(|of| of.get(RESTORE_TIME));
        let given = given.filter(|moment| Form::Moment.fits(moment)).map(str::to_owned);
        let latest = given.is_none().then_some("true");
        self.may_be(RESTORE_TIME, Form::Moment, given);
        self.may(LATEST, ["true"], latest);
    }

    /// The source's port; RDS gives 0 for some snapshots, and takes none below [`LOWEST_PORT`].
    fn port(&self, engine: Option<&Engine>) -> Option<String> {
        let given = self.source(PORT).and_then(|port| port.parse::<u16>().ok()).filter(|port| *port >= LOWEST_PORT);
        given.or(engine.map(|engine| engine.port)).map(|port| port.to_string())
    }

    /// What AWS says of the source.
    fn source(&self, key: &str) -> Option<&'a str> {
        let said = |of: &'a RestoreMetadata| of.get(key).filter(|value| !value.is_empty());
        said(&self.order.original).or_else(|| said(&self.order.inferred))
    }

    fn must(&mut self, key: &'static str, value: &str) {
        self.metadata.set(key, value);
        self.keys.insert(key, KeyRule::Must(value.to_owned()));
    }

    fn may(&mut self, key: &'static str, allowed: impl IntoIterator<Item = &'static str>, value: Option<&str>) {
        self.keys.insert(key, KeyRule::May(allowed.into_iter().map(str::to_owned).collect()));
        if let Some(value) = value {
            self.metadata.set(key, value);
        }
    }

    fn may_be(&mut self, key: &'static str, form: Form, value: Option<String>) {
        self.keys.insert(key, KeyRule::MayBe(form));
        if let Some(value) = value.filter(|value| form.fits(value)) {
            self.metadata.set(key, value);
        }
    }
}
