//! Puts the program together: plan, state, way to AWS, drivers, validators, clock.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials, RateLimits, ReachConfig, ReachWay, SandboxRole, SourceRole};
use backproof_clock::{RealClock, SharedClock};
use backproof_cloud::{Cloud, SandboxConfig, SigningKeys, Topics};
use backproof_engine::{Progress, ValidatorList, Witnesses, World};
use backproof_model::names::Installation;
use backproof_plan::{DatabasesPlan, Plan, ReachKind};
use backproof_store::{OpenOptions, Store, StoreError};
use backproof_validators::Access;
use backproof_validators_api::FingerprintKey;
use rand::TryRng;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::approval;
use crate::args::Common;
use crate::exit::UsageError;
use crate::simulated_time::SimulatedTime;
use crate::witnesses::WebWitnesses;

/// A plan with its text.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) text: String,
}

/// Reads the plan file; prints its warnings, or all of its problems at once.
pub(crate) fn read_plan(common: &Common) -> anyhow::Result<Planned> {
    let name = common.plan.display().to_string();
    let text = match std::fs::read_to_string(&common.plan) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let hint = "hint: `backproof init` writes a commented one; or name yours with --plan or BACKPROOF_PLAN";
            return Err(UsageError(format!("there is no plan file `{name}`\n{hint}")).into());
        }
        Err(error) => return Err(UsageError(format!("cannot read the plan file `{name}`: {error}")).into()),
    };
    parse_plan(&name, text)
}

/// Reads a plan from its text.
pub(crate) fn parse_plan(name: &str, text: String) -> anyhow::Result<Planned> {
    let driven = backproof_drivers::driven_types();
    let driven: Vec<&str> = driven.iter().map(backproof_model::ResourceType::as_str).collect();
    match backproof_plan::parse(&text, backproof_validators::NAMES, &driven) {
        Ok(parsed) => {
            for warning in &parsed.warnings {
                eprintln!("warning: {}", warning.render(name));
            }
            Ok(Planned { plan: parsed.plan, text })
        }
        Err(problems) => {
            Err(UsageError(format!("the plan cannot be used\n\n{}", problems.render(name).trim_end())).into())
        }
    }
}

/// Where the state is: as given, or beside the plan file.
pub(crate) fn state_directory(common: &Common) -> PathBuf {
    common.state.clone().unwrap_or_else(|| {
        let beside = common.plan.parent().filter(|parent| !parent.as_os_str().is_empty());
        beside.unwrap_or_else(|| Path::new(".")).join(".backproof")
    })
}

/// The time: the wall's, or a simulator's.
pub(crate) fn clock(common: &Common) -> SharedClock {
    common.simulated_time.map_or_else(|| Arc::new(RealClock) as SharedClock, SimulatedTime::clock)
}

/// Opens the state directory, and its mirror where it has one. What is wrong with them before anything began is for the
/// user to mend.
pub(crate) async fn open_store(directory: &Path, mirror: Option<&Path>, clock: SharedClock) -> anyhow::Result<Store> {
    let options = OpenOptions { mirror: mirror.map(Path::to_owned), ..OpenOptions::default() };
    Store::open_with(directory, clock, &owner(), new_installation()?, options).await.map_err(|error| match error {
        StoreError::Files { .. }
        | StoreError::InUse { .. }
        | StoreError::Migration { .. }
        | StoreError::Newer { .. }
        | StoreError::Mirror { .. } => UsageError(error.to_string()).into(),
        StoreError::Database { .. }
        | StoreError::UnsafeSqlite { .. }
        | StoreError::Held { .. }
        | StoreError::UnknownEvent { .. }
        | StoreError::StaleToken { .. }
        | StoreError::Damaged { .. }
        | StoreError::TooLarge { .. }
        | StoreError::ToldToStop => error.into(),
    })
}

/// Who we are, for other processes that find us in the directory.
fn owner() -> String {
    format!("process {} of {}", std::process::id(), operator())
}

/// The user and host, for the record.
pub(crate) fn operator() -> String {
    let named = || std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).ok().filter(|name| !name.is_empty());
    // Schedulers start programs without either; the number is better than nobody.
    let numbered = || std::fs::metadata("/proc/self").ok().map(|own| format!("user {}", own.uid()));
    let user = named().or_else(numbered).unwrap_or_else(|| "unknown user".into());
    let host = std::fs::read_to_string("/etc/hostname").map(|host| host.trim().to_owned()).unwrap_or_default();
    if host.is_empty() { user } else { format!("{user} on {host}") }
}

/// The person who answers for what is done: as named, or the user and host.
pub(crate) fn operator_of(common: &Common) -> String {
    common.operator.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(operator)
}

