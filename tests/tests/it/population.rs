//! What cannot be read, understood or drawn is named; the population never becomes smaller in silence.

use backproof_evidence::RunVerdict;
use backproof_model::record::Completeness;
use backproof_simulator::World;

use crate::support::{ONE_TABLE, Play, Scenario, Seen};

/// The world of one table with more in it.
fn with(more: &str) -> Seen {
    let play = Play::of(&Scenario::by_copy(World::parse(&format!("{ONE_TABLE}\n{more}")).unwrap()));
    let end = play.run().unwrap();
    play.seen(end.run)
}

fn doubts(seen: &Seen) -> &[String] {
    match &seen.evidence.population.as_ref().unwrap().completeness {
        Completeness::Established => &[],
        Completeness::EstablishedExcept(doubts) | Completeness::NotEstablished(doubts) => doubts,
    }
}

#[test]
fn a_vault_that_may_not_be_read_is_named_and_nothing_passes() {
    let seen = with(
        r#"
        [[denied]]
        account = "111122223333"
        actions = ["backup:ListRecoveryPointsByBackupVault"]
        "#,
    );
    assert!(
        doubts(&seen).iter().any(|doubt| doubt.contains("daily") && doubt.contains("AccessDenied")),
        "{:?}",
        doubts(&seen)
    );
    assert_eq!(seen.conclusion.counts.drawn, 0);
    assert_eq!(seen.conclusion.verdict, RunVerdict::Inconclusive);
}

#[test]
fn an_account_that_may_not_be_read_is_an_exception_to_completeness() {
    let world = format!(
        "{ONE_TABLE}\n{}",
        r#"
        [[accounts]]
        id = "222233334444"
        regions = ["eu-central-1"]

        [[vaults]]
        account = "222233334444"
        name = "unreadable"

        [[denied]]
        account = "222233334444"
        actions = ["backup:List*"]
        "#
    );
    let second = "[[scope.accounts]]\nid = \"222233334444\"\nrole_arn = \"arn:aws:iam::222233334444:role/read\"\n\
                  copy_role_arn = \"arn:aws:iam::222233334444:role/backproof-copy\"\n\n[selection]";
    let play = Play::of(&Scenario::by_copy(World::parse(&world).unwrap()).replacing("[selection]", second));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert!(doubts(&seen).iter().any(|doubt| doubt.contains("222233334444")), "{:?}", doubts(&seen));
    let scope = &seen.evidence.population.as_ref().unwrap().scope;
    assert_eq!((scope.accounts, scope.all_accounts), (1, 2));
    assert_eq!(seen.outcomes()["orders"], ("passed", None));
}

#[test]
fn a_page_token_that_repeats_ends_the_listing_and_is_named() {
    let seen = with(
        r#"
        [[faults]]
        operation = "ListRecoveryPointsByBackupVault"
        kind = "repeat-page-token"
        "#,
    );
    assert!(doubts(&seen).iter().any(|doubt| doubt.contains("token")), "{:?}", doubts(&seen));
    assert_ne!(seen.evidence.population.as_ref().unwrap().completeness, Completeness::Established);
}

#[test]
fn an_unknown_status_and_an_unknown_type_are_excluded_with_their_reason() {
    let seen = with(
        r#"
        [[points]]
        resource = "orders"
        vault = "daily"
        age = "2d"
        status = "HIBERNATING"

        [[resources]]
        name = "ledger"
        type = "Quantum Ledger"

        [[points]]
        resource = "ledger"
        vault = "daily"
        age = "1d"
        "#,
    );
    let population = seen.evidence.population.as_ref().unwrap();
    let reasons = &population.excluded_by_reason;
    assert_eq!((reasons["unrecognised-status"], reasons["type-not-driven"]), (1, 1), "{reasons:?}");
    assert_eq!((population.listed, population.eligible, population.excluded), (3, 1, 2));
    assert_eq!(
        seen.conclusion.verdict,
        RunVerdict::Passed,
        "what is left out is named, and no doubt on what was drawn"
    );
}

#[test]
fn a_protected_resource_without_a_point_is_named() {
    let seen = with(
        r#"
        [[resources]]
        name = "forgotten"
        type = "DynamoDB"
        table.partition_key = { name = "id", type = "S" }

        [[points]]
        resource = "forgotten"
        vault = "daily"
        age = "10m"
        status = "CREATING"
        "#,
    );
    let uncovered = &seen.evidence.population.as_ref().unwrap().uncovered;
    let named = uncovered.iter().find(|resource| resource.resource_arn.arn().resource_name() == "forgotten").unwrap();
    assert!(named.in_scope && named.why.contains("creating"), "{named:?}");
}

#[test]
fn a_population_without_an_eligible_point_never_passes() {
    let scenario = Scenario::by_copy(World::parse(ONE_TABLE).unwrap())
        .replacing("selection_window_days = 60", "selection_window_days = 60\nrecovery_point_types = [\"continuous\"]");
    let play = Play::of(&scenario);
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!((seen.conclusion.counts.drawn, seen.conclusion.verdict), (0, RunVerdict::Inconclusive));
}
