//! Second stage, second half: from what was written to what it means, with every default applied.
//!
//! Decides nothing: what is wrong has been reported before.

mod archive;
pub(crate) mod unattended;

use std::time::Duration;

use backproof_model::record::Authorisation;
use backproof_model::{PointKind, ProofLevel};
use serde_json::Value;

use crate::written::{
    AuthorisationTable, Choice, ConcurrencyTable, ConditionsTable, DatabasesTable, DeadlinesTable, LengthOfTime,
    LimitsTable, List, NetworkTable, Number, ObjectivesTable, Optional, PlanTable, Required, ResidencyTable, RouteKind,
    RouteTable, SandboxTable, ScopeTable, SelectionTable, SizeTable, TagTable, Text, ValidatorTable, Version,
};
use crate::{
    Concurrency, Conditions, DatabasesPlan, Deadlines, EntropyKind, Limits, NetworkPlan, ObjectivesPlan, Plan,
    ResidencyRule, Route, SampleSize, SandboxPlan, Scope, Selection, SourceAccount, StratumDimension, TagCondition,
    UnitKind, ValidatorAssignment, VaultPattern,
};

const DEFAULT_WINDOW_DAYS: u32 = 30;
/// Public relays of the beacon, by two operators: <https://docs.drand.love/dev-guide/developer/http-api>.
const BEACON_RELAYS: [&str; 2] = ["https://api.drand.sh", "https://drand.cloudflare.com"];
const DEFAULT_PER_STRATUM: u64 = 3;
const DEFAULT_MAX_ATTEMPTS: u32 = 2;
const DEFAULT_DELETE_AFTER_DAYS: u32 = 7;

/// Something that the plan needs is missing or could not be read; the problem has been reported.
pub(crate) struct Unread;

/// The plan that was written.
pub(crate) fn plan(table: PlanTable) -> Result<Plan, Unread> {
    let Version = needed(table.version)?;
    let scope = scope(needed(table.scope)?)?;
    let sandbox = sandbox(needed(table.sandbox)?, &scope)?;
    let archive = table.archive.map(|written| archive::archive(written.value, &sandbox)).transpose()?;
    Ok(Plan {
        name: text(needed(table.name)?).0,
        scope,
        selection: match table.selection {
            Some(written) => selection(written.value)?,
            None => selection(SelectionTable::default())?,
        },
        sandbox,
        residency: all(table.residency, residency_rule)?,
        authorisation: table.authorisation.map(|written| authorisation(written.value)).transpose()?,
        validators: all(table.validators, validator)?,
        required_level: choice(table.required_level).unwrap_or(ProofLevel::L3),
        objectives: objectives(table.objectives),
        concurrency: concurrency(table.concurrency),
        deadlines: deadlines(table.deadlines),
        max_attempts: number(table.max_attempts).unwrap_or(DEFAULT_MAX_ATTEMPTS),
        limits: limits(table.limits),
        schedule: table.schedule.map(|written| unattended::schedule(written.value)).transpose()?,
        budget: table.budget.map(|written| unattended::budget(written.value)).unwrap_or_default(),
        alarms: table.alarms.map(|written| unattended::alarms(written.value)).transpose()?.unwrap_or_default(),
        archive,
        evidence: table.evidence.map(|written| unattended::evidence(written.value)).transpose()?.unwrap_or_default(),
    })
}

fn scope(table: ScopeTable) -> Result<Scope, Unread> {
    let account = |table: crate::written::AccountTable| {
        Ok(SourceAccount {
            id: text(needed(table.id)?),
            role_arn: table.role_arn.map(|role| role.value.0.0.to_string()),
            external_id: table.external_id.map(|id| id.value.0.0),
            copy_role_arn: table.copy_role_arn.map(|role| role.value.0.0.to_string()),
            copy_caller_role_arn: table.copy_caller_role_arn.map(|role| role.value.0.0.to_string()),
        })
    };
    let every_vault = || vec![VaultPattern::new("*".to_owned())];
    Ok(Scope {
        accounts: all(table.accounts.0, account)?,
        regions: texts(needed(table.regions)?),
        include_vaults: table.include_vaults.map_or_else(every_vault, |list| texts(list.value)),
        exclude_vaults: optional_texts(table.exclude_vaults),
        resource_types: optional_texts(table.protected_resource_types),
        resource_arns: optional_texts(table.protected_resource_arns).into_iter().map(|arn| arn.0).collect(),
        protected_resource_conditions: table
            .protected_resource_conditions
            .map(|written| conditions(written.value))
            .transpose()?
            .unwrap_or_default(),
    })
}

