//! The tables of a plan file. This is the format: keys, what each takes, what each means.
//!
//! Keys are AWS Backup's own field names in snake case where AWS has one. Doc comments become the descriptions of the
//! JSON Schema, hence they speak to the one who writes a plan.

use backproof_model::{AccountId, PointKind, ProofLevel, Region, ResourceType};

use super::archive::ArchiveTable;
use super::contacts::HttpUrl;
use super::table::toml_table;
use super::texts::TagValue;
use super::unattended::{AlarmsTable, BudgetTable, EvidenceTable, ScheduleTable};
use super::{
    ArnPattern, Choice, Expiry, HostAndPort, InstanceClass, InstanceId, KeyArn, LengthOfTime, List, NonEmpty, Number,
    Optional, PlanName, Required, RoleArn, RouteKind, SameAccount, SecurityGroupId, Settings, Share, SubnetId, Text,
    VaultName, Version, VpcId,
};
use crate::{EntropyKind, LoginKind, ReachKind, StratumDimension, UnitKind, VaultPattern};

toml_table! {
    /// A restore testing plan: what is tested, where it is restored, by whose leave, against which objectives.
    PlanTable {
        /// The version of this format.
        version: Required<Version>,
        /// The plan's name. It appears in reports and in the register of runs.
        name: Required<Text<PlanName>>,
        /// The proof level that a restore test must reach to pass: L0 restored, L1 reachable, L2 structure complete,
        /// L3 content compared, L4 application answers. Default: L3.
        required_level: Optional<Choice<ProofLevel>>,
        /// How often one restore test may be tried, the first time included. Default: 2.
        max_attempts: Optional<Number<1, 10>>,
        /// Which recovery points make up the population.
        scope: Required<ScopeTable>,
        /// How the sample is drawn from the population.
        selection: Optional<SelectionTable>,
        /// Where restores go. Nothing else is ever changed.
        sandbox: Required<SandboxTable>,
        /// Data that may be restored in certain Regions only. Every rule that binds a point must allow the Region.
        residency: Optional<List<ResidencyTable>>,
        /// Who allowed production data to be restored. Without it a plan can list and draw, but not restore.
        authorisation: Optional<AuthorisationTable>,
        /// Which validators examine which restored resources.
        validators: Optional<List<ValidatorTable>>,
        /// What recovery has to achieve.
        objectives: Optional<ObjectivesTable>,
        /// How much happens at the same time.
        concurrency: Optional<ConcurrencyTable>,
        /// How long each phase of a restore test may take.
        deadlines: Optional<DeadlinesTable>,
        /// Which recovery points are left out for their size or age.
        limits: Optional<LimitsTable>,
        /// When the plan is due. Without it, it runs only when somebody says so.
        schedule: Optional<ScheduleTable>,
        /// What may be spent.
        budget: Optional<BudgetTable>,
        /// Who is told when something happens.
        alarms: Optional<AlarmsTable>,
        /// Whose report it is, who signs it, and which controls it is assessed against.
        evidence: Optional<EvidenceTable>,
        /// Where sealed bundles are kept so that nobody can change them. Without it: in the state directory alone.
        archive: Optional<ArchiveTable>,
    }
}

toml_table! {
    /// Which recovery points make up the population.
    ScopeTable {
        /// The accounts whose vaults are listed. They are only read.
        accounts: Required<List<AccountTable>>,
        /// The Regions whose vaults are listed.
        regions: Required<List<Text<Region>>>,
        /// Vaults that count, by name, or by ARN where it begins with `arn:`. Default: `["*"]`, every vault.
        include_vaults: Optional<List<Text<VaultPattern>>>,
        /// Vaults that do not count, even if included. Default: none.
        exclude_vaults: Optional<List<Text<VaultPattern>>>,
        /// Resource types that count, as AWS Backup spells them. Default: every type.
        protected_resource_types: Optional<List<Text<ResourceType>>>,
        /// Protected resources that count, by ARN. Default: every resource.
        protected_resource_arns: Optional<List<Text<ArnPattern>>>,
        /// Tags that the protected resource's latest recovery point must and must not have.
        protected_resource_conditions: Optional<ConditionsTable>,
    }
}

toml_table! {
    /// An account whose recovery points are listed.
    AccountTable {
        /// The account.
        id: Required<Text<AccountId>>,
        /// The role to assume for reading it. Default: the credentials at hand.
        role_arn: Optional<Text<RoleArn>>,
        /// The external id that the role's trust policy asks for.
        external_id: Optional<Text<NonEmpty>>,
        /// The role that AWS Backup assumes for copying recovery points; needed for the route `copy` only.
        copy_role_arn: Optional<Text<RoleArn>>,
        /// The role to assume for asking for copies; so that the one that reads cannot write. Default: `role_arn`.
        copy_caller_role_arn: Optional<Text<RoleArn>>,
    }
}

