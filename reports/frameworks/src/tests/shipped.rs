//! The catalogues that are part of the program.

use std::collections::BTreeSet;

use crate::catalogue::{Catalogue, Frequency, FrequencyBasis, Relation};
use crate::claims::DossierClaim;
use crate::{catalogues, find};

fn all() -> impl Iterator<Item = Catalogue> {
    catalogues().iter().map(|shipped| shipped.read().unwrap_or_else(|problems| panic!("{problems}")))
}

#[test]
fn every_catalogue_can_be_read_under_its_own_id() {
    let ids: Vec<String> = all().map(|catalogue| catalogue.id).collect();
    let named: Vec<&str> = catalogues().iter().map(|shipped| shipped.id).collect();
    assert_eq!(ids, named);
    assert_eq!(named[..2], ["soc2", "iso27001"]);
    assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), 10);
}

#[test]
fn titles_are_short_and_none_speaks_like_a_standard() {
    for catalogue in all() {
        for criterion in &catalogue.criteria {
            let of = format!("{} {}: {}", catalogue.id, criterion.id, criterion.title);
            assert!(criterion.title.chars().count() <= 60, "{of}");
            let speaks = [" shall ", " must ", "the entity", "the organization", "covered entit", "financial entit"];
            assert!(!speaks.iter().any(|phrase| criterion.title.to_lowercase().contains(phrase)), "{of}");
            assert!(criterion.leaves_open.iter().all(|sentence| sentence.ends_with('.')), "{of}");
        }
    }
}

#[test]
fn every_catalogue_says_that_no_auditor_reviewed_it_and_what_is_unverified() {
    for catalogue in all() {
        assert!(catalogue.reviewer.contains("not reviewed by"), "{}", catalogue.id);
        assert!(!catalogue.unverified.is_empty(), "{}", catalogue.id);
        assert!(catalogue.source_url.starts_with("https://"), "{}", catalogue.id);
    }
}

#[test]
fn every_catalogue_has_something_that_restore_tests_bear_on() {
    for catalogue in all().filter(|catalogue| catalogue.id != "soc2") {
        assert!(catalogue.criteria.iter().any(|criterion| criterion.relation == Relation::Primary), "{}", catalogue.id);
    }
    let soc2 = find("soc2").unwrap().read().unwrap();
    assert_eq!(soc2.criterion("A1.3").unwrap().relation, Relation::Primary);
}

#[test]
fn the_default_sets_of_auditors_are_complete() {
    for (id, wanted) in [
        ("soc2", &["A1.2", "A1.3", "CC4.1", "CC4.2", "CC7.4", "CC7.5", "CC9.1", "C1.2", "PI1.5"][..]),
        (
            "iso27001",
            &[
                "8.13", "5.30", "5.29", "8.14", "5.33", "8.10", "8.11", "8.31", "8.33", "5.23", "8.15", "8.32", "9.1",
                "10.2",
            ],
        ),
        ("nist-800-53", &["CP-4", "CP-9", "CP-9(1)", "CP-9(2)", "CP-10", "CP-10(4)"]),
        ("nist-csf", &["PR.DS-11", "RC.RP-03", "RC.RP-05", "ID.IM-02"]),
        ("dora", &["Art. 11(6)", "Art. 12(1)", "Art. 12(2)", "Art. 12(3)", "Art. 12(6)", "Art. 12(7)"]),
        ("nis2", &["Art. 21(2)(c)", "Art. 21(2)(f)", "CIR 4.2.2(b)", "CIR 4.2.2(e)", "CIR 4.2.3", "CIR 4.2.6"]),
        ("c5", &["OPS-06", "OPS-07", "OPS-08.01", "OPS-08.02", "OPS-08.03", "OPS-08.04", "OPS-08.05"]),
        ("cis", &["11.5"]),
        ("hipaa", &["164.308(a)(7)(ii)(A)", "164.308(a)(7)(ii)(B)", "164.308(a)(7)(ii)(D)"]),
        ("nydfs-500", &["500.16(d)(2)"]),
    ] {
        let catalogue = find(id).unwrap().read().unwrap();
        for wanted in wanted {
            assert!(catalogue.criterion(wanted).is_some(), "{id} {wanted}");
        }
    }
}