fn conditions(table: ConditionsTable) -> Result<Conditions, Unread> {
    Ok(Conditions {
        string_equals: all(table.string_equals, tag)?,
        string_not_equals: all(table.string_not_equals, tag)?,
    })
}

fn tag(table: TagTable) -> Result<TagCondition, Unread> {
    Ok(TagCondition { key: text(needed(table.key)?).0, value: text(needed(table.value)?).0 })
}

fn selection(table: SelectionTable) -> Result<Selection, Unread> {
    let entropy = choice(table.entropy).unwrap_or(EntropyKind::Os);
    let both = vec![PointKind::Snapshot, PointKind::Continuous];
    Ok(Selection {
        selection_window_days: number(table.selection_window_days).unwrap_or(DEFAULT_WINDOW_DAYS),
        recovery_point_types: table.recovery_point_types.map_or(both, |list| choices(list.value)),
        strata: table.strata.map_or_else(|| vec![StratumDimension::ResourceType], |list| choices(list.value)),
        unit: choice(table.unit).unwrap_or(UnitKind::ProtectedResource),
        size: match table.size {
            Some(written) => size(&written.value)?,
            None => SampleSize::FixedPerStratum(DEFAULT_PER_STRATUM),
        },
        beacon_relays: match (entropy, table.beacon_relays) {
            (EntropyKind::DrandQuicknet, Some(list)) => texts(list.value).into_iter().map(|url| url.0).collect(),
            (EntropyKind::DrandQuicknet, None) => BEACON_RELAYS.map(str::to_owned).to_vec(),
            (EntropyKind::Os | EntropyKind::Previous | EntropyKind::Auditor, _) => Vec::new(),
        },
        entropy,
        include_cold_storage: table.include_cold_storage.is_some_and(|written| written.value),
    })
}

fn size(table: &SizeTable) -> Result<SampleSize, Unread> {
    let SizeTable { per_stratum, total, confidence, max_bad_rate } = table;
    match (per_stratum, total, confidence, max_bad_rate) {
        (Some(number), None, None, None) => Ok(SampleSize::FixedPerStratum(u64::from(number.value.0))),
        (None, Some(number), None, None) => Ok(SampleSize::Total(u64::from(number.value.0))),
        (None, None, Some(confidence), Some(rate)) => {
            Ok(SampleSize::Confidence { confidence: confidence.value.0, max_bad_rate: rate.value.0 })
        }
        // Reported as a problem by the cross-checks.
        _ => Err(Unread),
    }
}

fn sandbox(table: SandboxTable, scope: &Scope) -> Result<SandboxPlan, Unread> {
    let account = text(needed(table.account)?);
    let is_a_source = scope.account(&account).is_some();
    Ok(SandboxPlan {
        account,
        regions: texts(needed(table.regions)?),
        role_arn: table.role_arn.map(|role| role.value.0.0.to_string()),
        sweep_role_arn: table.sweep_role_arn.map(|role| role.value.0.0.to_string()),
        external_id: table.external_id.map(|id| id.value.0.0),
        restore_role_arn: text(needed(table.restore_role_arn)?).0.to_string(),
        same_account: table.same_account_reason.map(|reason| reason.value.0.0).filter(|_| is_a_source),
        protected_accounts: optional_texts(table.protected_accounts),
        routes: all(table.routes, route)?,
        network: table.network.map(|written| network(written.value)).transpose()?,
        databases: table.databases.map(|written| databases(written.value)).unwrap_or_default(),
        kms_key_arn: table.kms_key_arn.map(|key| key.value.0.0.to_string()),
    })
}

fn route(table: RouteTable) -> Result<Route, Unread> {
    match needed(table.kind)?.0 {
        RouteKind::Copy => Ok(Route::Copy {
            backup_vault_name: table.backup_vault_name.ok_or(Unread)?.value.0.0,
            delete_after_days: number(table.delete_after_days).unwrap_or(DEFAULT_DELETE_AFTER_DAYS),
        }),
        RouteKind::SharedVault => Ok(Route::SharedVault),
    }
}

fn network(table: NetworkTable) -> Result<NetworkPlan, Unread> {
    Ok(NetworkPlan {
        vpc_id: text(needed(table.vpc_id)?).0,
        subnet_ids: texts(needed(table.subnet_ids)?).into_iter().map(|id| id.0).collect(),
        security_group_ids: texts(needed(table.security_group_ids)?).into_iter().map(|id| id.0).collect(),
        db_subnet_group: table.db_subnet_group.map(|name| name.value.0.0),
    })
}