toml_table! {
    /// Tag conditions; all of them must hold.
    ConditionsTable {
        /// Tags that must be there with this value.
        string_equals: Optional<List<TagTable>>,
        /// Tags that must not be there with this value. A missing tag satisfies it.
        string_not_equals: Optional<List<TagTable>>,
    }
}

toml_table! {
    /// A tag with its value, compared exactly.
    TagTable {
        /// The tag's key.
        key: Required<Text<NonEmpty>>,
        /// The tag's value.
        value: Required<Text<TagValue>>,
    }
}

toml_table! {
    /// How the sample is drawn from the population.
    SelectionTable {
        /// Points older than this many days are not eligible. Default: 30.
        selection_window_days: Optional<Number<1, 365>>,
        /// Snapshots, continuous (point-in-time) recovery points, or both. Default: both.
        recovery_point_types: Optional<List<Choice<PointKind>>>,
        /// What the population is split by before the draw; every stratum is drawn from. Default: `["type"]`.
        strata: Optional<List<Choice<StratumDimension>>>,
        /// What is drawn and counted: protected resources, of each of which one point is tested, or recovery points.
        /// Default: protected-resource.
        unit: Optional<Choice<UnitKind>>,
        /// How many units are drawn. Default: 3 per stratum.
        size: Optional<SizeTable>,
        /// Where the draw's randomness comes from: os and previous are self-attested, auditor and drand-quicknet can
        /// be verified by others. Default: os.
        entropy: Optional<Choice<EntropyKind>>,
        /// Relays (URLs) that are asked for the round of drand-quicknet, in this order; their answers are verified.
        /// Empty: nobody is asked, and the round is handed in by file. Default: `https://api.drand.sh` and
        /// `https://drand.cloudflare.com`.
        beacon_relays: Optional<List<Text<HttpUrl>>>,
        /// Whether points in cold storage are eligible; retrieving them costs. Default: false.
        include_cold_storage: Optional<bool>,
    }
}

toml_table! {
    /// How many units are drawn: either `per_stratum`, or total, or confidence with `max_bad_rate`.
    SizeTable {
        /// So many of every stratum, or all of a smaller one.
        per_stratum: Optional<Number<1, 1_000_000>>,
        /// So many in all, in proportion to the strata's sizes, at least one of each.
        total: Optional<Number<1, 1_000_000>>,
        /// In every stratum as many as it takes to say with this confidence, no failure being found, that at most
        /// `max_bad_rate` of it is bad. 95 % is written 0.95.
        confidence: Optional<Share>,
        /// The share of bad units that may remain unnoticed. 5 % is written 0.05.
        max_bad_rate: Optional<Share>,
    }
}

toml_table! {
    /// Where restores go.
    SandboxTable {
        /// The account. It must not be a source account, unless `same_account` says otherwise.
        account: Required<Text<AccountId>>,
        /// Regions in which something may be created and deleted; every Region of the scope must be among them.
        regions: Required<List<Text<Region>>>,
        /// The role to assume in the sandbox account. Default: the credentials at hand.
        role_arn: Optional<Text<RoleArn>>,
        /// The role to assume in the sandbox account for sweeping, so that a janitor can delete and nothing else.
        /// Default: `role_arn`.
        sweep_role_arn: Optional<Text<RoleArn>>,
        /// The external id that the roles' trust policies ask for.
        external_id: Optional<Text<NonEmpty>>,
        /// The role that AWS Backup assumes for restoring; it belongs to the sandbox account.
        restore_role_arn: Required<Text<RoleArn>>,
        /// Set to "accepted" where the sandbox has to be a source account; reports say so on their first page.
        same_account: Optional<Choice<SameAccount>>,
        /// Why that is accepted.
        same_account_reason: Optional<Text<NonEmpty>>,
        /// Accounts that must never be the sandbox, whatever else is configured.
        protected_accounts: Optional<List<Text<AccountId>>>,
        /// Ways of recovery points into the sandbox. Points that are there already need none.
        routes: Optional<List<RouteTable>>,
        /// The network that restored resources are put into, for types that live in one.
        network: Optional<NetworkTable>,
        /// How restored databases are reached and logged in to.
        databases: Optional<DatabasesTable>,
        /// The key that restored resources are encrypted with. Default: AWS's default of the type.
        kms_key_arn: Optional<Text<KeyArn>>,
    }
}

toml_table! {
    /// A way of recovery points into the sandbox.
    RouteTable {
        /// copy: into a vault of the sandbox account. shared-vault: a logically air-gapped vault shared with it.
        kind: Required<Choice<RouteKind>>,
        /// The vault of the sandbox account that copies go to; for the kind copy.
        backup_vault_name: Optional<Text<VaultName>>,
        /// After how many days AWS Backup deletes a copy, should nobody else have done so. Default: 7.
        delete_after_days: Optional<Number<1, 365>>,
    }
}

