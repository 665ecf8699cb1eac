//! Each claim in each of its states.

use std::collections::BTreeSet;

use backproof_evidence::ControlVerdict;
use backproof_evidence::dossier::{Dossier, RegisterReading, RunRecord};
use backproof_model::exception::ExceptionChange;
use backproof_model::record::RestoreVerdict;
use backproof_model::{Claim, FaultOwner, Outcome, ProofLevel};

use super::states::{assigned, outcome, retested, run, states};
use super::told::{at, concluded, occurrence, of, of_a_failure, of_a_year, of_one, sound};
use crate::catalogue::Frequency;
use crate::claims::ClaimStanding::{Contradicted, NotShown, Shown};
use crate::claims::{ClaimStanding, DossierClaim};

#[test]
fn every_claim_is_shown_by_a_sound_dossier() {
    let dossier = of_one();
    for claim in DossierClaim::ALL {
        let reading = claim.read_at_least(Some(Frequency::Yearly), &dossier);
        assert_eq!(reading.standing, Shown, "{claim}: {:?}", reading.sentences);
    }
}

#[test]
fn every_claim_can_be_not_shown_and_contradicted_and_says_why() {
    let mut met: BTreeSet<(&str, ClaimStanding)> = BTreeSet::new();
    for (claim, expected, dossier) in states() {
        let reading = claim.read_at_least(Some(Frequency::Yearly), &dossier);
        assert_eq!(reading.standing, expected, "{claim}: {:?}", reading.sentences);
        assert_eq!(reading.claim, claim);
        for sentence in &reading.sentences {
            assert!(sentence.text.ends_with('.') && !sentence.text.contains(".."), "{claim}: {}", sentence.text);
            assert!((1..=17).contains(&sentence.evidence.section), "{claim}");
        }
        met.insert((claim.as_str(), expected));
    }
    for claim in DossierClaim::ALL {
        assert!(met.contains(&(claim.as_str(), NotShown)), "{claim}");
        // What an event history does not hold yet may come, so that nothing contradicts it.
        let can_be_contradicted = claim != DossierClaim::CorroboratedByCloudTrail;
        assert_eq!(met.contains(&(claim.as_str(), Contradicted)), can_be_contradicted, "{claim}");
    }
}

#[test]
fn nothing_is_shown_by_a_dossier_without_evidence() {
    let empty = run(|run| {
        let evidence = &mut run.evidence;
        evidence.tests.clear();
        (evidence.opened, evidence.sandbox, evidence.population, evidence.commitment) = (None, None, None, None);
        (evidence.entropy, evidence.approval, evidence.controls, evidence.census) = (None, None, None, None);
        (evidence.exceptions, evidence.closed, evidence.isolation_at_close) = (None, None, None);
        (evidence.corroboration, evidence.ranking_sha256) = (None, None);
        run.attestations.clear();
        run.seal = None;
    });
    let empty = Dossier { register: RegisterReading::default(), coverage: Vec::new(), ..empty };
    for claim in DossierClaim::ALL {
        let reading = claim.read_at_least(Some(Frequency::Yearly), &empty);
        assert_eq!(reading.standing, NotShown, "{claim}: {:?}", reading.sentences);
    }
}

#[test]
fn names_of_claims_are_unique_and_found_again() {
    let names: BTreeSet<&str> = DossierClaim::ALL.iter().map(|claim| claim.as_str()).collect();
    assert_eq!(names.len(), DossierClaim::ALL.len());
    assert!(DossierClaim::ALL.iter().all(|claim| DossierClaim::named(claim.as_str()) == Some(*claim)));
    assert_eq!(DossierClaim::named("certified"), None);
}

#[test]
fn a_failed_restore_that_is_followed_and_retested_is_an_outcome_and_no_deviation() {
    let dossier = of_a_failure(&[assigned(), retested()]);
    let standing = |claim: DossierClaim| claim.read(&dossier).standing;
    assert_eq!(standing(DossierClaim::RestoreTestsPassed), Contradicted);
    for claim in [
        DossierClaim::EveryDrawnPointTested,
        DossierClaim::DataExamined,
        DossierClaim::ExceptionsFollowed,
        DossierClaim::FailuresRetested,
        DossierClaim::RestoredInSandbox,
    ] {
        assert_eq!(standing(claim), Shown, "{claim}");
    }
}

#[test]
fn an_accepted_failure_is_followed_but_not_retested() {
    let accepted = ExceptionChange::Accepted {
        reason: "to be retired".into(),
        person: "Ada Example".into(),
        expires: at("2027-01-01T00:00:00Z"),
    };
    let dossier = of_a_failure(&[assigned(), accepted]);
    assert_eq!(DossierClaim::ExceptionsFollowed.read(&dossier).standing, Shown);
    assert_eq!(DossierClaim::FailuresRetested.read(&dossier).standing, NotShown);
}

#[test]
fn a_stopped_run_keeps_the_approval_that_it_had() {
    let dossier = run(|run| run.evidence.closed.as_mut().unwrap().completed = false);
    assert_eq!(dossier.runs[0].conclusion.control.verdict, ControlVerdict::NotCompleted);
    assert_eq!(DossierClaim::PlanApprovedBefore.read(&dossier).standing, Shown);
}