fn databases(table: DatabasesTable) -> DatabasesPlan {
    DatabasesPlan {
        reach: choice(table.reach).unwrap_or_default(),
        tunnel_instance_id: table.tunnel_instance_id.map(|id| id.value.0.0),
        probe: table.probe.map(|probe| probe.value.0.0),
        login: choice(table.login).unwrap_or_default(),
        login_user: table.login_user.map(|user| user.value.0.0),
        ca_file: table.ca_file.map(|file| file.value.0.0),
        instance_class: table.instance_class.map(|class| class.value.0.0),
    }
}

fn residency_rule(table: ResidencyTable) -> Result<ResidencyRule, Unread> {
    Ok(ResidencyRule {
        accounts: optional_texts(table.accounts),
        tag: table.tag.map(|written| tag(written.value)).transpose()?,
        allowed_regions: texts(needed(table.allowed_regions)?),
    })
}

fn authorisation(table: AuthorisationTable) -> Result<Authorisation, Unread> {
    Ok(Authorisation {
        authorised_by: text(needed(table.authorised_by)?).0,
        ticket: text(needed(table.ticket)?).0,
        data_classes: texts(needed(table.data_classes)?).into_iter().map(|class| class.0).collect(),
        expires: needed(table.expires)?.0,
    })
}

fn validator(table: ValidatorTable) -> Result<ValidatorAssignment, Unread> {
    Ok(ValidatorAssignment {
        validator: text(needed(table.r#use)?).0,
        resource_types: optional_texts(table.protected_resource_types),
        resource_arns: optional_texts(table.protected_resource_arns).into_iter().map(|arn| arn.0).collect(),
        tags: table.tag.map(|written| tag(written.value)).transpose()?,
        settings: table.settings.map_or_else(|| Value::Object(serde_json::Map::new()), |settings| settings.value.0),
    })
}

fn objectives(table: Optional<ObjectivesTable>) -> ObjectivesPlan {
    let table = table.map(|written| written.value).unwrap_or_default();
    let signed = |time| seconds(time).and_then(|seconds| i64::try_from(seconds).ok());
    ObjectivesPlan { rto: signed(table.rto), rpo_gap: signed(table.rpo_gap) }
}

fn concurrency(table: Optional<ConcurrencyTable>) -> Concurrency {
    let (table, default) = (table.map(|written| written.value).unwrap_or_default(), Concurrency::default());
    Concurrency {
        restores: number(table.restores).unwrap_or(default.restores),
        per_resource_type: number(table.per_resource_type).unwrap_or(default.per_resource_type),
    }
}

fn deadlines(table: Optional<DeadlinesTable>) -> Deadlines {
    let (table, default) = (table.map(|written| written.value).unwrap_or_default(), Deadlines::default());
    let or = |time, default| seconds(time).map_or(default, Duration::from_secs);
    Deadlines {
        copy: or(table.copy, default.copy),
        restore: or(table.restore, default.restore),
        ready: or(table.ready, default.ready),
        validate: or(table.validate, default.validate),
        delete: or(table.delete, default.delete),
        event_history: seconds(table.event_history).map_or(default.event_history, Duration::from_secs),
    }
}

fn limits(table: Optional<LimitsTable>) -> Limits {
    let (table, default) = (table.map(|written| written.value).unwrap_or_default(), Limits::default());
    Limits {
        max_backup_size_gib: number(table.max_backup_size_gib).map(u64::from),
        expires_within: seconds(table.expires_within).map_or(default.expires_within, Duration::from_secs),
    }
}

/// The value of a key that must be there.
fn needed<T>(key: Required<T>) -> Result<T, Unread> {
    key.0.map(|written| written.value).ok_or(Unread)
}

/// What `make` makes of each table of a list that may be missing.
fn all<T, U>(list: Optional<List<T>>, make: impl Fn(T) -> Result<U, Unread>) -> Result<Vec<U>, Unread> {
    list.map_or_else(Vec::new, |written| written.value).into_iter().map(|element| make(element.value)).collect()
}

fn text<T>(text: Text<T>) -> T {
    text.0
}

fn texts<T>(list: List<Text<T>>) -> Vec<T> {
    list.into_iter().map(|element| element.value.0).collect()
}

fn optional_texts<T>(list: Optional<List<Text<T>>>) -> Vec<T> {
    list.map_or_else(Vec::new, |list| texts(list.value))
}

fn choice<T>(choice: Optional<Choice<T>>) -> Option<T> {
    choice.map(|written| written.value.0)
}

fn choices<T>(list: List<Choice<T>>) -> Vec<T> {
    list.into_iter().map(|element| element.value.0).collect()
}

fn number<const LEAST: u32, const MOST: u32>(number: Optional<Number<LEAST, MOST>>) -> Option<u32> {
    number.map(|written| written.value.0)
}

fn seconds<const LEAST: u64>(time: Optional<Text<LengthOfTime<LEAST>>>) -> Option<u64> {
    time.map(|written| written.value.0.0)
}