#[test]
fn objectives_are_those_of_nists_own_catalogue() {
    let catalogue = find("nist-800-53").unwrap().read().unwrap();
    let objectives: Vec<&str> = catalogue
        .criteria
        .iter()
        .flat_map(|criterion| &criterion.objectives)
        .map(|objective| objective.id.as_str())
        .collect();
    assert_eq!(
        objectives,
        [
            "cp-4_obj.a-1",
            "cp-4_obj.a-2",
            "cp-4_obj.a-3",
            "cp-4_obj.b",
            "cp-4_obj.c",
            "cp-4.1_obj",
            "cp-9_obj.a",
            "cp-9_obj.b",
            "cp-9_obj.c",
            "cp-9_obj.d-1",
            "cp-9_obj.d-2",
            "cp-9_obj.d-3",
            "cp-9.1_obj-1",
            "cp-9.1_obj-2",
            "cp-9.2_obj",
            "cp-9.3_obj",
            "cp-9.5_obj-1",
            "cp-9.5_obj-2",
            "cp-9.8_obj",
            "cp-10_obj-1",
            "cp-10_obj-2",
            "cp-10.2_obj",
            "cp-10.4_obj",
        ]
    );
    for criterion in &catalogue.criteria {
        let control = criterion.oscal_control.as_deref().unwrap_or_default();
        let spelt = criterion.id.to_lowercase().replace('(', ".").replace(')', "");
        assert_eq!(control, spelt);
        let stem = format!("{control}_obj");
        assert!(criterion.objectives.iter().all(|objective| objective.id.starts_with(&stem)), "{control}");
    }
}

#[test]
fn frequencies_that_publications_state_are_kept_apart_from_customs() {
    let of = |id: &str, criterion: &str| {
        let minimum = find(id).unwrap().read().unwrap().criterion(criterion).unwrap().minimum_frequency.unwrap();
        (minimum.at_least, minimum.basis)
    };
    assert_eq!(of("cis", "11.5"), (Frequency::Quarterly, FrequencyBasis::Stated));
    assert_eq!(of("c5", "OPS-08.01"), (Frequency::Yearly, FrequencyBasis::Stated));
    assert_eq!(of("dora", "Art. 11(6)"), (Frequency::Yearly, FrequencyBasis::Stated));
    assert_eq!(of("nydfs-500", "500.16(d)(2)"), (Frequency::Yearly, FrequencyBasis::Stated));
    assert_eq!(of("soc2", "A1.3"), (Frequency::Yearly, FrequencyBasis::Customary));
    assert_eq!(of("iso27001", "8.13"), (Frequency::Yearly, FrequencyBasis::Customary));
}

#[test]
fn ids_of_2013_stand_beside_those_of_2022() {
    let iso = find("iso27001").unwrap().read().unwrap();
    assert_eq!(iso.criterion("8.13").unwrap().former_ids, ["A.12.3.1"]);
    assert_eq!(iso.criterion("8.33").unwrap().former_ids, ["A.14.3.1"]);
    assert_eq!(iso.criterion("10.2").unwrap().former_ids, ["10.1"]);
    assert!(iso.criterion("5.30").unwrap().former_ids.is_empty());
}

#[test]
fn an_unknown_catalogue_is_told_what_was_probably_meant() {
    let said = |id: &str| find(id).unwrap_err().to_string();
    assert_eq!(
        said("soc-2"),
        "there is no catalogue `soc-2`: did you mean `soc2`? A catalogue of your own is named by its path"
    );
    assert!(said("27001").contains("`iso27001`"));
    assert!(said("pci").contains("there are `soc2`, `iso27001`, "), "{}", said("pci"));
}

#[test]
fn the_documentation_names_every_catalogue_and_claim_and_its_example_can_be_read() {
    let page = include_str!("../../../../docs/frameworks.md");
    let names = catalogues().iter().map(|shipped| shipped.id).chain(DossierClaim::ALL.map(DossierClaim::as_str));
    for name in names {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let read = Catalogue::read(example, "docs/frameworks.md").unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(read.criteria[0].claims.len(), 2);
}
