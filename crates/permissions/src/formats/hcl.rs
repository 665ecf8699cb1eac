//! Terraform's language, laid out as `terraform fmt` lays it out.
//!
//! Two spaces for each level; in a run of lines that each hold a whole attribute, the equals signs stand below each
//! other; an attribute of several lines ends the run.

use crate::node::Node;

/// A block: `resource "aws_iam_role" "sandbox" { … }`.
pub(crate) fn block(head: &str, body: &[(&str, Node)]) -> String {
    let entries: Vec<(String, &Node)> = body.iter().map(|(key, node)| ((*key).to_owned(), node)).collect();
    format!("{head} {{\n{}}}\n", attributes(&entries, 1))
}

/// `jsonencode(…)` of a value.
pub(crate) fn json_encoded(node: &Node) -> Node {
    Node::expression(format!("jsonencode({})", value(node, 1)))
}

/// A text in quotes, in which nothing is an expression.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}

/// A value whose first line is on level `level`.
fn value(node: &Node, level: usize) -> String {
    match node {
        Node::Text(text) => quoted(text),
        Node::Number(number) => number.to_string(),
        Node::Bool(value) => value.to_string(),
        Node::Expression(expression) => expression.clone(),
        Node::List(list) if list.is_empty() => "[]".to_owned(),
        Node::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Node::List(list) if list.len() == 1 && is_plain(&list[0]) => format!("[{}]", value(&list[0], level)),
        Node::List(list) => {
            let inner = indent(level + 1);
            let lines: String = list.iter().map(|one| format!("{inner}{},\n", value(one, level + 1))).collect();
            format!("[\n{lines}{}]", indent(level))
        }
        Node::Map(entries) => {
            let entries: Vec<(String, &Node)> = entries.iter().map(|(key, node)| (as_key(key), node)).collect();
            format!("{{\n{}{}}}", attributes(&entries, level + 1), indent(level))
        }
    }
}

/// Attributes, one after the other.
fn attributes(entries: &[(String, &Node)], level: usize) -> String {
    let values: Vec<String> = entries.iter().map(|(_, node)| value(node, level)).collect();
    let mut text = String::new();
    let mut from = 0;
    while from < entries.len() {
        let whole = values[from..].iter().take_while(|value| !value.contains('\n')).count();
        let run = from..from + whole.max(1);
        // An attribute of several lines stands by itself.
        let width =
            if whole == 0 { 0 } else { entries[run.clone()].iter().map(|(key, _)| key.len()).max().unwrap_or(0) };
        for at in run.clone() {
            text += &format!("{}{:width$} = {}\n", indent(level), entries[at].0, values[at]);
        }
        from = run.end;
    }
    text
}

fn is_plain(node: &Node) -> bool {
    match node {
        Node::Text(_) | Node::Number(_) | Node::Bool(_) => true,
        Node::Expression(expression) => !expression.contains('\n'),
        Node::List(_) | Node::Map(_) => false,
    }
}

/// A key as it is, or in quotes where it is no name.
fn as_key(key: &str) -> String {
    let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
    if is_name { key.to_owned() } else { quoted(key) }
}

fn indent(level: usize) -> String {
    "  ".repeat(level)
}
