//! JSON as people read it: whatever fits stands on one line.

use serde_json::Value;

/// So many characters are one line of a listing on paper.
const LINE: usize = 96;
const INDENT: &str = "  ";

/// A value over as few lines as it needs.
pub(crate) fn listed(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, 0, &mut text);
    text
}

/// Writes a value behind `before` characters of its line; `depth` is that of what it stands in.
fn write(value: &Value, depth: usize, before: usize, text: &mut String) {
    let whole = value.to_string();
    if before + whole.chars().count() <= LINE {
        text.push_str(&whole);
        return;
    }
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members = members.iter().map(|(name, member)| (format!("{}: ", Value::from(name.as_str())), member));
            write_inside(('{', '}'), members, depth, text);
        }
        Value::Array(members) if !members.is_empty() => {
            write_inside(('[', ']'), members.iter().map(|member| (String::new(), member)), depth, text);
        }
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&whole);
        }
    }
}

fn write_inside<'a>(
    (open, close): (char, char),
    members: impl Iterator<Item = (String, &'a Value)>,
    depth: usize,
    text: &mut String,
) {
    let indent = INDENT.repeat(depth + 1);
    text.push(open);
    let mut between = "\n";
    for (name, member) in members {
        text.push_str(&format!("{between}{indent}{name}"));
        write(member, depth + 1, indent.len() + name.chars().count(), text);
        between = ",\n";
    }
    text.push_str(&format!("\n{}{close}", INDENT.repeat(depth)));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stands_on_one_line_and_nothing_is_lost() {
        let long = "x".repeat(60);
        let value = json!({"a": [1, 2, {"b": null}], "c": {"d": [long, long], "e": {}}, "f": long});
        let text = listed(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        let expected = [
            "{",
            r#"  "a": [1,2,{"b":null}],"#,
            r#"  "c": {"#,
            r#"    "d": ["#,
            &format!("      \"{long}\","),
            &format!("      \"{long}\""),
            "    ],",
            r#"    "e": {}"#,
            "  },",
            &format!("  \"f\": \"{long}\""),
            "}",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }
}
