//! The validator itself: finds the program, runs it, judges its answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backproof_cloud::LendCredentials;
use backproof_model::{Claim, FaultOwner, Target};
use backproof_validators_api::{Controls, Deadline, Examination, Examined, InvalidSettings, Validator};
use jiff::SignedDuration;
use serde_json::Value;

use crate::child::{Launch, converse};
use crate::judging::Judge;
use crate::program::Program;
use crate::request::{Allowed, Request, secrets};
use crate::scrubber::Scrubber;
use crate::settings::{ExecSettings, NAME};

/// Lets programs examine restored resources of one account and Region.
pub struct Exec {
    lender: Option<Arc<dyn LendCredentials>>,
}

impl Exec {
    /// A validator that can lend the credentials of the sandbox session, where it has a lender.
    pub fn new(lender: Option<Arc<dyn LendCredentials>>) -> Self {
        Self { lender }
    }
}

/// Why a program was not run.
struct NotRun {
    owner: FaultOwner,
    reason: String,
}

impl NotRun {
    fn by(owner: FaultOwner, reason: impl Into<String>) -> Self {
        Self { owner, reason: reason.into() }
    }
}

#[async_trait]
impl Validator for Exec {
    fn name(&self) -> &'static str {
        NAME
    }

    fn claims(&self) -> &'static [Claim] {
        &[
            Claim::ResourceReachable,
            Claim::StructureComplete,
            Claim::DataReadable,
            Claim::DataPresent,
            Claim::DataMatchesBaseline,
            Claim::DataFresh,
            Claim::SettingsRestored,
            Claim::UnchangedSinceLastTest,
        ]
    }

    fn check_settings(&self, settings: &Value) -> Result<(), InvalidSettings> {
        let settings = ExecSettings::read(settings)?;
        let Some(pinned) = &settings.sha256 else { return Ok(()) };
        let refused = |problem: String| InvalidSettings { validator: NAME, problem };
        let program = Program::find(&settings).map_err(|error| refused(error.to_string()))?;
        let found = program.digests().map_err(refused)?.remove("").unwrap_or_default();
        if pinned.eq_ignore_ascii_case(&found) {
            return Ok(());
        }
        Err(refused(format!(
            "`sha256`: the program's is {found}, and the plan's is {pinned}; put the program back, or have the new one \
             reviewed and write its digest into the plan"
        )))
    }

    fn accepts(&self, target: &Target) -> bool {
        match target {
            Target::Table { .. } | Target::Database(_) => true,
        }
    }

    async fn examine(&self, examination: &Examination) -> Examined {
        let settings = match ExecSettings::read(&examination.settings) {
            Ok(settings) => settings,
            Err(error) => return unusable(&error.to_string()),
        };
        let mut facts = BTreeMap::new();
        match self.run(&settings, examination, &mut facts).await {
            Ok(examined) => examined,
            Err(NotRun { owner, reason }) => {
                let judge = Judge { settings: &settings, scrubber: &Scrubber::default() };
                let reason = format!("the program was not run: {reason}");
                Examined { checks: vec![judge.not_told(owner, &reason)], lag_seconds: None, facts }
            }
        }
    }

    fn controls(&self) -> Controls<'_> {
        Controls::None
    }
}

impl Exec {
    async fn run(
        &self,
        settings: &ExecSettings,
        examination: &Examination,
        facts: &mut BTreeMap<String, String>,
    ) -> Result<Examined, NotRun> {
        let program = Program::find(settings).map_err(|error| NotRun::by(FaultOwner::Validator, error.to_string()))?;
        let before = digests(&program, &examination.deadline).await?;
        facts.extend(named(settings, &before));
        if let (Some(pinned), Some(found)) = (&settings.sha256, before.get(""))
            && !pinned.eq_ignore_ascii_case(found)
        {
            let reason = format!("its SHA-256 is {found}, and the plan's `sha256` is {pinned}");
            return Err(NotRun::by(FaultOwner::Validator, reason));
        }
        let secrets = self.secrets(settings, examination).await?;
        let scrubber = Scrubber::of_handed_over(&secrets);
        let limit = limit(settings, &examination.deadline)?;
        let request =
            Request::new(examination, settings, &program, allowed(&examination.deadline, limit)).ok_or_else(|| {
                NotRun::by(FaultOwner::Sandbox, "it examines a server, and there is no connection to one")
            })?;
        let handed_over = secrets.to_string();
        let launch = Launch {
            program: &program.path,
            arguments: &program.arguments,
            inherited: &settings.environment,
            memory_mib: settings.memory_mib,
            max_output_bytes: settings.max_output_bytes,
            request: &request.to_bytes(),
            secrets: handed_over.as_bytes(),
        };
        let talk = converse(&launch, limit, &examination.deadline)
            .await
            .map_err(|error| NotRun::by(FaultOwner::Harness, format!("it could not be started: {error}")))?;
        if talk.left_behind > 0 {
            tracing::warn!(program = ?program.path, processes = talk.left_behind, "killed what the program left behind");
        }
        if digests(&program, &examination.deadline).await? != before {
            return Err(NotRun::by(FaultOwner::Validator, "it was changed while it ran, so nobody knows what ran"));
        }
        Ok(Judge { settings, scrubber: &scrubber }.judge(&talk, std::mem::take(facts)))
    }

