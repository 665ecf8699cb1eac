//! The plan that `backproof init` writes.

use backproof_plan::{TEMPLATE, json_schema};
use serde_json::Value;

use crate::{is_commented_key, read};

#[test]
fn it_is_valid_as_it_stands_and_gives_no_warning() {
    let parsed = read(TEMPLATE).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(parsed.plan.name, "quarterly");
    assert_eq!(parsed.warnings, []);
}

#[test]
fn every_key_of_the_format_is_shown_and_none_besides() {
    let mut of_schema = Vec::new();
    keys_of(&json_schema(), "", &mut of_schema);
    let mut of_template = Vec::new();
    let mut table = String::new();
    for line in TEMPLATE.lines() {
        let line = if is_commented_key(line) { &line[1..] } else { line };
        if let Some(header) = line.strip_prefix('[') {
            table = format!("{}.", header.trim_matches(['[', ']']));
            of_template.push(table.trim_end_matches('.').to_owned());
            // A table may be there for the sake of its own tables alone.
            of_template.extend(header.trim_matches(['[', ']']).split_once('.').map(|(parent, _)| parent.to_owned()));
        } else if let Some((key, value)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with('#')) {
            let path = format!("{table}{key}");
            // Keys of inline tables: what stands before an equals sign within braces.
            if let Some((_, inline)) = value.split_once('{') {
                let keys = inline.match_indices(" = ").filter_map(|(at, _)| inline[..at].rsplit([' ', '{']).next());
                of_template.extend(keys.map(|key| format!("{path}.{key}")));
            }
            of_template.push(path);
        }
    }
    // The settings belong to the validator.
    of_template.retain(|path| !path.starts_with("validators.settings."));
    for list in [&mut of_schema, &mut of_template] {
        list.sort();
        list.dedup();
    }
    assert_eq!(of_template, of_schema);
    assert!(of_schema.len() > 60, "the walk found the keys: {}", of_schema.len());
}

fn keys_of(schema: &Value, prefix: &str, found: &mut Vec<String>) {
    let schema = if schema["type"] == "array" { &schema["items"] } else { schema };
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        found.push(format!("{prefix}{key}"));
        keys_of(inner, &format!("{prefix}{key}."), found);
    }
}

#[test]
fn each_optional_key_can_be_uncommented_alone() {
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    let mut uncommented = 0;
    let mut at = 0;
    while at < lines.len() {
        if !is_commented_key(lines[at]) {
            at += 1;
            continue;
        }
        let is_table = lines[at].starts_with("#[");
        // A commented table comes whole; keys of a table that is not commented come one by one.
        let goes_on = |line: &&&str| if is_table { line.starts_with('#') } else { false };
        let pairs = if lines[at].starts_with("#same_account") { 2 } else { 1 };
        let length = pairs.max(1 + lines[at + 1..].iter().take_while(goes_on).count());
        // An external id needs the role above it.
        let first = if lines[at].starts_with("#external_id") { at - 1 } else { at };
        let is_alternative = lines[at - 1].starts_with("# or:");
        let of_table = |i: usize| is_table && lines[i - 1].starts_with("# or:");
        let text: Vec<&str> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !(is_alternative && line.starts_with("size = ")))
            .map(|(i, line)| {
                let uncommented = (first..at + length).contains(&i) && is_commented_key(line) && !of_table(i);
                if uncommented { &line[1..] } else { *line }
            })
            .collect();
        if let Err(problems) = read(&text.join("\n")) {
            panic!("uncommenting `{}`:\n{problems}", lines[at]);
        }
        uncommented += 1;
        at += length;
    }
    assert!(uncommented > 30, "{uncommented}");
}

#[test]
fn what_is_shown_as_default_is_the_default() {
    let default = read(TEMPLATE).unwrap().plan;
    for key in [
        "required_level",
        "max_attempts",
        "include_vaults",
        "selection_window_days",
        "recovery_point_types",
        "strata",
        "unit",
        "entropy",
        "include_cold_storage",
    ] {
        let text = TEMPLATE.replacen(&format!("\n#{key} = "), &format!("\n{key} = "), 1);
        assert_ne!(text, TEMPLATE, "{key}");
        assert_eq!(read(&text).unwrap().plan, default, "{key}");
    }
    let whole_tables = ["concurrency", "deadlines", "limits"].iter().fold(TEMPLATE.to_owned(), |text, table| {
        let (before, after) = text.split_once(&format!("\n#[{table}]\n")).unwrap();
        let block_end = after.find("\n\n").unwrap_or(after.len());
        let block: Vec<&str> = after[..block_end]
            .lines()
            .filter(|line| !line.starts_with("#max_backup_size_gib"))
            .map(|line| if is_commented_key(line) { &line[1..] } else { line })
            .collect();
        format!("{before}\n[{table}]\n{}{}", block.join("\n"), &after[block_end..])
    });
    assert_eq!(read(&whole_tables).unwrap().plan, default);
}