fn new_installation() -> anyhow::Result<Installation> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 8];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).context("the operating system gave no random numbers")?;
    let name: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    name.parse().context("a new installation's name")
}

/// The way to AWS, and whether it is the real one.
pub(crate) struct Way {
    pub(crate) cloud: Arc<dyn Cloud>,
    pub(crate) simulated: bool,
}

/// The way to AWS as flags and environment say.
pub(crate) async fn way_to_aws(common: &Common, plan: &Plan, clock: SharedClock) -> Way {
    let simulated = !endpoints(common).await.iter().all(|url| is_of_aws(url));
    Way { cloud: Arc::new(aws(common, plan, clock)), simulated }
}

/// The way to SNS topics, by the same credentials.
pub(crate) fn topics(common: &Common, plan: &Plan, clock: SharedClock) -> Arc<dyn Topics> {
    Arc::new(aws(common, plan, clock))
}

/// The way to keys and buckets, which are no account's that a plan reads or restores into.
pub(crate) fn without_plan(common: &Common, clock: SharedClock) -> AwsCloud {
    AwsCloud::new(AwsConfig {
        credentials: BaseCredentials::Chain { profile: common.profile.clone() },
        endpoint_url: common.endpoint_url.clone(),
        ..AwsConfig::new(clock)
    })
}

/// Keys in AWS KMS that sign, by the same credentials.
pub(crate) fn signing_keys(common: &Common, clock: SharedClock) -> Arc<dyn SigningKeys> {
    Arc::new(without_plan(common, clock))
}

fn aws(common: &Common, plan: &Plan, clock: SharedClock) -> AwsCloud {
    AwsCloud::new(AwsConfig {
        credentials: BaseCredentials::Chain { profile: common.profile.clone() },
        endpoint_url: common.endpoint_url.clone(),
        ..aws_config(plan, clock)
    })
}

/// Every endpoint that flags, environment or profile name in the place of AWS's own.
async fn endpoints(common: &Common) -> Vec<String> {
    let named = std::env::vars().filter(|(name, _)| name.starts_with("AWS_ENDPOINT_URL")).map(|(_, url)| url);
    let named: Vec<String> = named.collect(); // the environment cannot be held on to while one waits
    let surroundings = backproof_aws::surroundings(common.profile.as_deref()).await;
    common.endpoint_url.iter().cloned().chain(named).chain(surroundings.endpoint_url).collect()
}

/// What the plan says of accounts and roles.
pub(crate) fn aws_config(plan: &Plan, clock: SharedClock) -> AwsConfig {
    let sandbox = &plan.sandbox;
    AwsConfig {
        sources: plan
            .scope
            .accounts
            .iter()
            .map(|account| SourceRole {
                account: account.id.clone(),
                role_arn: account.role_arn.clone(),
                external_id: account.external_id.clone(),
                copy_caller_role_arn: account.copy_caller_role_arn.clone(),
            })
            .collect(),
        sandbox: Some(SandboxRole {
            config: SandboxConfig {
                account: sandbox.account.clone(),
                regions: sandbox.regions.clone(),
                sources: plan.scope.accounts.iter().map(|account| account.id.clone()).collect(),
                protected: sandbox.protected_accounts.iter().cloned().collect(),
                same_account: sandbox.same_account.clone(),
            },
            role_arn: sandbox.role_arn.clone(),
            sweep_role_arn: sandbox.sweep_role_arn.clone(),
            external_id: sandbox.external_id.clone(),
        }),
        reach: reach(&sandbox.databases),
        rate_limits: RateLimits::Published,
        ..AwsConfig::new(clock)
    }
}

/// How the plan reaches restored databases.
fn reach(databases: &DatabasesPlan) -> ReachConfig {
    let way = match databases.reach {
        ReachKind::Inside => ReachWay::Inside,
        // A plan with a tunnel names its instance, or is not read.
        ReachKind::Tunnel => ReachWay::Tunnel { instance_id: databases.tunnel_instance_id.clone().unwrap_or_default() },
        ReachKind::DataApi => ReachWay::DataApi,
    };
    let probe = databases.probe.as_deref().and_then(|probe| probe.rsplit_once(':'));
    let probe = probe.and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
    ReachConfig { way, probe, search_path: None }
}

/// Whether an endpoint is AWS's own; anything else is treated as a simulator, and every report says so.
fn is_of_aws(url: &str) -> bool {
    let host = url.split("://").last().unwrap_or(url).split(['/', ':']).next().unwrap_or_default();
    ["amazonaws.com", "amazonaws.com.cn", "api.aws"]
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
}

