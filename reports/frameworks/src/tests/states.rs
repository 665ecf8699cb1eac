//! Each claim with dossiers in which it is not shown, and contradicted.

use backproof_evidence::Problem;
use backproof_evidence::dossier::{AttestationKind, AttestationStanding, Dossier, RunRecord};
use backproof_model::exception::ExceptionChange;
use backproof_model::record::{
    ApprovalStanding, Completeness, IsolationState, RestoreStarted, UncoveredResource, VaultListed,
};
use backproof_model::{Claim, FaultOwner, Outcome, ResourceType, Verdict};

use super::told::{at, attestation, concluded, of_a_failure, of_a_year, of_one};
use crate::claims::ClaimStanding::{Contradicted, NotShown};
use crate::claims::{ClaimStanding, DossierClaim};

/// The sound dossier of one run, altered.
fn altered(alter: impl FnOnce(&mut Dossier)) -> Dossier {
    let mut dossier = of_one();
    alter(&mut dossier);
    concluded(dossier)
}

/// The sound dossier of one run, its run altered.
pub(super) fn run(alter: impl FnOnce(&mut RunRecord)) -> Dossier {
    altered(|dossier| alter(&mut dossier.runs[0]))
}

/// The same with a problem in its evidence.
fn problem(problem: Problem) -> Dossier {
    run(|run| run.evidence.problems.push(problem))
}

fn digests(what: &'static str) -> Problem {
    Problem::DigestsDiffer { what, first: "aa".into(), second: "bb".into() }
}

fn attested(kind: AttestationKind, standing: Option<AttestationStanding>) -> Dossier {
    run(|run| {
        run.attestations.retain(|it| it.kind != kind || standing.is_some());
        for it in run.attestations.iter_mut().filter(|it| it.kind == kind) {
            it.standing = standing.unwrap_or(it.standing);
        }
    })
}

/// The operator's result in in-toto's words, and no signature on the run.
fn only_a_test_result(standing: AttestationStanding) -> Dossier {
    run(|run| {
        run.attestations[0].kind = AttestationKind::TestResult;
        run.attestations[0].standing = standing;
    })
}

pub(super) fn outcome(run: &mut RunRecord, test: usize, outcome: Outcome) {
    run.evidence.tests[test].outcome = outcome;
}

fn never_restored(run: &mut RunRecord, test: usize, outcome: Outcome) {
    let test = &mut run.evidence.tests[test];
    for attempt in &mut test.attempts {
        attempt.ended = None;
        attempt.ready = None;
        attempt.validated = None;
        attempt.started =
            Some(RestoreStarted::Refused { owner: FaultOwner::Backup, reason: "no".into(), may_pass: false });
    }
    test.outcome = outcome;
}

fn verdicts(run: &mut RunRecord, claim: Claim, verdict: &Verdict) {
    for attempt in &mut run.evidence.tests[0].attempts {
        for check in &mut attempt.validated.as_mut().unwrap().checks {
            if check.claim == claim {
                check.verdict = verdict.clone();
            }
        }
    }
}

fn undecided() -> Outcome {
    Outcome::inconclusive(FaultOwner::Sandbox, "no permission")
}

pub(super) fn retested() -> ExceptionChange {
    ExceptionChange::ClosedByRetest { run: 2, test: 1 }
}

pub(super) fn assigned() -> ExceptionChange {
    ExceptionChange::Assigned { owner: Some("Otto Example".into()), ticket: Some("OPS-7".into()), due: None }
}

fn due_already() -> ExceptionChange {
    ExceptionChange::Assigned {
        owner: Some("Otto Example".into()),
        ticket: None,
        due: Some(at("2026-10-01T00:00:00Z")),
    }
}

