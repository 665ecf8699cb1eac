//! Bytes that are wrong on the disk.

use backproof_model::Verdict;
use backproof_simulator::servers::{Damage, Notice};
use serde_json::json;

use super::support::{Restored, all_frozen, assert_failed, check, fixture, told};

fn heap(notice: Notice) -> Damage {
    Damage::HeapPage { database: "shop".into(), relation: "orders".into(), notice }
}

fn index(notice: Notice) -> Damage {
    Damage::IndexPage { database: "shop".into(), relation: "orders_by_customer".into(), notice }
}

fn only_the_shop() -> serde_json::Value {
    json!({ "databases": ["shop"] })
}

#[test]
fn a_table_whose_page_has_a_wrong_checksum_is_named_without_any_baseline() {
    let examined = Restored::damaged(&fixture(""), &[heap(Notice::Checksum)]).examine(&only_the_shop());
    assert_failed(&examined, "physical-integrity", &["table public.orders", "invalid page in block"]);
    assert_failed(&examined, "row-counts", &["table public.orders cannot be read to its end"]);
    // The rest was examined all the same.
    assert!(check(&examined, "row-counts").examined.count > 1000, "{}", told(&examined));
}

#[test]
fn a_table_page_that_the_server_believes_is_seen_through_by_the_checker() {
    let examined = Restored::damaged(&fixture(""), &[heap(Notice::AmcheckOnly)]).examine(&only_the_shop());
    assert_failed(&examined, "physical-integrity", &["table public.orders has", "faults on 1 pages"]);
}

#[test]
fn an_index_whose_page_is_wrong_is_named_whoever_can_notice() {
    for notice in [Notice::Checksum, Notice::AmcheckOnly] {
        let restored = Restored::damaged(&fixture(""), &[index(notice)]);
        let examined = restored.examine(&only_the_shop());
        assert_failed(&examined, "physical-integrity", &["index public.orders_by_customer"]);
        assert_eq!(check(&examined, "row-counts").verdict, Verdict::Passed, "{}", told(&examined));
    }
}

#[test]
fn a_checker_that_is_not_there_is_made_for_the_moment_or_said_to_be_missing() {
    let restored = Restored::shop("");
    restored.sql("DROP EXTENSION amcheck");
    let examined = restored.examine(&only_the_shop());
    let remark = check(&examined, "physical-integrity").remark.clone().unwrap_or_default();
    assert!(remark.contains("amcheck is not there and cannot be made"), "the master user may not: {remark}");
    assert_eq!(check(&examined, "physical-integrity").verdict, Verdict::Passed);

    let demanded = json!({ "databases": ["shop"], "integrity": "full" });
    assert_ne!(check(&restored.examine(&demanded), "physical-integrity").verdict, Verdict::Passed);

    restored.sql("ALTER ROLE postgres SUPERUSER");
    let examined = restored.examine(&demanded);
    assert_eq!(check(&examined, "physical-integrity").verdict, Verdict::Passed, "{}", told(&examined));
    assert!(check(&examined, "physical-integrity").examined.count > 100, "{}", told(&examined));
    assert_eq!(restored.sql("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'").trim(), "0");
}

#[test]
fn tables_that_the_plan_wants_read_in_part_are_compared_in_part_and_it_says_so() {
    let restored = Restored::shop(
        "SET ROLE shop_owner; CREATE TABLE tokens (id uuid PRIMARY KEY, note text); \
         INSERT INTO tokens SELECT md5(n::text)::uuid, 'note ' || n FROM generate_series(1, 2000) AS n; \
         CREATE TABLE below (id bigint PRIMARY KEY); INSERT INTO below SELECT n FROM generate_series(-500, 500) AS n",
    );
    let mut classes = all_frozen();
    let frozen = classes["public.orders"].clone();
    classes.extend(["public.tokens", "public.below"].map(|name| (name.to_owned(), frozen.clone())));
    let mut settings = restored.baseline_sampled(classes);
    settings["sample_above_rows"] = 300.into();
    settings["sample_ranges"] = 8.into();
    settings["integrity"] = "off".into();
    let examined = restored.examine(&settings);
    let content = check(&examined, "content-fingerprint");
    assert_eq!(content.verdict, Verdict::Passed, "{}", told(&examined));
    let remark = content.remark.clone().unwrap_or_default();
    for table in ["orders", "tokens", "below"] {
        assert!(remark.contains(&format!("table public.{table} was compared in")), "{remark}");
    }

    restored.sql("UPDATE orders SET total = total + 1");
    restored.sql("UPDATE tokens SET note = note || '.'; DELETE FROM below WHERE id % 2 = 0");
    let examined = restored.examine(&settings);
    for table in ["table public.orders: 8 of 8", "table public.tokens: 9 of 9", "table public.below: 9 of 9"] {
        assert_failed(&examined, "content-fingerprint", &[table, "ranges of its key differ"]);
    }
    assert_failed(&examined, "row-counts", &["table public.below"]);

    let without = json!({ "databases": ["shop"], "sample_above_rows": 300, "integrity": "off" });
    let examined = restored.examine(&without);
    assert!(
        told(&examined).contains("ranges of its key were read; the others were not examined"),
        "{}",
        told(&examined)
    );
}
