use super::*;
use serde_json::json;

fn problem(settings: &Value) -> String {
    RowsSettings::read(settings).unwrap_err().to_string()
}

#[test]
fn what_contradicts_itself_is_refused_with_its_place_and_a_way_out() {
    for (settings, place, way_out) in [
        (json!({ "minimum_rows": 0 }), "minimum_rows = 0", "may_be_empty"),
        (json!({ "minimum_rows": 1, "may_be_empty": true }), "exclude each other", "keep one"),
        (json!({ "max_lag": "1h" }), "max_lag", "time_column"),
        (json!({ "tables": { "public.a": { "class": "frozen" } } }), "tables.\"public.a\"", "add `baseline"),
        (json!({ "tables": { "public.a": { "max_lag": "1h" } } }), "tables.\"public.a\"", "time_column"),
        (json!({ "baseline": "b.json" }), "baseline", "baseline_signer"),
        (json!({ "databases": [] }), "databases = []", "leave it out"),
        (json!({ "sample_ranges": 0 }), "sample_ranges", "1 or more"),
        (
            json!({ "expectations": [{ "name": "a b", "sql": "SELECT 1", "expect": "rows" }] }),
            "expectations[0]",
            "name",
        ),
        (json!({ "expectations": [{ "name": "a", "sql": " ; ", "expect": "rows" }] }), "expectations[0]", "one query"),
        (
            json!({ "expectations": [
                { "name": "a", "sql": "SELECT 1", "expect": "rows" },
                { "name": "a", "sql": "SELECT 2", "expect": { "equals": 2 } }
            ] }),
            "expectations[1]",
            "each its own",
        ),
        (
            json!({ "databases": ["x", "y"], "expectations": [{ "name": "a", "sql": "SELECT 1", "expect": "rows" }] }),
            "expectations[0]",
            "which `database`",
        ),
        (
            json!({ "references": [{ "table": "a", "columns": ["x"], "to": "b", "to_columns": ["y", "z"] }] }),
            "references[0]",
            "equally many",
        ),
        (json!({ "integrity": "deep" }), "integrity", "full"),
        (json!({ "tabels": {} }), "tabels", "tables"),
    ] {
        let problem = problem(&settings);
        assert!(problem.contains(place) && problem.contains(way_out), "{settings}: {problem}");
    }
}

#[test]
fn everything_that_a_plan_may_say_is_understood() {
    let settings = json!({
        "baseline": "shop.baseline.json", "baseline_signer": "capture.pub.pem", "databases": ["shop"],
        "time_column": "created_at", "max_lag": "26h", "skew": "10m", "minimum_rows": 1,
        "sample_above_rows": 1_000_000, "sample_ranges": 32, "integrity": "pages",
        "expectations": [
            { "name": "paid", "sql": "SELECT 1", "expect": "no-rows" },
            { "name": "many", "sql": "SELECT count(*) FROM orders", "expect": { "at_least": 1 }, "database": "shop" }
        ],
        "references": [{ "table": "public.a", "columns": ["b_id"], "to": "public.b", "to_columns": ["id"] }],
        "tables": { "shop.public.orders": { "class": "append", "may_be_empty": true, "skew": "1h" } },
        "ignore_objects": ["grant * to reporting"]
    });
    let read = RowsSettings::read(&settings).unwrap();
    assert_eq!(read.expectations[1].expect, Expect::AtLeast(1));
    assert_eq!(read.tables["shop.public.orders"].class, Some(Class::Append));
    assert!(RowsSettings::read(&Value::Null).is_ok());
}
