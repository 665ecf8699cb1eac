//! The XML of the query protocols as JSON: an element with elements in it is an object, any other a text or null.

use serde_json::{Map, Value};
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Elements that stand for the members of a list, so that a list of one is a list too.
const MEMBERS: [&str; 9] = [
    "DBInstance",
    "DBInstanceAutomatedBackup",
    "DBSnapshot",
    "Tag",
    "VpcSecurityGroupMembership",
    "Subnet",
    "DBParameterGroup",
    "OptionGroupMembership",
    "member",
];

/// An element that has been begun.
struct Open {
    name: String,
    text: String,
    members: Map<String, Value>,
}

/// The result of an answer, or its error, without the envelope; `None` where the text is no XML.
pub(super) fn to_json(text: &str) -> Option<Value> {
    let whole = document(text)?;
    let Value::Object(mut members) = whole else { return Some(whole) };
    let result = members.keys().find(|name| name.ends_with("Result")).cloned();
    Some(match result.and_then(|name| members.remove(&name)) {
        Some(result @ Value::Object(_)) => result,
        Some(_) => Value::Object(Map::new()),
        None => Value::Object(members),
    })
}

/// What is in the outermost element.
fn document(text: &str) -> Option<Value> {
    let mut open: Vec<Open> = Vec::new();
    for token in Tokenizer::from(text) {
        match token.ok()? {
            Token::ElementStart { local, .. } => {
                open.push(Open { name: local.as_str().to_owned(), text: String::new(), members: Map::new() });
            }
            Token::Text { text } => open.last_mut()?.text.push_str(&unescaped(text.as_str())),
            Token::Cdata { text, .. } => open.last_mut()?.text.push_str(text.as_str()),
            Token::ElementEnd { end: ElementEnd::Close(..) | ElementEnd::Empty, .. } => {
                let ended = open.pop()?;
                let value = match (ended.members.is_empty(), ended.text.is_empty()) {
                    (false, _) => Value::Object(ended.members),
                    (true, false) => Value::String(ended.text),
                    (true, true) => Value::Null,
                };
                match open.last_mut() {
                    None => return Some(value),
                    Some(outer) => add(&mut outer.members, ended.name, value),
                }
            }
            Token::ElementEnd { end: ElementEnd::Open, .. }
            | Token::Attribute { .. }
            | Token::Declaration { .. }
            | Token::ProcessingInstruction { .. }
            | Token::Comment { .. }
            | Token::DtdStart { .. }
            | Token::EmptyDtd { .. }
            | Token::EntityDeclaration { .. }
            | Token::DtdEnd { .. } => {}
        }
    }
    None
}

/// Elements of one name beside each other are a list.
fn add(members: &mut Map<String, Value>, name: String, value: Value) {
    match members.get_mut(&name) {
        Some(Value::Array(elements)) => elements.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None if MEMBERS.contains(&name.as_str()) => {
            members.insert(name, Value::Array(vec![value]));
        }
        None => {
            members.insert(name, value);
        }
    }
}

fn unescaped(text: &str) -> String {
    // The ampersand last, so that nothing is unescaped twice.
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#xD;", "\r"), ("&amp;", "&")];
    names.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_result_comes_without_its_envelope() {
        let text = "<?xml version=\"1.0\"?><DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\
             <DescribeDBInstancesResult><DBInstances><DBInstance><DBInstanceIdentifier>a&amp;b</DBInstanceIdentifier>\
             <Endpoint/></DBInstance></DBInstances></DescribeDBInstancesResult>\
             <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeDBInstancesResponse>";
        let expected =
            json!({ "DBInstances": { "DBInstance": [{ "DBInstanceIdentifier": "a&b", "Endpoint": null }] } });
        assert_eq!(to_json(text), Some(expected));
    }

    #[test]
    fn an_error_is_read_as_it_stands() {
        let text =
            "<ErrorResponse><Error><Code>DBInstanceNotFound</Code></Error><RequestId>1</RequestId></ErrorResponse>";
        assert_eq!(to_json(text), Some(json!({ "Error": { "Code": "DBInstanceNotFound" }, "RequestId": "1" })));
    }

    #[test]
    fn elements_of_one_name_are_a_list_and_half_a_text_is_nothing() {
        assert_eq!(to_json("<A><B>1</B><B>2</B></A>"), Some(json!({ "B": ["1", "2"] })));
        for half in ["<A><B>1</B>", "<A><B>1", "no xml", "<A><", ""] {
            assert_eq!(to_json(half), None, "{half}");
        }
    }
}
