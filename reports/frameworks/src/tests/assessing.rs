//! From a dossier to how each criterion stands.

use backproof_evidence::dossier::{AttestationKind, Dossier, Period};
use backproof_evidence::testing::TestStory;
use backproof_model::Outcome;
use backproof_model::exception::ExceptionChange;
use jiff::civil::date;

use super::told::{
    at, concluded, exception, failed, occurrence, of, of_a_failure, of_a_year, of_one, record, sound, story, thorough,
};
use crate::assess::{Assessment, CriterionStanding, SIMULATED};
use crate::catalogue::Catalogue;
use crate::claims::{ClaimStanding, DossierClaim};
use crate::frequency::FrequencyVerdict;
use crate::{assess, find};

fn catalogue(id: &str) -> Catalogue {
    find(id).unwrap().read().unwrap()
}

fn standing(assessment: &Assessment, id: &str) -> CriterionStanding {
    assessment.criterion(id).unwrap_or_else(|| panic!("no criterion {id}")).standing
}

/// A failure whose exception has an owner, and which has passed again.
fn retested() -> Vec<ExceptionChange> {
    let assigned =
        ExceptionChange::Assigned { owner: Some("Otto Example".into()), ticket: Some("OPS-7".into()), due: None };
    vec![assigned, ExceptionChange::ClosedByRetest { run: 4, test: 1 }]
}

/// A year in whose first run a restore test failed, was followed and passed again.
fn a_year_with_a_failure() -> Dossier {
    let first = record(&story(1, vec![thorough(1, "orders"), failed(2, "carts")]));
    let runs = [first].into_iter().chain((2..=4).map(sound)).collect();
    Dossier { period: of_a_year().period, exceptions: vec![exception(1, 2, &retested())], ..of(runs) }
}

/// A year without its third run.
fn a_year_with_a_missed_quarter() -> Dossier {
    let mut dossier = Dossier { period: of_a_year().period, ..of((1..=3).map(sound).collect()) };
    let due = dossier.register.occurrences[2].due;
    let last = at("2026-10-15T02:00:00Z");
    dossier.register.runs[2].opened_at = last;
    dossier.register.occurrences[2].due = last;
    dossier.register.occurrences.insert(2, occurrence(due, "missed", None));
    dossier
}

#[test]
fn every_criterion_appears_in_the_order_of_its_catalogue() {
    let dossier = of_one();
    for shipped in crate::catalogues() {
        let catalogue = shipped.read().unwrap();
        let assessment = assess(&catalogue, &dossier);
        let read: Vec<&str> = assessment.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
        let wanted: Vec<&str> = catalogue.criteria.iter().map(|criterion| criterion.id.as_str()).collect();
        assert_eq!(read, wanted);
        let counts = assessment.counts;
        let all = counts.supported + counts.contradicted + counts.insufficient + counts.not_addressed;
        assert_eq!(all, wanted.len() as u64, "{}", shipped.id);
        assert_eq!(assessment.catalogue.sha256.len(), 64);
    }
}

#[test]
fn a_sound_run_supports_what_restore_tests_can_and_addresses_no_more() {
    for shipped in crate::catalogues() {
        let catalogue = shipped.read().unwrap();
        let assessment = assess(&catalogue, &of_one());
        for (read, written) in assessment.criteria.iter().zip(&catalogue.criteria) {
            let expected =
                if written.claims.is_empty() { CriterionStanding::NotAddressed } else { CriterionStanding::Supported };
            assert_eq!(read.standing, expected, "{} {}: {}", shipped.id, read.id, read.sentence);
            assert_eq!((read.would_be, read.leaves_open.is_empty()), (None, false));
        }
    }
}

#[test]
fn one_run_shows_no_frequency_and_a_year_does() {
    let soc2 = catalogue("soc2");
    let of_run = assess(&soc2, &of_one());
    let frequency = &of_run.criterion("A1.3").unwrap().frequency;
    assert_eq!(frequency.verdict, FrequencyVerdict::NotJudged);
    assert!(frequency.sentence.contains("One run cannot show how often"), "{}", frequency.sentence);
    let of_year = assess(&soc2, &of_a_year());
    let frequency = &of_year.criterion("A1.3").unwrap().frequency;
    assert_eq!(frequency.verdict, FrequencyVerdict::Met, "{}", frequency.sentence);
    assert_eq!(standing(&of_year, "A1.3"), CriterionStanding::Supported);
}