toml_table! {
    /// The sandbox's network.
    NetworkTable {
        /// The VPC.
        vpc_id: Required<Text<VpcId>>,
        /// Its subnets.
        subnet_ids: Required<List<Text<SubnetId>>>,
        /// Its security groups.
        security_group_ids: Required<List<Text<SecurityGroupId>>>,
        /// The DB subnet group for RDS and its kin.
        db_subnet_group: Optional<Text<NonEmpty>>,
    }
}

toml_table! {
    /// How restored databases are reached and logged in to.
    DatabasesTable {
        /// inside: backproof runs in the sandbox's VPC. tunnel: SSM port forwarding through an instance of the sandbox.
        /// data-api: the RDS Data API, which serves Aurora clusters only. Default: inside.
        reach: Optional<Choice<ReachKind>>,
        /// The instance that forwards ports; for the reach `tunnel`.
        tunnel_instance_id: Optional<Text<InstanceId>>,
        /// Something in the sandbox's network that accepts connections, tried before the first restore: host:port.
        probe: Optional<Text<HostAndPort>>,
        /// reset-password: a new master password, kept in memory. iam: a token for `login_user`. Default:
        /// reset-password.
        login: Optional<Choice<LoginKind>>,
        /// The user of the restored data that logs in by IAM; for the login `iam`.
        login_user: Optional<Text<NonEmpty>>,
        /// PEM certificates of the authorities that may vouch for database servers: RDS's global bundle. Default:
        /// those of the operating system, among which RDS's are not.
        ca_file: Optional<Text<NonEmpty>>,
        /// The instance class to restore with. Default: the source's.
        instance_class: Optional<Text<InstanceClass>>,
    }
}

toml_table! {
    /// Data that may be restored in certain Regions only.
    ResidencyTable {
        /// The source accounts whose data the rule binds. Default: all.
        accounts: Optional<List<Text<AccountId>>>,
        /// The tag of the data that the rule binds. Default: all data.
        tag: Optional<TagTable>,
        /// The Regions in which that data may be restored.
        allowed_regions: Required<List<Text<Region>>>,
    }
}

toml_table! {
    /// Who allowed production data to be restored (ISO/IEC 27001:2022, Annex A 8.33).
    AuthorisationTable {
        /// The person.
        authorised_by: Required<Text<NonEmpty>>,
        /// Where that is written down.
        ticket: Required<Text<NonEmpty>>,
        /// The classes of data that may be restored.
        data_classes: Required<List<Text<NonEmpty>>>,
        /// Until when it holds: date, time and offset from UTC.
        expires: Required<Expiry>,
    }
}

toml_table! {
    /// A validator, and the protected resources whose restores it examines.
    ValidatorTable {
        /// The validator's name.
        r#use: Required<Text<NonEmpty>>,
        /// Resource types that it examines. Default: every type that it can.
        protected_resource_types: Optional<List<Text<ResourceType>>>,
        /// Protected resources that it examines, by ARN. Default: all.
        protected_resource_arns: Optional<List<Text<ArnPattern>>>,
        /// The tag of the protected resources that it examines. Default: all.
        tag: Optional<TagTable>,
        /// The validator's own settings.
        settings: Optional<Settings>,
    }
}

toml_table! {
    /// What recovery has to achieve.
    ObjectivesTable {
        /// Recovery time objective: from the start of the restore until the data is known to be good.
        rto: Optional<Text<LengthOfTime<1>>>,
        /// Recovery point objective: the longest gap between two points of a resource.
        rpo_gap: Optional<Text<LengthOfTime<1>>>,
    }
}

toml_table! {
    /// How much happens at the same time.
    ConcurrencyTable {
        /// Restore tests between restore and deletion, in all. Default: 8.
        restores: Optional<Number<1, 1000>>,
        /// Of these, in one account, Region and resource type. Default: 4.
        per_resource_type: Optional<Number<1, 1000>>,
    }
}

toml_table! {
    /// How long each phase of a restore test may take.
    DeadlinesTable {
        /// Copying the recovery point into the sandbox. Default: 6h.
        copy: Optional<Text<LengthOfTime<1>>>,
        /// The restore job. Default: 6h.
        restore: Optional<Text<LengthOfTime<1>>>,
        /// Making the restored resource ready to be examined. Default: 1h.
        ready: Optional<Text<LengthOfTime<1>>>,
        /// All validators of one restored resource. Default: 2h.
        validate: Optional<Text<LengthOfTime<1>>>,
        /// Deleting it, until it is seen absent. Default: 1h.
        delete: Optional<Text<LengthOfTime<1>>>,
        /// Until CloudTrail's event history shows what the run did, once all is deleted. Default: 5m.
        event_history: Optional<Text<LengthOfTime<0>>>,
    }
}

toml_table! {
    /// Which recovery points are left out for their size or age; each is listed with its reason.
    LimitsTable {
        /// Points larger than this many GiB are left out. Default: no limit.
        max_backup_size_gib: Optional<Number<1, 1_000_000_000>>,
        /// Points that their lifecycle deletes within this time are left out. Default: 24h.
        expires_within: Optional<Text<LengthOfTime<0>>>,
    }
}
