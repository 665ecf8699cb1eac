//! One more failed restore test never makes anything stand better.

use backproof_evidence::dossier::Dossier;
use backproof_evidence::testing::TestStory;
use backproof_model::exception::ExceptionChange;
use backproof_model::{FaultOwner, Outcome};
use proptest::prelude::*;

use super::told::{exception, failed, of, record, story, thorough};
use crate::assess;
use crate::claims::DossierClaim;

/// What a restore test may come to.
#[derive(Clone, Copy, Debug)]
enum Came {
    Passed,
    DataMissing,
    NotRestored,
    Undecided,
    NotPerformed,
}

fn test(number: u32, came: Came) -> TestStory {
    let table = format!("table-{number}");
    match came {
        Came::Passed => thorough(number, &table),
        Came::DataMissing => failed(number, &table),
        Came::NotRestored => TestStory::refused(number, &table, Outcome::failed("the key is gone")),
        Came::Undecided => {
            TestStory::refused(number, &table, Outcome::inconclusive(FaultOwner::Sandbox, "no permission"))
        }
        Came::NotPerformed => TestStory::not_performed(number, &table),
    }
}

/// A run that restored something and came to a verdict at least once, perhaps with an exception for its last test.
fn dossier(came: &[Came], with_exception: bool) -> Dossier {
    let tests: Vec<TestStory> = (1..).zip(came).map(|(number, came)| test(number, *came)).collect();
    let followed = ExceptionChange::Assigned { owner: Some("Otto Example".into()), ticket: None, due: None };
    let last = u32::try_from(came.len()).unwrap();
    let exceptions = if with_exception { vec![exception(1, last, &[followed])] } else { Vec::new() };
    Dossier { exceptions, ..of(vec![record(&story(1, tests))]) }
}

fn came() -> impl Strategy<Value = Came> {
    prop_oneof![
        3 => Just(Came::Passed),
        1 => Just(Came::DataMissing),
        1 => Just(Came::NotRestored),
        1 => Just(Came::Undecided),
        1 => Just(Came::NotPerformed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn another_failed_restore_test_makes_nothing_stand_better(
        first in prop_oneof![Just(Came::Passed), Just(Came::DataMissing)],
        others in prop::collection::vec(came(), 0..4),
        added in prop_oneof![Just(Came::DataMissing), Just(Came::NotRestored)],
        with_exception in any::<bool>(),
    ) {
        let mut came = vec![first];
        came.extend(others);
        let before = dossier(&came, false);
        came.push(added);
        // The same resources as before are to be covered: one more test of what was tested already.
        let after = Dossier { coverage: before.coverage.clone(), ..dossier(&came, with_exception) };
        for claim in DossierClaim::ALL {
            let (was, is) = (claim.read(&before), claim.read(&after));
            prop_assert!(is.standing >= was.standing, "{claim}: {:?} became {:?}", was, is);
        }
        for shipped in crate::catalogues() {
            let catalogue = shipped.read().unwrap();
            let (was, is) = (assess(&catalogue, &before), assess(&catalogue, &after));
            for (was, is) in was.criteria.iter().zip(&is.criteria) {
                let of = format!("{} {}: {} became {}", shipped.id, is.id, was.sentence, is.sentence);
                prop_assert!(is.standing >= was.standing, "{of}");
            }
            prop_assert!(is.control_operation.standing >= was.control_operation.standing);
            prop_assert!(is.restore_outcomes.standing >= was.restore_outcomes.standing);
            prop_assert!(is.harness_integrity.standing >= was.harness_integrity.standing);
        }
    }
}