    /// What the program gets on its descriptor of its own.
    async fn secrets(&self, settings: &ExecSettings, examination: &Examination) -> Result<Value, NotRun> {
        let login = match &examination.connection {
            Some(connection) => {
                let login = connection.logins.login().await;
                Some(
                    login
                        .map_err(|problem| NotRun::by(FaultOwner::Sandbox, format!("there is no login: {problem}")))?,
                )
            }
            None => None,
        };
        let credentials = match (&self.lender, settings.aws_credentials) {
            (_, false) => None,
            (None, true) => {
                let reason = "the plan lends it credentials, and there are none to lend";
                return Err(NotRun::by(FaultOwner::Sandbox, reason));
            }
            (Some(lender), true) => Some(lender.lend().await.map_err(|error| {
                NotRun::by(
                    FaultOwner::Sandbox,
                    format!("the credentials that the plan lends it could not be got: {error}"),
                )
            })?),
        };
        Ok(secrets(login.as_ref(), credentials.as_ref()))
    }
}

/// Reads files on a thread of their own, while a virtual clock stands still.
async fn digests(program: &Program, deadline: &Deadline) -> Result<BTreeMap<String, String>, NotRun> {
    let _busy = deadline.clock().busy();
    let program = program.clone();
    let digests = tokio::task::spawn_blocking(move || program.digests()).await;
    let digests = digests.map_err(|error| NotRun::by(FaultOwner::Harness, error.to_string()))?;
    digests.map_err(|problem| NotRun::by(FaultOwner::Validator, problem))
}

/// The program and digests, as facts.
fn named(settings: &ExecSettings, digests: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let digest = |(name, digest): (&String, &String)| match name.as_str() {
        "" => (settings.qualified("program-sha256"), digest.clone()),
        name => (settings.qualified(&format!("file-{name}-sha256")), digest.clone()),
    };
    let program = (settings.qualified("program"), settings.program.first().cloned().unwrap_or_default());
    digests.iter().map(digest).chain([program]).collect()
}

/// How long the program may take.
fn limit(settings: &ExecSettings, deadline: &Deadline) -> Result<Duration, NotRun> {
    let left = deadline.left();
    let own = settings.timeout.and_then(|timeout| Duration::try_from(timeout.as_duration()).ok());
    let limit = own.map_or(left, |own| own.min(left));
    // A program that is told of no second at all has none.
    if limit < Duration::from_secs(1) {
        return Err(NotRun::by(FaultOwner::Validator, "the deadline passed before it could begin"));
    }
    Ok(limit)
}

fn allowed(deadline: &Deadline, limit: Duration) -> Allowed {
    let now = deadline.clock().now();
    let until = SignedDuration::try_from(limit).ok().and_then(|limit| now.checked_add(limit).ok());
    Allowed { until: until.unwrap_or(jiff::Timestamp::MAX), seconds: limit.as_secs() }
}

/// Settings were checked before; that they cannot be used now means that the program went away since.
fn unusable(problem: &str) -> Examined {
    use backproof_model::ProofLevel;
    use backproof_model::check::Examined as Count;
    let statement = backproof_validators_api::Statement {
        validator: NAME,
        name: crate::reading::OWN_CHECK,
        claim: Claim::DataReadable,
        level: ProofLevel::L1,
    };
    let check = statement.inconclusive(FaultOwner::Validator, Count::new(0, "checks"), problem);
    Examined { checks: vec![check], ..Examined::default() }
}