#[test]
fn the_worst_run_of_a_period_decides_and_comes_first() {
    let mut dossier = of_a_year();
    outcome(&mut dossier.runs[2], 1, Outcome::failed("items are missing"));
    let reading = DossierClaim::RestoreTestsPassed.read(&concluded(dossier));
    assert_eq!(reading.standing, Contradicted);
    assert_eq!(reading.sentences.len(), 4);
    assert_eq!(reading.sentences[0].text, "Run 3: passed: 2 of 3 restore tests; contradicted by restore test 2.");
    assert_eq!((reading.sentences[0].evidence.run, reading.sentences[0].evidence.section), (Some(3), 8));
    assert_eq!(reading.sentences[0].evidence.tests, [2]);
}

#[test]
fn one_restore_of_a_kind_in_a_period_suffices() {
    let mut dossier = of_a_year();
    for run in &mut dossier.runs[..3] {
        run.evidence.tests.remove(1);
    }
    let dossier = concluded(dossier);
    let reading = DossierClaim::AirGappedRestored.read(&dossier);
    assert_eq!((reading.standing, reading.sentences[0].evidence.run), (Shown, Some(4)));
}

#[test]
fn a_run_that_is_left_out_of_its_period_shows_nothing() {
    let mut dossier = of_a_year();
    dossier.runs.remove(1);
    let reading = DossierClaim::RestoreTestsPassed.read(&dossier);
    assert_eq!(reading.standing, NotShown);
    let expected = "Run 2: the register has it in the period, and its evidence is not in this dossier.";
    assert_eq!(reading.sentences[0].text, expected);
    dossier.register.runs[1].state = "aborted";
    assert_eq!(DossierClaim::RestoreTestsPassed.read(&dossier).standing, Shown);
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let mut many: Vec<RunRecord> = (1..=14).map(sound).collect();
    for run in &mut many {
        outcome(run, 0, Outcome::failed("items are missing"));
    }
    let reading = DossierClaim::RestoreTestsPassed.read(&concluded(of(many)));
    assert_eq!(reading.sentences.len(), 13);
    assert!(reading.sentences[12].text.starts_with("2 further runs"), "{}", reading.sentences[12].text);
}

#[test]
fn an_occurrence_that_is_still_to_come_is_nobodys_fault() {
    let mut dossier = of_a_year();
    dossier.register.occurrences.push(occurrence(at("2026-12-15T02:00:00Z"), "scheduled", None));
    assert_eq!(DossierClaim::PerformedOnSchedule.read(&dossier).standing, Shown);
    dossier.register.occurrences.push(occurrence(at("2026-09-15T02:00:00Z"), "scheduled", None));
    assert_eq!(DossierClaim::PerformedOnSchedule.read(&dossier).standing, NotShown);
    dossier.register.occurrences.push(occurrence(at("2026-08-15T02:00:00Z"), "missed", None));
    let reading = DossierClaim::PerformedOnSchedule.read(&dossier);
    assert_eq!(reading.standing, Contradicted);
    assert!(reading.sentences[0].text.contains("missed 2026-08-15 02:00:00 UTC"), "{}", reading.sentences[0].text);
}

#[test]
fn a_pass_at_the_lowest_level_shows_a_restore_and_no_data() {
    let dossier = run(|run| {
        let test = &mut run.evidence.tests[0];
        test.attempts[0].validated.as_mut().unwrap().checks.clear();
        test.outcome = Outcome::Passed { level: ProofLevel::L0 };
    });
    assert_eq!(DossierClaim::OfChecks(Claim::RestoreCompleted).read(&dossier).standing, Shown);
    assert_eq!(DossierClaim::DataExamined.read(&dossier).standing, NotShown);
    let not_restored = run(|run| {
        let ended = run.evidence.tests[0].attempts[0].ended.as_mut().unwrap();
        ended.verdict = RestoreVerdict::NotRestored {
            owner: FaultOwner::Quota,
            catalogue_entry: None,
            reason: "too many".into(),
            may_pass: true,
        };
    });
    assert_eq!(DossierClaim::OfChecks(Claim::RestoreCompleted).read(&not_restored).standing, NotShown);
}

#[test]
fn a_resource_is_overdue_by_how_often_a_criterion_demands_it_and_by_nothing_else() {
    let mut dossier = of_one();
    dossier.coverage[1].last_passed = Some(at("2026-07-02T00:00:00Z"));
    let read = |at_least: Option<Frequency>| DossierClaim::NoResourceOverdue.read_at_least(at_least, &dossier);
    for (at_least, expected) in [
        (None, NotShown),
        (Some(Frequency::Monthly), Contradicted),
        (Some(Frequency::Quarterly), Shown),
        (Some(Frequency::Yearly), Shown),
    ] {
        let reading = read(at_least);
        assert_eq!(reading.standing, expected, "{at_least:?}: {:?}", reading.sentences);
    }
    let told = &read(Some(Frequency::Monthly)).sentences[0].text;
    assert!(told.contains("1 of 3 protected resources had not been proved since 2026-09-01"), "{told}");
    assert!(told.contains("table/carts for one; 0 never proved"), "{told}");
}

#[test]
fn a_type_is_not_called_covered_where_the_journal_names_only_some_that_cannot_be_drawn() {
    let dossier = run(|run| run.evidence.population.as_mut().unwrap().uncovered_in_scope = 3);
    let reading = DossierClaim::EveryTypeCovered.read(&dossier);
    assert_eq!(reading.standing, NotShown);
    let told = &reading.sentences[0].text;
    assert!(told.contains("3 resources more in scope without a recovery point that can be drawn"), "{told}");
}
