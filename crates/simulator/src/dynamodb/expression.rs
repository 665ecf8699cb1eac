//! DynamoDB's expressions: conditions, projections and updates, with their placeholders for names and values.
//!
//! Served are all comparators and functions of conditions, projections of top-level attributes, and `SET` and `REMOVE`
//! of updates. Anything else is refused as a validation error that says so; reserved words are not refused.

mod condition;
mod parser;
mod projection;
mod update;

pub(crate) use condition::{Comparator, Condition, Operand, Step};
pub(crate) use parser::Bindings;
pub(crate) use projection::{Projected, projection};
pub(crate) use update::update;

use super::fault::Fault;
use parser::Parser;

/// Reads a condition such as a filter; `member` names the request's member for the text of a refusal.
pub(crate) fn condition(text: &str, member: &'static str, bindings: &Bindings) -> Result<Condition, Fault> {
    let mut parser = Parser::new(text, member, bindings)?;
    let condition = condition::parse(&mut parser)?;
    parser.expect_end()?;
    Ok(condition)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::dynamodb::value::{Attributes, item_from_json};

    fn item() -> Attributes {
        item_from_json(&json!({
            "id": {"S": "order-7"}, "amount": {"N": "2.5"}, "labels": {"SS": ["new", "paid"]},
            "customer": {"M": {"city": {"S": "Ulm"}}}, "lines": {"L": [{"N": "1"}, {"N": "2"}]},
        }))
        .unwrap()
    }

    fn bindings() -> Bindings {
        Bindings::new(
            Some(&json!({"#a": "amount", "#c": "customer"})),
            Some(&json!({":n": {"N": "2.50"}, ":m": {"N": "3"}, ":s": {"S": "order-"}, ":p": {"S": "paid"}, ":u": {"S": "Ulm"}, ":t": {"S": "SS"}})),
        )
        .unwrap()
    }

    #[test]
    fn conditions_hold_as_documented() {
        let cases = [
            ("#a = :n", true),
            ("#a <> :n", false),
            ("#a < :m AND NOT #a < :n", true),
            ("#a BETWEEN :n AND :m AND begins_with(id, :s)", true),
            ("missing = :n OR attribute_not_exists(missing)", true),
            ("missing <> :n", true),
            ("missing < :n", false),
            ("contains(labels, :p) AND attribute_type(labels, :t)", true),
            ("#c.city = :u", true),
            ("lines[1] < :m", true),
            ("size(lines) < :m", true),
            ("#a IN (:m, :n)", true),
            ("id < :m", false),
            ("(attribute_exists(id) or #a = :m) and #a = :m", false),
        ];
        for (text, expected) in cases {
            let condition = condition(text, "FilterExpression", &bindings()).unwrap();
            assert_eq!(condition.holds(&item()), expected, "{text}");
        }
    }

    #[test]
    fn broken_expressions_are_refused_with_the_member_they_stand_in() {
        for text in [
            "",
            "#a =",
            "#x = :n",
            "#a = :x",
            "a ==  :n",
            "size(a)",
            "unknown(a, :n)",
            "(a = :n",
            "a = :n b = :n",
            "a ~ :n",
        ] {
            let refusal = condition(text, "FilterExpression", &bindings()).unwrap_err().to_string();
            assert!(refusal.starts_with("Invalid FilterExpression"), "{text}: {refusal}");
        }
    }

    #[test]
    fn unused_placeholders_are_refused() {
        let bindings = bindings();
        condition("#a = :n", "FilterExpression", &bindings).unwrap();
        let refusal = bindings.refuse_unused().unwrap_err().to_string();
        assert!(refusal.contains("unused in expressions: keys: {#c}"), "{refusal}");
    }

    #[test]
    fn updates_set_and_remove() {
        let mut item = item();
        let bindings = bindings();
        let text = "SET #a = #a + :m, id2 = if_not_exists(id2, :s), #c.country = :u REMOVE labels, lines";
        update(text, &bindings).unwrap().apply(&mut item).unwrap();
        let expected = json!({
            "id": {"S": "order-7"}, "amount": {"N": "5.5"}, "id2": {"S": "order-"},
            "customer": {"M": {"city": {"S": "Ulm"}, "country": {"S": "Ulm"}}},
        });
        assert_eq!(item, item_from_json(&expected).unwrap());
    }

    #[test]
    fn updates_that_are_not_served_are_refused() {
        for text in ["ADD amount :n", "DELETE labels :t", "SET lines[0] = :n", "SET id = id + :n", "", "SET"] {
            let refused = update(text, &bindings()).and_then(|update| update.apply(&mut item()));
            assert!(refused.is_err(), "{text}");
        }
    }
}
