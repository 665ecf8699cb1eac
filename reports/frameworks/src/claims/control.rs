//! Whether the control was performed as somebody had decided: authorised, approved, to the end, with a known program.

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{grouped, moment};
use backproof_evidence::{ControlVerdict, Dossier, Problem, Progress, TestEvidence};
use backproof_model::Outcome;
use backproof_model::record::ApprovalStanding;

use super::DossierClaim;
use super::reading::{APPROVALS, ClaimReading, PROGRAM, RESULTS, Said, named, per_run};

pub(super) fn authorised(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::Authorised, dossier, APPROVALS, |run| {
        let Some(opened) = &run.evidence.opened else {
            return Said::not_shown("the journal does not say what was asked for");
        };
        let Some(authorisation) = &opened.authorisation else {
            return Said::not_shown("the plan names nobody who authorised restoring production data");
        };
        let (who, ticket) = (&authorisation.authorised_by, &authorisation.ticket);
        let expires = moment(authorisation.expires);
        match run.evidence.began {
            None => Said::not_shown("the journal does not say when the run began"),
            Some(began) if authorisation.expires <= began => Said::contradicted(format!(
                "the authorisation by {who} ({ticket}) had expired at {expires}, before the run began"
            )),
            Some(_) => Said::shown(format!("authorised by {who} ({ticket}) until {expires}, as the plan says")),
        }
    })
}

pub(super) fn plan_approved_before(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::PlanApprovedBefore, dossier, APPROVALS, |run| {
        let control = &run.conclusion.control;
        let Some(approval) = &run.evidence.approval else {
            return Said::not_shown("no record says whether anybody had approved this plan");
        };
        let sentence = control.sentence.clone();
        match control.verdict {
            ControlVerdict::NotJudged | ControlVerdict::SignerUnknown => Said::not_shown(sentence),
            ControlVerdict::Unapproved => Said::contradicted(sentence),
            ControlVerdict::Approved => Said::shown(sentence),
            // How it was approved does not depend on how far it came.
            ControlVerdict::NotCompleted => match approval.standing {
                ApprovalStanding::Approved => Said::shown(approval.reason.clone()),
                ApprovalStanding::SignerUnknown | ApprovalStanding::Unapproved => {
                    Said::not_shown(approval.reason.clone())
                }
            },
        }
    })
}

pub(super) fn program_and_plan_identified(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::ProgramAndPlanIdentified, dossier, PROGRAM, |run| {
        let Some(opened) = &run.evidence.opened else {
            return Said::not_shown("the journal does not say which program ran which plan");
        };
        let differs = run.evidence.problems.iter().any(is_of_plan);
        let named = format!(
            "backproof {}, pipeline {}, plan {} with digest {}",
            opened.version, opened.pipeline, opened.plan_name, opened.plan_sha256
        );
        if differs {
            return Said::contradicted(format!("{named}, which is not the digest of the plan in the journal"));
        }
        if opened.version.is_empty() { Said::not_shown(format!("{named}: no version")) } else { Said::shown(named) }
    })
}

fn is_of_plan(problem: &Problem) -> bool {
    matches!(problem, Problem::DigestsDiffer { what, .. } if *what == "the plan")
}

pub(super) fn every_drawn_point_tested(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::EveryDrawnPointTested, dossier, RESULTS, drawn_points_tested)
}

fn drawn_points_tested(run: &RunRecord) -> Said {
    let evidence = &run.evidence;
    let of = |wanted: fn(&TestEvidence) -> bool| -> Vec<u32> {
        evidence.tests.iter().filter(|test| wanted(test)).map(|test| test.drawn.test).collect()
    };
    let drawn = grouped(evidence.tests.len() as u64);
    if let Some(closed) = evidence.closed.as_ref().filter(|closed| !closed.completed) {
        let why = closed.stopped_because.as_deref().unwrap_or("some were not performed");
        let open = of(|test| test.progress != Progress::Closed);
        return Said::contradicted(format!("not every one of {drawn} drawn recovery points was tested: {why}"))
            .by(open);
    }
    if evidence.closed.is_none() {
        return Said::not_shown("the run is not closed");
    }
    let undecided = of(|test| matches!(test.outcome, Outcome::Inconclusive { .. }));
    match (evidence.tests.len(), undecided.is_empty()) {
        (0, _) => Said::not_shown("no recovery point was tested"),
        (_, true) => Said::shown(format!("each of {drawn} drawn recovery points was tested to a verdict")),
        (_, false) => {
            let which = named(&undecided);
            let text = format!("of {drawn} drawn recovery points, {} could not be told: {which}", undecided.len());
            Said::not_shown(text).by(undecided)
        }
    }
}
