//! Where production data went when it was restored, who could have reached it there, and that it is gone.

use std::collections::BTreeSet;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, grouped};
use backproof_evidence::{Dossier, TestEvidence};
use backproof_model::record::{IsolationFact, IsolationState, ResourceReady};
use backproof_model::{AccountId, Outcome, Target};

use super::DossierClaim;
use super::outcomes::{NEVER_RESTORED, OfTest, each_concerned, failed_unrestored};
use super::reading::{ClaimReading, ClaimStanding, DISPOSAL, RESULTS, SANDBOX, Said, per_run};

pub(super) fn restored_in_sandbox(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::RestoredInSandbox, dossier, RESULTS, |run| {
        let Some(sandbox) = &run.evidence.sandbox else {
            return Said::not_shown("no record says which account the sandbox was");
        };
        let what = format!("restored into sandbox account {}", sandbox.account);
        each_concerned(run, &what, NEVER_RESTORED, |test| match restored_into(test) {
            Some(account) if account == sandbox.account => OfTest::Stands(ClaimStanding::Shown),
            Some(_) => OfTest::Stands(ClaimStanding::Contradicted),
            None if failed_unrestored(test) => OfTest::NotConcerned,
            None => OfTest::Stands(ClaimStanding::NotShown),
        })
    })
}

/// The account that the recovery point was restored into, by the resource that could be examined or by its ARN.
pub(super) fn restored_into(test: &TestEvidence) -> Option<AccountId> {
    let ready = test.attempts.iter().rev().find_map(|attempt| match attempt.ready.as_ref()? {
        ResourceReady::Ready { target: Target::Table { account, .. }, .. } => Some(account.clone()),
        ResourceReady::Ready { target: Target::Database(database), .. } => Some(database.account.clone()),
        ResourceReady::NotReady { .. } => None,
    });
    ready.or_else(|| {
        let ended = test.attempts.iter().rev().find_map(|attempt| attempt.ended.as_ref())?;
        ended.created_resource_arn.as_ref()?.arn().account()
    })
}

pub(super) fn sandbox_apart_from_sources(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::SandboxApartFromSources, dossier, SANDBOX, |run| {
        let Some(sandbox) = &run.evidence.sandbox else {
            return Said::not_shown("no record says which account the sandbox was");
        };
        if let Some(why) = run.evidence.opened.as_ref().and_then(|opened| opened.same_account.as_ref()) {
            return Said::contradicted(format!("the plan accepts a source account as the sandbox: {why}"));
        }
        let sources = sources(run);
        if sources.is_empty() {
            return Said::not_shown("no source account is recorded");
        }
        let (account, sources_in_words) = (&sandbox.account, counted(sources.len() as u64, "source account"));
        if sources.contains(account) {
            return Said::contradicted(format!("sandbox account {account} is one of {sources_in_words}"));
        }
        Said::shown(format!("sandbox account {account} is none of {sources_in_words}"))
    })
}

fn sources(run: &RunRecord) -> BTreeSet<AccountId> {
    let listed = run.evidence.population.iter().flat_map(|population| &population.accounts);
    let drawn = run.evidence.tests.iter().filter_map(|test| test.drawn.point.resource_arn.arn().account());
    listed.map(|account| account.account.clone()).chain(drawn).collect()
}

pub(super) fn isolated_sandbox(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::IsolatedSandbox, dossier, SANDBOX, |run| {
        let before = run.evidence.sandbox.as_ref().map_or(&[][..], |sandbox| &sandbox.isolation.facts);
        let after = run.evidence.isolation_at_close.as_ref().map_or(&[][..], |seen| &seen.facts);
        let facts: Vec<&IsolationFact> = before.iter().chain(after).collect();
        let of = |wanted: &[IsolationState]| -> Vec<&str> {
            let subjects = facts.iter().filter(|fact| wanted.contains(&fact.state)).map(|fact| fact.subject.as_str());
            subjects.collect::<BTreeSet<_>>().into_iter().collect()
        };
        let open = of(&[IsolationState::Open]);
        let untold = of(&[IsolationState::Unreadable, IsolationState::NotExamined]);
        let isolated = of(&[IsolationState::Isolated]);
        if !open.is_empty() {
            return Said::contradicted(format!("a way out was seen: {}", open.join(", ")));
        }
        if before.is_empty() || after.is_empty() {
            return Said::not_shown("the sandbox's isolation was not looked at both before and after");
        }
        if !untold.is_empty() {
            let seen = isolated.join(", ");
            return Said::not_shown(format!(
                "no way out was seen as to {seen}; not examined or not readable: {}",
                untold.join(", ")
            ));
        }
        Said::shown(format!("no way out was seen before and after, as to {}", isolated.join(", ")))
    })
}

pub(super) fn restored_data_deleted(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::RestoredDataDeleted, dossier, DISPOSAL, |run| {
        let remains = &run.conclusion.remains;
        let text = run.conclusion.remains_sentence.clone();
        let of_left =
            run.evidence.tests.iter().filter(|test| test.closed.iter().any(|closed| !closed.stranded.is_empty()));
        let of_left: Vec<u32> = of_left.map(|test| test.drawn.test).collect();
        if !run.evidence.is_closed() {
            return Said::not_shown(format!("the run is not closed. {text}"));
        }
        if !remains.left.is_empty() {
            return Said::contradicted(format!("{text} {} left", counted(remains.left.len() as u64, "resource")))
                .by(of_left);
        }
        if !remains.kept.is_empty() || !remains.unreadable.is_empty() || !remains.census_taken {
            return Said::not_shown(text);
        }
        Said::shown(format!("{text} {} created, {} deleted", grouped(remains.created), grouped(remains.deleted)))
    })
}

/// Whether a restore test passed, failed, or says nothing.
pub(super) fn outcome_standing(test: &TestEvidence) -> ClaimStanding {
    match test.outcome {
        Outcome::Passed { .. } => ClaimStanding::Shown,
        Outcome::Failed { .. } => ClaimStanding::Contradicted,
        Outcome::Inconclusive { .. } => ClaimStanding::NotShown,
    }
}