#[test]
fn a_failed_restore_test_that_was_followed_contradicts_outcomes_and_no_operation() {
    let assessment = assess(&catalogue("soc2"), &a_year_with_a_failure());
    assert_eq!(assessment.control_operation.standing, ClaimStanding::Shown, "{:#?}", assessment.control_operation);
    assert_eq!(assessment.restore_outcomes.standing, ClaimStanding::Contradicted);
    assert_eq!(assessment.harness_integrity.standing, ClaimStanding::Shown);
    for (id, expected) in [
        ("A1.2", CriterionStanding::Contradicted),
        ("A1.3", CriterionStanding::Supported),
        ("CC7.5", CriterionStanding::Supported),
        ("CC4.1", CriterionStanding::Supported),
        ("CC4.2", CriterionStanding::Supported),
        ("CC9.1", CriterionStanding::Contradicted),
        ("PI1.5", CriterionStanding::Contradicted),
        ("C1.2", CriterionStanding::Supported),
    ] {
        assert_eq!(standing(&assessment, id), expected, "{id}: {}", assessment.criterion(id).unwrap().sentence);
    }
}

#[test]
fn a_backup_that_could_not_be_restored_was_tested_all_the_same() {
    let gone = TestStory::refused(2, "carts", Outcome::failed("the key is gone"));
    let run = record(&story(1, vec![thorough(1, "orders"), gone]));
    let dossier = Dossier { exceptions: vec![exception(1, 2, &retested())], ..of(vec![run]) };
    let iso = assess(&catalogue("iso27001"), &dossier);
    for id in ["8.13", "8.33", "10.2"] {
        assert_eq!(standing(&iso, id), CriterionStanding::Supported, "{id}: {}", iso.criterion(id).unwrap().sentence);
    }
    assert_eq!(iso.restore_outcomes.standing, ClaimStanding::Contradicted);
    let examined = iso.claim(DossierClaim::DataExamined).unwrap();
    assert_eq!(
        examined.sentences[0].text,
        "Run 1: restored data itself was examined: 1 of 1 restore test; not counted: restore test 2, which failed \
         before anything was restored."
    );
}

#[test]
fn a_missed_run_contradicts_the_operation_and_no_outcome() {
    let dossier = a_year_with_a_missed_quarter();
    let soc2 = assess(&catalogue("soc2"), &dossier);
    assert_eq!(soc2.control_operation.standing, ClaimStanding::Contradicted);
    assert_eq!(soc2.restore_outcomes.standing, ClaimStanding::Shown, "{:#?}", soc2.restore_outcomes);
    assert_eq!(standing(&soc2, "A1.3"), CriterionStanding::Contradicted);
    assert_eq!(standing(&soc2, "A1.2"), CriterionStanding::Supported);
    let cis = assess(&catalogue("cis"), &dossier);
    let tested = cis.criterion("11.5").unwrap();
    assert_eq!(
        (tested.standing, tested.frequency.verdict),
        (CriterionStanding::Contradicted, FrequencyVerdict::NotMet)
    );
    assert!(tested.sentence.contains("2026-07-01 to 2026-09-30"), "{}", tested.sentence);
}

#[test]
fn an_unsigned_unapproved_or_unreviewed_run_is_a_matter_of_operation_alone() {
    let unsigned = |kind: AttestationKind| {
        let mut dossier = of_one();
        dossier.runs[0].attestations.retain(|attestation| attestation.kind != kind);
        dossier
    };
    let mut unapproved = of_one();
    unapproved.runs[0].evidence.approval = None;
    for dossier in [unsigned(AttestationKind::Operator), unsigned(AttestationKind::SignOff), concluded(unapproved)] {
        let assessment = assess(&catalogue("soc2"), &dossier);
        assert_ne!(assessment.control_operation.standing, ClaimStanding::Shown);
        assert_eq!(assessment.restore_outcomes.standing, ClaimStanding::Shown);
        assert_eq!(assessment.harness_integrity.standing, ClaimStanding::Shown);
    }
}