/// Every claim with dossiers in which it is not shown and contradicted. It is shown in the sound one.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn states() -> Vec<(DossierClaim, ClaimStanding, Dossier)> {
    use DossierClaim as C;
    let other = || digests("another thing");
    let mut states = vec![
        (C::Authorised, NotShown, run(|run| run.evidence.opened.as_mut().unwrap().authorisation = None)),
        (
            C::Authorised,
            Contradicted,
            run(|run| {
                let opened = run.evidence.opened.as_mut().unwrap();
                opened.authorisation.as_mut().unwrap().expires = at("2026-09-30T00:00:00Z");
            }),
        ),
        (C::PlanApprovedBefore, NotShown, run(|run| run.evidence.approval = None)),
        (
            C::PlanApprovedBefore,
            NotShown,
            run(|run| {
                run.evidence.approval.as_mut().unwrap().standing = ApprovalStanding::SignerUnknown;
            }),
        ),
        (
            C::PlanApprovedBefore,
            Contradicted,
            run(|run| {
                run.evidence.approval.as_mut().unwrap().standing = ApprovalStanding::Unapproved;
            }),
        ),
        (C::ProgramAndPlanIdentified, NotShown, run(|run| run.evidence.opened = None)),
        (C::ProgramAndPlanIdentified, Contradicted, problem(digests("the plan"))),
        (C::PerformedOnSchedule, NotShown, altered(|dossier| dossier.register.occurrences.clear())),
        (C::PerformedOnSchedule, NotShown, altered(|dossier| dossier.register.occurrences[0].state = "under way")),
        (
            C::PerformedOnSchedule,
            NotShown,
            altered(|dossier| dossier.register.occurrences[0].state = "of a later version"),
        ),
        (C::PerformedOnSchedule, Contradicted, altered(|dossier| dossier.register.occurrences[0].state = "late")),
        (C::RegisterGapFree, NotShown, altered(|dossier| dossier.register.runs.clear())),
        (C::RegisterGapFree, Contradicted, altered(|dossier| dossier.register.runs[0].run = 2)),
        (C::RegisterGapFree, Contradicted, altered(|dossier| dossier.register.problems.push("line 3".into()))),
        (C::RegisterGapFree, Contradicted, altered(|dossier| dossier.register.runs[0].head = Some("aa".into()))),
        (C::EveryDrawnPointTested, NotShown, run(|run| outcome(run, 0, undecided()))),
        (C::EveryDrawnPointTested, NotShown, run(|run| run.evidence.tests.clear())),
        (C::EveryDrawnPointTested, NotShown, run(|run| run.evidence.closed = None)),
        (C::EveryDrawnPointTested, Contradicted, run(|run| run.evidence.closed.as_mut().unwrap().completed = false)),
        (C::ExceptionsFollowed, NotShown, of_a_failure(&[])),
        (C::ExceptionsFollowed, NotShown, run(|run| run.evidence.exceptions = None)),
        (C::ExceptionsFollowed, Contradicted, of_a_failure(&[due_already()])),
        (C::ExceptionsFollowed, Contradicted, run(|run| outcome(run, 0, undecided()))),
        (C::ExceptionsFollowed, Contradicted, run(|run| run.evidence.exceptions.as_mut().unwrap().overdue = 1)),
        (C::FailuresRetested, NotShown, of_a_failure(&[assigned()])),
        (C::FailuresRetested, Contradicted, of_a_failure(&[due_already()])),
        (C::ReviewedByAnother, NotShown, attested(AttestationKind::SignOff, None)),
        (C::ReviewedByAnother, NotShown, attested(AttestationKind::SignOff, Some(AttestationStanding::SignerUnknown))),
        (C::ReviewedByAnother, Contradicted, attested(AttestationKind::SignOff, Some(AttestationStanding::Invalid))),
        (
            C::ReviewedByAnother,
            Contradicted,
            run(|run| {
                run.attestations[1] = attestation(AttestationKind::SignOff, "rosa example");
            }),
        ),
        (C::EvidenceSigned, NotShown, attested(AttestationKind::Operator, Some(AttestationStanding::SignerUnknown))),
        (C::EvidenceSigned, Contradicted, attested(AttestationKind::Operator, Some(AttestationStanding::Invalid))),
        (C::EvidenceSigned, NotShown, only_a_test_result(AttestationStanding::Trusted)),
        (C::EvidenceSigned, Contradicted, only_a_test_result(AttestationStanding::Invalid)),
        (C::EvidenceTimeStamped, NotShown, attested(AttestationKind::TimeStamp, None)),
        (
            C::EvidenceTimeStamped,
            Contradicted,
            attested(AttestationKind::TimeStamp, Some(AttestationStanding::Invalid)),
        ),
        (C::EvidenceArchived, NotShown, attested(AttestationKind::ArchiveReceipt, None)),
        (
            C::EvidenceArchived,
            Contradicted,
            attested(AttestationKind::ArchiveReceipt, Some(AttestationStanding::Invalid)),
        ),
        (C::PopulationFrozen, NotShown, run(|run| run.evidence.commitment = None)),
        (C::PopulationFrozen, Contradicted, problem(digests("the population"))),
        (
            C::PopulationComplete,
            NotShown,
            run(|run| {
                run.evidence.population.as_mut().unwrap().completeness =
                    Completeness::EstablishedExcept(vec!["one".into()]);
            }),
        ),
        (
            C::PopulationComplete,
            Contradicted,
            run(|run| {
                let population = run.evidence.population.as_mut().unwrap();
                population.completeness = Completeness::NotEstablished(vec!["a vault has more".into()]);
                population.vaults[0] = VaultListed { reported: Some(9_000), ..population.vaults[0].clone() };
            }),
        ),
        (
            C::PopulationComplete,
            Contradicted,
            problem(Problem::CountsDiffer { equation: "listed = eligible + excluded".into(), left: 2, right: 1 }),
        ),
        (C::SampleDrawnAtRandom, NotShown, run(|run| run.evidence.ranking_sha256 = None)),
        (C::SampleDrawnAtRandom, Contradicted, problem(digests("the seed's inputs"))),
        (C::DrawVerifiable, NotShown, run(|run| run.evidence.entropy.as_mut().unwrap().grade = "self-attested".into())),
        (C::DrawVerifiable, Contradicted, problem(digests("the seed's inputs"))),
        (C::EveryTypeCovered, NotShown, altered(|dossier| dossier.coverage.clear())),
        (C::EveryTypeCovered, NotShown, altered(|dossier| dossier.coverage[0].resource_type = "EBS".into())),
        (C::EveryTypeCovered, Contradicted, {
            let mut dossier = of_a_year();
            dossier.coverage[0].resource_type = "EBS".into();
            dossier
        }),
        (C::EveryProtectedResourceHasAPoint, NotShown, run(|run| run.evidence.population = None)),
        (
            C::EveryProtectedResourceHasAPoint,
            Contradicted,
            run(|run| {
                let population = run.evidence.population.as_mut().unwrap();
                population.uncovered_in_scope = 1;
                population.uncovered = vec![UncoveredResource {
                    resource_arn: "arn:aws:dynamodb:eu-central-1:111122223333:table/new".parse().unwrap(),
                    resource_type: ResourceType::dynamodb(),
                    in_scope: true,
                    why: "no recovery point".into(),
                }];
            }),
        ),
        (C::NoResourceOverdue, NotShown, run(|run| run.evidence.closed = None)),
        (C::NoResourceOverdue, NotShown, altered(|dossier| dossier.coverage.clear())),
        (C::NoResourceOverdue, Contradicted, altered(|dossier| dossier.coverage[1].last_passed = None)),
        (
            C::NoResourceOverdue,
            Contradicted,
            altered(|dossier| dossier.coverage[1].last_passed = Some(at("2025-09-30T00:00:00Z"))),
        ),
        (C::RestoredInSandbox, NotShown, run(|run| run.evidence.sandbox = None)),
        (C::RestoredInSandbox, NotShown, run(|run| never_restored(run, 0, undecided()))),
        (
            C::RestoredInSandbox,
            Contradicted,
            run(|run| {
                run.evidence.sandbox.as_mut().unwrap().account = "123456789012".parse().unwrap();
            }),
        ),
        (C::SandboxApartFromSources, NotShown, run(|run| run.evidence.sandbox = None)),
        (
            C::SandboxApartFromSources,
            Contradicted,
            run(|run| {
                run.evidence.opened.as_mut().unwrap().same_account = Some("there is only one".into());
            }),
        ),
        (
            C::SandboxApartFromSources,
            Contradicted,
            run(|run| {
                run.evidence.sandbox.as_mut().unwrap().account = "111122223333".parse().unwrap();
            }),
        ),
        (C::IsolatedSandbox, NotShown, run(|run| run.evidence.isolation_at_close = None)),
        (C::IsolatedSandbox, NotShown, run(|run| run.evidence.isolation_at_close.as_mut().unwrap().facts.clear())),
        (C::IsolatedSandbox, NotShown, run(|run| run.evidence.sandbox.as_mut().unwrap().isolation.facts.clear())),
        (C::IsolatedSandbox, NotShown, run(|run| isolation(run, IsolationState::NotExamined))),
        (C::IsolatedSandbox, NotShown, run(|run| isolation(run, IsolationState::Unreadable))),
        (C::IsolatedSandbox, Contradicted, run(|run| isolation(run, IsolationState::Open))),
        (C::RestoredDataDeleted, NotShown, run(|run| run.evidence.census = None)),
        (C::RestoredDataDeleted, Contradicted, run(|run| run.evidence.tests[0].attempts[0].deleted = None)),
        (C::RestoreTestsPassed, NotShown, run(|run| outcome(run, 0, undecided()))),
        (C::RestoreTestsPassed, Contradicted, run(|run| outcome(run, 0, Outcome::failed("items are missing")))),
        (C::DataExamined, NotShown, run(|run| never_restored(run, 0, undecided()))),
        (C::DataExamined, NotShown, run(voided)),
        (
            C::DataExamined,
            Contradicted,
            problem(Problem::UnearnedPass { chain: "test-1".into(), because: "no".into() }),
        ),
        (C::DataCompared, NotShown, of_a_failure(&[])),
        (
            C::DataCompared,
            Contradicted,
            problem(Problem::UnearnedPass { chain: "test-1".into(), because: "no".into() }),
        ),
        (C::RecoveryTimeMeasured, NotShown, run(|run| outcome(run, 0, undecided()))),
        (C::RecoveryTimeMeasured, Contradicted, run(|run| recovered_in(run, -5))),
        (C::RecoveryTimeWithinObjective, NotShown, run(|run| outcome(run, 0, undecided()))),
        (C::RecoveryTimeWithinObjective, Contradicted, run(|run| recovered_in(run, 901))),
        (C::GapWithinObjective, NotShown, run(|run| run.evidence.population.as_mut().unwrap().gaps.clear())),
        (
            C::GapWithinObjective,
            Contradicted,
            run(|run| {
                run.evidence.population.as_mut().unwrap().gaps[0].gap_seconds = 86_401;
            }),
        ),
        (C::LagMeasured, NotShown, run(|run| lag(run, None))),
        (C::LagMeasured, Contradicted, run(|run| lag(run, Some(-1)))),
        (C::CrossAccountRestored, NotShown, run(|run| run.evidence.tests.clear())),
        (C::CrossAccountRestored, Contradicted, of_a_failure(&[])),
        (C::CrossRegionRestored, NotShown, of_a_failure(&[])),
        (C::CrossRegionRestored, Contradicted, run(|run| outcome(run, 0, Outcome::failed("items are missing")))),
        (C::AirGappedRestored, NotShown, of_a_failure(&[])),
        (C::AirGappedRestored, Contradicted, run(|run| outcome(run, 1, Outcome::failed("items are missing")))),
        (C::EncryptionKeyUsable, NotShown, of_a_failure(&[])),
        (C::EncryptionKeyUsable, NotShown, run(|run| outcome(run, 2, Outcome::failed("items are missing")))),
        (C::EncryptionKeyUsable, Contradicted, run(|run| never_restored(run, 2, Outcome::failed("the key is gone")))),
        (C::EvidenceHoldsTogether, NotShown, run(|run| run.evidence.closed = None)),
        (C::EvidenceHoldsTogether, Contradicted, problem(other())),
        (C::BundlesLinked, NotShown, run(|run| run.seal = None)),
        (C::BundlesLinked, Contradicted, run(|run| run.seal.as_mut().unwrap().sha256 = "aa".into())),
        (C::ValidatorsShownToNoticeFaults, NotShown, run(|run| run.evidence.controls = None)),
        (C::ValidatorsShownToNoticeFaults, Contradicted, run(voided)),
        (
            C::TraceableToAws,
            NotShown,
            run(|run| {
                run.evidence.tests[0].attempts[0].ended.as_mut().unwrap().creation_date = None;
            }),
        ),
        (
            C::TraceableToAws,
            Contradicted,
            run(|run| {
                let job = run.evidence.tests[1].attempts[0].started.clone();
                run.evidence.tests[0].attempts[0].started = job;
            }),
        ),
        (C::CorroboratedByCloudTrail, NotShown, run(|run| run.evidence.corroboration.as_mut().unwrap().found = 5)),
        (
            C::CorroboratedByCloudTrail,
            NotShown,
            run(|run| {
                run.evidence.corroboration.as_mut().unwrap().regions[0].trail = None;
            }),
        ),
        (C::OfChecks(Claim::RestoreCompleted), NotShown, run(|run| never_restored(run, 0, undecided()))),
        (
            C::OfChecks(Claim::RestoreCompleted),
            Contradicted,
            run(|run| never_restored(run, 0, Outcome::failed("gone"))),
        ),
    ];
    for claim in of_checks().filter(|claim| *claim != Claim::RestoreCompleted) {
        let untold = Verdict::Inconclusive(FaultOwner::Validator);
        states.push((C::OfChecks(claim), NotShown, run(|run| verdicts(run, claim, &untold))));
        states.push((C::OfChecks(claim), NotShown, run(voided)));
        states.push((C::OfChecks(claim), Contradicted, run(|run| verdicts(run, claim, &Verdict::Failed))));
    }
    states
}

fn of_checks() -> impl Iterator<Item = Claim> {
    DossierClaim::ALL.into_iter().filter_map(|claim| match claim {
        DossierClaim::OfChecks(claim) => Some(claim),
        _ => None,
    })
}

fn isolation(run: &mut RunRecord, state: IsolationState) {
    run.evidence.sandbox.as_mut().unwrap().isolation.facts[0].state = state;
}

fn voided(run: &mut RunRecord) {
    run.evidence.controls.as_mut().unwrap().validators[0].controls[1].as_expected = false;
}

fn recovered_in(run: &mut RunRecord, seconds: i64) {
    run.evidence.tests[0].closed.as_mut().unwrap().objectives.recovery_seconds = Some(seconds);
}

fn lag(run: &mut RunRecord, seconds: Option<i64>) {
    run.evidence.tests[0].closed.as_mut().unwrap().objectives.lag_seconds = seconds;
}
