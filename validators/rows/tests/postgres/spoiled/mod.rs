//! Conversations that are spoiled on the way, by a program that nobody here wrote: what passes by changes no verdict,
//! what stays is never taken for good, and only what the server itself says of its data is the backup's fault.

mod way;

use std::time::Duration;

use backproof_model::{FaultOwner, Verdict};
use backproof_validators_api::Examined;
use serde_json::{Value, json};

use super::support::{Restored, all_frozen, assert_failed, assert_silent, check, examine_as, told};
use way::Way;

/// What is spoiled, and how the examination must come out.
struct Case {
    name: &'static str,
    rules: Value,
    outcome: Outcome,
}

/// How an examination comes out.
enum Outcome {
    /// As if nothing had happened.
    Silent,
    /// This check cannot be told, through this owner's fault, and says this. Nothing fails.
    Unsure(&'static str, FaultOwner, &'static str),
    /// The server says that its data is damaged.
    Damaged(&'static str, &'static [&'static str]),
}

/// The validator's pass over one table.
const SCAN: &str = r#"^SELECT NULL::int8.*FROM ONLY "public"\."orders""#;
/// A look into one index, within a transaction.
const LOOK_INTO_INDEX: &str = r"bt_index_check.*orders_pkey";
/// The list of tables.
const TABLES: &str = r"relpersistence <> 't'";
/// One view, opened.
const VIEW: &str = r#""reporting"\."sales_by_status""#;

fn once(mut rule: Value) -> Value {
    rule["times"] = json!(1);
    json!([rule])
}

/// A query is decided upon twice: when it is prepared and when it is run. Rows come with the second.
fn once_run(mut rule: Value) -> Value {
    rule["times"] = json!(2);
    json!([rule])
}

fn always(rule: &Value) -> Value {
    json!([rule])
}

fn error(code: &str, severity: &str, words: &str) -> Value {
    json!({ "sqlstate": code, "severity": severity, "message": words })
}

fn cases() -> Vec<Case> {
    use FaultOwner::Sandbox;
    use Outcome::{Damaged, Silent, Unsure};
    let full = json!({ "operation": "startup", "error": error("53300", "FATAL", "sorry, too many clients already") });
    let no_entry = json!({ "operation": "startup", "reset": true });
    let ended = error("57P01", "FATAL", "terminating connection due to administrator command");
    let cancelled = json!({ "sql": SCAN, "error": error("57014", "ERROR", "canceling statement due to user request") });
    let conflict = json!({ "sql": SCAN, "error": error("40001", "ERROR", "could not serialize access") });
    let damaged = error("XX001", "ERROR", "invalid page in block 7 of relation base/16390/16471");
    let ended_within = json!({ "sql": LOOK_INTO_INDEX, "error": ended });
    let ended_scan = json!({ "sql": SCAN, "error": ended });
    let cut = json!({ "sql": SCAN, "reset": true });
    let cut_rows = json!({ "sql": TABLES, "partial_rows": 3 });
    let case = |name, rules, outcome| Case { name, rules, outcome };
    vec![
        case("slow", always(&json!({ "latency": 5 })), Silent),
        case("full at first", once(full.clone()), Silent),
        case("full for good", always(&full), Unsure("connection", Sandbox, "too many clients")),
        case("cut when connecting", once(no_entry.clone()), Silent),
        case("cut whenever connecting", always(&no_entry), Unsure("connection", Sandbox, "connection failed")),
        case("silent when connecting", once(json!({ "operation": "startup", "timeout": true })), Silent),
        case("a scan cancelled", once(cancelled.clone()), Silent),
        case("a scan always cancelled", always(&cancelled), Unsure("row-counts", Sandbox, "57014")),
        case("a scan in conflict", once(conflict.clone()), Silent),
        case("a scan always in conflict", always(&conflict), Unsure("row-counts", Sandbox, "40001")),
        case(
            "damage that the server speaks of",
            always(&json!({ "sql": SCAN, "error": damaged })),
            Damaged("physical-integrity", &["public.orders", "invalid page in block 7"]),
        ),
        case("ended within a transaction", once(ended_within.clone()), Silent),
        case(
            "always ended within a transaction",
            always(&ended_within),
            Unsure("physical-integrity", Sandbox, "orders_pkey"),
        ),
        case("a scan ended", once(ended_scan.clone()), Silent),
        case("a scan always ended", always(&ended_scan), Unsure("row-counts", Sandbox, "public.orders")),
        case("a scan cut", once(cut.clone()), Silent),
        case("a scan always cut", always(&cut), Unsure("row-counts", Sandbox, "public.orders")),
        case("a view cut", once(json!({ "sql": VIEW, "reset": true })), Silent),
        case(
            "a view always cut",
            always(&json!({ "sql": VIEW, "reset": true })),
            Unsure("schema-objects", Sandbox, "sales_by_status"),
        ),
        case("rows cut", once_run(cut_rows.clone()), Silent),
        case("rows always cut", always(&cut_rows), Unsure("databases", Sandbox, "shop")),
    ]
}

/// One test for all: microburst takes seconds to start.
#[test]
fn what_microburst_does_to_a_conversation_is_never_taken_for_the_backups_state() {
    let restored = Restored::shop("");
    let mut settings = restored.baseline(all_frozen());
    let way = Way::to(&restored);
    let mut spoiled = |rules: &Value, allowed: Duration| {
        // Some thousand questions, which need not be asked where nothing happens to them.
        let of_checker = rules.to_string().contains("bt_index_check");
        settings["integrity"] = if of_checker { Value::Null } else { "off".into() };
        let numbers = way.spoil(rules);
        let examined = examine_as(&settings, way.connection(&restored), allowed);
        for number in numbers {
            let fired = way.fired(number);
            assert!(!fired.is_empty(), "never fired: {rules}\n{}", told(&examined));
            assert!(fired.iter().all(|fired| !fired.skipped), "did nothing: {rules}");
        }
        examined
    };
    assert_silent(&spoiled(&json!([]), Duration::from_mins(5)));
    // A server that keeps no limit is waited for on the wall's clock, so it is given little.
    let hangs = spoiled(&always(&json!({ "sql": SCAN, "timeout": true })), Duration::from_secs(2));
    assert_outcome(&hangs, &Outcome::Unsure("databases", FaultOwner::Sandbox, "shop"));
    for Case { name, rules, outcome } in cases() {
        // Seen where the case fails.
        eprintln!("{name}");
        let examined = spoiled(&rules, Duration::from_mins(2));
        assert_outcome(&examined, &outcome);
    }
}

fn assert_outcome(examined: &Examined, outcome: &Outcome) {
    match outcome {
        Outcome::Silent => assert_silent(examined),
        Outcome::Damaged(name, words) => assert_failed(examined, name, words),
        Outcome::Unsure(name, owner, words) => {
            let unsure = check(examined, name);
            assert_eq!(unsure.verdict, Verdict::Inconclusive(*owner), "{name}: {}", told(examined));
            let remark = unsure.remark.as_deref().unwrap_or("");
            assert!(remark.contains(words), "`{words}` is not in {name}: {remark}");
            assert!(examined.checks.iter().all(|check| check.verdict != Verdict::Failed), "{}", told(examined));
        }
    }
}