#[test]
fn a_validator_that_missed_a_planted_fault_is_the_harnesss_and_voids_what_it_said() {
    let mut dossier = of_one();
    dossier.runs[0].evidence.controls.as_mut().unwrap().validators[0].controls[1].as_expected = false;
    let assessment = assess(&catalogue("dora"), &concluded(dossier));
    assert_eq!(assessment.harness_integrity.standing, ClaimStanding::Contradicted);
    assert_eq!(assessment.control_operation.standing, ClaimStanding::Shown);
    assert_eq!(assessment.restore_outcomes.standing, ClaimStanding::NotShown);
    assert_eq!(standing(&assessment, "Art. 12(7)"), CriterionStanding::Contradicted);
}

#[test]
fn a_simulation_supports_nothing_and_says_what_it_would_have() {
    let mut simulated = of_one();
    simulated.runs[0].evidence.opened.as_mut().unwrap().simulated = true;
    let simulated = concluded(simulated);
    let real = of_one();
    for shipped in crate::catalogues() {
        let catalogue = shipped.read().unwrap();
        let (assessment, on_aws) = (assess(&catalogue, &simulated), assess(&catalogue, &real));
        assert!(assessment.simulated);
        assert_eq!(
            (assessment.counts.supported, assessment.counts.insufficient),
            (0, assessment.criteria.len() as u64)
        );
        for (criterion, real) in assessment.criteria.iter().zip(&on_aws.criteria) {
            assert_eq!(
                (criterion.standing, criterion.would_be),
                (CriterionStanding::Insufficient, Some(real.standing))
            );
            assert_eq!(criterion.sentence, SIMULATED);
            let objectives = criterion.objectives.iter().zip(&real.objectives);
            assert!(objectives.into_iter().all(|(one, other)| one.would_be == Some(other.standing)));
        }
        assert!(assessment.restore_outcomes.sentence.contains("simulator"));
    }
}

#[test]
fn a_run_that_does_not_say_where_it_ran_is_a_simulation() {
    let mut dossier = of_one();
    dossier.runs[0].evidence.opened = None;
    let assessment = assess(&catalogue("soc2"), &concluded(dossier));
    assert!(assessment.simulated && assessment.counts.supported == 0);
}

#[test]
fn objectives_stand_by_their_own_claims() {
    let assessment = assess(&catalogue("nist-800-53"), &of_a_failure(&[]));
    let backups = assessment.criterion("CP-9(1)").unwrap();
    let of: Vec<(&str, CriterionStanding)> =
        backups.objectives.iter().map(|objective| (objective.id.as_str(), objective.standing)).collect();
    let (reliable, whole) = (CriterionStanding::Supported, CriterionStanding::Insufficient);
    assert_eq!(of, [("cp-9.1_obj-1", reliable), ("cp-9.1_obj-2", whole)]);
    assert_eq!(backups.standing, CriterionStanding::Insufficient);
}

#[test]
fn reasons_name_figures_and_places_and_stand_by_weight() {
    let assessment = assess(&catalogue("soc2"), &of_a_failure(&[]));
    let stored = assessment.criterion("PI1.5").unwrap();
    let standings: Vec<ClaimStanding> = stored.reasons.iter().map(|reason| reason.standing).collect();
    assert!(standings.is_sorted_by(|one, other| one >= other), "{standings:?}");
    let first = &stored.reasons[0];
    assert_eq!(
        first.sentence,
        "Run 1: at least the expected data is there: 1 of 2 restore tests; contradicted by restore test 2."
    );
    assert_eq!(
        (first.evidence.run, first.evidence.tests.as_slice(), first.evidence.file),
        (Some(1), &[2][..], "checks.csv")
    );
}

#[test]
fn an_assessment_of_soc_2_as_a_whole() {
    let assessment = assess(&catalogue("soc2"), &a_year_with_a_failure());
    insta::assert_json_snapshot!("soc2", assessment, { ".catalogue.sha256" => "[of the catalogue's text]" });
}

#[test]
fn an_assessment_of_iso_27001_as_a_whole() {
    let half = Period { from: date(2026, 1, 1), to: date(2026, 6, 30) };
    let mut dossier = Dossier { period: Some(half), ..of_a_year() };
    dossier.runs.truncate(2);
    dossier.register.occurrences.push(occurrence(at("2026-05-15T02:00:00Z"), "missed", None));
    dossier.runs[1].attestations.retain(|attestation| attestation.kind != AttestationKind::SignOff);
    let assessment = assess(&catalogue("iso27001"), &concluded(dossier));
    insta::assert_json_snapshot!("iso27001", assessment, { ".catalogue.sha256" => "[of the catalogue's text]" });
}
