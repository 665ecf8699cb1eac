//! Decides of everything that was found what is to be done with it.

use backproof_cloud::FoundResource;
use backproof_model::names::{ResourceName, TAG_EXPIRES, TAG_INSTALLATION, TAG_RUN};
use jiff::Timestamp;

use super::ledger::{Ledger, Standing};
use super::looking::{Look, Trace};
use super::meant::Meant;
use super::{OwnProof, SweepAction, Warrant, neighbours};
use crate::deleting::NAME_WAS_TAKEN;
use crate::deletion_rule::{Candidate, Proof, Since, may_delete};
use crate::error::Result;

impl Look<'_> {
    /// Looks at everything that was found, and says what is to be done with it.
    pub(super) async fn decide(&mut self, ledger: &mut Ledger<'_>) -> Result<()> {
        for (arn, mut trace) in std::mem::take(&mut self.traces) {
            let Some(driver) = self.driver_of(&arn, &trace) else { continue };
            if trace.found.is_none() {
                trace.found = match driver.find(&self.access, &arn).await {
                    Ok(found) => found,
                    Err(error) => {
                        self.unreadable(arn.as_str(), &error);
                        let why = format!("nobody can tell whether it is there: {error}");
                        self.report(&arn, driver.resource_type(), &trace, SweepAction::Leave { why });
                        continue;
                    }
                };
            }
            match (&trace.found, trace.meant) {
                (Some(found), _) => {
                    let found = found.clone();
                    let action = self.action(&found, &trace, ledger).await?;
                    self.report(&arn, driver.resource_type(), &trace, action);
                }
                (None, Some(meant)) if self.unfinished.contains(&meant.name) => {}
                (None, Some(meant)) if meant.left.contains_key(arn.as_str()) => {
                    self.findings.absent.push(arn.to_string());
                }
                (None, Some(_) | None) => {}
            }
        }
        Ok(())
    }

    async fn action(&self, found: &FoundResource, trace: &Trace<'_>, ledger: &mut Ledger<'_>) -> Result<SweepAction> {
        let name = ResourceName::parse(found.arn.arn().resource_name());
        if let Some(why) = of_another(found, name.as_ref(), trace, ledger) {
            return Ok(SweepAction::NotOurs { why });
        }
        let run = name.as_ref().map(|name| name.run).or_else(|| found.tags.get(TAG_RUN)?.parse().ok());
        let standing = match run {
            Some(run) => ledger.standing(run).await?,
            None => Standing::Unknown,
        };
        match standing {
            Standing::Open { command } => return Ok(SweepAction::OfOpenRun { command }),
            Standing::Unknown | Standing::Over => {}
        }
        let meant = match (trace.meant, &name) {
            (Some(meant), _) => Some(meant.clone()),
            (None, Some(name)) => ledger.meant(name).await?,
            (None, None) => None,
        };
        let Some((meant, since)) = meant.and_then(|meant| Some((meant.clone(), self.since(&meant)?))) else {
            return Ok(SweepAction::Leave { why: unexplained(name.as_ref(), found) });
        };
        Ok(self.action_on(found, trace, &meant, since, ledger))
    }

    fn action_on(
        &self,
        found: &FoundResource,
        trace: &Trace<'_>,
        meant: &Meant,
        since: Since,
        ledger: &Ledger<'_>,
    ) -> SweepAction {
        if let Some(until) = held_until(found, meant).filter(|until| *until > self.world.clock().now()) {
            return SweepAction::Keep { until };
        }
        if meant.name_was_taken && trace.job.is_none() {
            return SweepAction::Leave { why: NAME_WAS_TAKEN.into() };
        }
        let own = match &trace.job {
            Some((job, _)) if found.arn.arn().resource_name() != meant.name.to_string() => {
                OwnProof::Job { job: job.clone(), name: meant.name.clone() }
            }
            Some(_) | None => OwnProof::Name(meant.name.clone()),
        };
        let proof = match &own {
            OwnProof::Job { job, .. } => Proof::RestoreJob(job),
            OwnProof::Name(name) => Proof::IntendedName(name),
            OwnProof::CopyJob { .. } => return SweepAction::Leave { why: "a copy among resources".into() },
        };
        let source = meant.of.as_ref().map(|of| of.source.clone());
        let candidate = Candidate { resource: &found.arn, created: found.created, tags: &found.tags, proof, since };
        match may_delete(&candidate, &self.access.sandbox, ledger.installation(), source.as_ref()) {
            Ok(proof) => SweepAction::Delete { proof, warrant: Warrant { since, proof: own, source } },
            Err(refusal) => SweepAction::Leave { why: refusal.to_string() },
        }
    }

    fn since(&self, meant: &Meant) -> Option<Since> {
        let job_created = meant.job_created.or_else(|| self.job_dates.get(&meant.name).copied());
        meant.intended.map(|intended| Since::of(intended, job_created))
    }
}

/// Until when something is held for inspection: by the journal, or by its tag where somebody has shortened that.
fn held_until(found: &FoundResource, meant: &Meant) -> Option<Timestamp> {
    let until = meant.kept_until(found.arn.as_str())?;
    let by_tag = found.tags.get(TAG_EXPIRES).and_then(|tag| tag.parse::<Timestamp>().ok());
    Some(by_tag.map_or(until, |by_tag| by_tag.min(until)))
}

/// How one knows that something is another installation's. What has a name of ours is held to the rule of deletion.
fn of_another(
    found: &FoundResource,
    name: Option<&ResourceName>,
    trace: &Trace<'_>,
    ledger: &Ledger<'_>,
) -> Option<String> {
    let ours = ledger.installation();
    let other = match (name, found.tags.get(TAG_INSTALLATION)) {
        (Some(name), _) if name.installation == *ours => return None,
        (Some(name), _) => format!("it has a name of installation {}", name.installation),
        (None, _) if trace.meant.is_some() => return None,
        (None, Some(tag)) if tag == ours.as_str() => return None,
        (None, Some(tag)) => format!("it carries the tag of installation {tag}"),
        (None, None) => "a restore job of the plan's restore role made it, and no run of this installation".to_owned(),
    };
    let lost = if ledger.is_fresh() { neighbours::WHAT_TO_DO } else { "" };
    Some(format!("{other}{lost}"))
}

fn unexplained(name: Option<&ResourceName>, found: &FoundResource) -> String {
    let what = match name {
        Some(name) => format!("the journal has no intent to create {name}"),
        None => format!(
            "it carries our tag ({TAG_RUN} {}), and nothing in the journal made it",
            found.tags.get(TAG_RUN).map_or("unknown", String::as_str)
        ),
    };
    format!(
        "{what}: if the journal was lost or put back to an earlier moment, see `backproof sweep --help` for --without-journal"
    )
}
