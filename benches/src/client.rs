//! What all clients share: a way to the simulator, and a world to run plans in.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials, HttpKind, RateLimits, SandboxRole};
use backproof_clock::{ScaledClock, SharedClock};
use backproof_cloud::SandboxConfig;
use backproof_engine::World;
use backproof_model::record::PlanApproval;
use backproof_model::{AccountId, Region};
use backproof_plan::Plan;
use backproof_store::Store;
use backproof_validators::Access;
use backproof_validators_api::FingerprintKey;
use jiff::Timestamp;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// The account that backups are in.
pub(crate) const SOURCE: &str = "111122223333";
/// The account that restores go into.
pub(crate) const SANDBOX: &str = "999988887777";
/// The only Region.
pub(crate) const REGION: &str = "eu-central-1";
/// The moment at which every simulated world starts.
pub(crate) const START: &str = "2026-11-02T06:00:00Z";

/// What all worlds begin with.
pub(crate) fn accounts() -> String {
    format!(
        r#"
start = "{START}"
throttling = false
[[accounts]]
id = "{SOURCE}"
regions = ["{REGION}"]
[[accounts]]
id = "{SANDBOX}"
kind = "sandbox"
regions = ["{REGION}"]
"#
    )
}

/// The account that backups are in.
pub(crate) fn source() -> anyhow::Result<AccountId> {
    Ok(SOURCE.parse()?)
}

/// The only Region.
pub(crate) fn region() -> anyhow::Result<Region> {
    Ok(REGION.parse()?)
}

/// A clock that starts where the worlds start and goes as fast as the wall's.
pub(crate) fn clock() -> anyhow::Result<SharedClock> {
    Ok(Arc::new(ScaledClock::starting_at(START.parse::<Timestamp>()?, 1)))
}

/// The way to a simulator over TCP, with nothing that slows calls down.
pub(crate) fn cloud(endpoint: &str, clock: &SharedClock) -> AwsCloud {
    AwsCloud::new(AwsConfig {
        credentials: BaseCredentials::Fixed { access_key_id: SOURCE.into(), secret_access_key: "simulated".into() },
        endpoint_url: Some(endpoint.into()),
        rate_limits: RateLimits::Off,
        ..AwsConfig::new(clock.clone())
    })
}

/// The way to a simulator in this process, with calls spaced as they are to AWS.
pub(crate) fn cloud_in_memory(http: HttpKind, clock: &SharedClock) -> anyhow::Result<AwsCloud> {
    let config = SandboxConfig {
        account: SANDBOX.parse()?,
        regions: vec![region()?],
        sources: BTreeSet::from([source()?]),
        protected: BTreeSet::new(),
        same_account: None,
    };
    let role_arn = Some(format!("arn:aws:iam::{SANDBOX}:role/backproof-sandbox"));
    Ok(AwsCloud::new(AwsConfig {
        credentials: BaseCredentials::Fixed { access_key_id: SOURCE.into(), secret_access_key: "simulated".into() },
        http,
        sandbox: Some(SandboxRole { config, role_arn, sweep_role_arn: None, external_id: None }),
        ..AwsConfig::new(clock.clone())
    }))
}

/// A key that hashes as well as any other.
pub(crate) fn fingerprint_key() -> FingerprintKey {
    FingerprintKey::new(&[7; 32])
}

/// Everything that a run of this plan works with.
pub(crate) async fn world(
    cloud: AwsCloud,
    plan_text: String,
    state: &Path,
    clock: SharedClock,
) -> anyhow::Result<World> {
    let plan = parse(&plan_text)?;
    Ok(World {
        approval: PlanApproval::missing(plan.digest(), "nobody was asked").allowed_by("a bench"),
        plan,
        plan_text,
        cloud: Arc::new(cloud),
        drivers: backproof_drivers::all(),
        validators: Arc::new(|access| {
            let access = Access::of(access, fingerprint_key());
            backproof_validators::all(&access).into_iter().map(Arc::from).collect()
        }),
        store: Store::open(state, clock, "a bench", "bench234".parse()?).await?,
        witnesses: None,
        simulated: true,
        operator: "a bench".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        stop: CancellationToken::new(),
        // Nobody watches: what is told goes nowhere.
        progress: unbounded_channel().0,
    })
}

fn parse(text: &str) -> anyhow::Result<Plan> {
    let driven = backproof_drivers::driven_types();
    let driven: Vec<&str> = driven.iter().map(backproof_model::ResourceType::as_str).collect();
    match backproof_plan::parse(text, backproof_validators::NAMES, &driven) {
        Ok(parsed) => Ok(parsed.plan),
        Err(problems) => Err(anyhow!("the bench's plan cannot be used\n{}", problems.render("plan"))),
    }
}