/// The validators, hashing under the key of the state directory.
pub(crate) fn validators(key: FingerprintKey) -> ValidatorList {
    Arc::new(move |access| {
        backproof_validators::all(&Access::of(access, key.clone())).into_iter().map(Arc::from).collect()
    })
}

/// The key under which content is hashed; made once, readable by its owner only.
pub(crate) fn fingerprint_key(directory: &Path) -> anyhow::Result<FingerprintKey> {
    let path = directory.join("fingerprint.key");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0_u8; 32];
            rand::rngs::SysRng.try_fill_bytes(&mut bytes).context("the operating system gave no random numbers")?;
            let text = backproof_model::canonical::to_hex(bytes);
            crate::files::write_secret(&path, &text)?;
            text
        }
        Err(error) => return Err(UsageError(format!("cannot read `{}`: {error}", path.display())).into()),
    };
    key_of(&path, &text)
}

/// The key that was copied from a state directory to the production side.
pub(crate) fn copied_fingerprint_key(path: &Path) -> anyhow::Result<FingerprintKey> {
    key_of(path, &crate::files::read_secret("the fingerprint key", path)?)
}

fn key_of(path: &Path, text: &str) -> anyhow::Result<FingerprintKey> {
    let refuse = || {
        UsageError(format!(
            "`{}` is no fingerprint key: expected 64 hexadecimal digits; put it back from a copy",
            path.display()
        ))
    };
    let bytes = backproof_model::canonical::from_hex(text.trim()).ok_or_else(refuse)?;
    Ok(FingerprintKey::new(&bytes))
}

/// Everything that a command with a plan works with.
pub(crate) async fn world(common: &Common, progress: UnboundedSender<Progress>) -> anyhow::Result<World> {
    let planned = read_plan(common)?;
    world_of(common, planned, progress).await
}

/// The same for a plan that was read already.
pub(crate) async fn world_of(
    common: &Common,
    planned: Planned,
    progress: UnboundedSender<Progress>,
) -> anyhow::Result<World> {
    let clock = clock(common);
    let way = way_for(common, &planned.plan, clock.clone()).await?;
    let store = open_store(&state_directory(common), common.mirror.as_deref(), clock).await?;
    assemble(common, planned, way, store, progress)
}

/// The same on a state directory that is open already.
pub(crate) async fn world_in(
    common: &Common,
    planned: Planned,
    store: Store,
    progress: UnboundedSender<Progress>,
) -> anyhow::Result<World> {
    let way = way_for(common, &planned.plan, store.clock().clone()).await?;
    assemble(common, planned, way, store, progress)
}

/// The way to AWS, which must be a simulator's where the time is.
async fn way_for(common: &Common, plan: &Plan, clock: SharedClock) -> anyhow::Result<Way> {
    let way = way_to_aws(common, plan, clock).await;
    if common.simulated_time.is_some() && !way.simulated {
        let problem = "BACKPROOF_SIMULATED_TIME is for simulators: unset it, or name the simulator with --endpoint-url";
        return Err(UsageError(problem.into()).into());
    }
    Ok(way)
}

fn assemble(
    common: &Common,
    planned: Planned,
    way: Way,
    store: Store,
    progress: UnboundedSender<Progress>,
) -> anyhow::Result<World> {
    let key = fingerprint_key(store.directory())?;
    store.mirror_state_files()?;
    // The beacon keeps the world's time, which a simulator's clock does not.
    let witnesses = if way.simulated { None } else { WebWitnesses::of_plan(&planned.plan)? };
    Ok(World {
        approval: approval::of_plan(common, &planned.plan, store.clock().now()),
        plan: planned.plan,
        plan_text: planned.text,
        cloud: way.cloud,
        drivers: backproof_drivers::all(),
        validators: validators(key),
        store,
        witnesses: witnesses.map(|witnesses| Arc::new(witnesses) as Arc<dyn Witnesses>),
        simulated: way.simulated,
        operator: operator_of(common),
        version: env!("CARGO_PKG_VERSION").into(),
        stop: CancellationToken::new(),
        progress,
    })
}

#[cfg(test)]
mod tests {
    use super::is_of_aws;

    #[test]
    fn only_aws_own_endpoints_are_aws() {
        for url in [
            "https://backup.eu-central-1.amazonaws.com",
            "https://vpce-1.backup.eu-central-1.vpce.amazonaws.com/",
            "https://ec2.eu-west-1.api.aws",
        ] {
            assert!(is_of_aws(url), "{url}");
        }
        for url in [
            "http://127.0.0.1:4566",
            "https://notamazonaws.com",
            "https://amazonaws.com.example.org",
            "http://localhost",
        ] {
            assert!(!is_of_aws(url), "{url}");
        }
    }
}
