//! Reports beside the sealed files: that they are as their own list says, and made of this bundle.

use super::Checked;
use super::files::digest_of;
use crate::layout::{REPORTS, SUMS};
use crate::open::BundleFiles;
use crate::sums::parse_sums;

/// `None` where there is no report.
pub(super) fn check(bundle: &BundleFiles, seal: &str) -> Option<Checked> {
    let below = format!("{REPORTS}/");
    let list = format!("{REPORTS}/{SUMS}");
    let present: Vec<&str> = bundle.files().map(|(path, _)| path).filter(|path| path.starts_with(&below)).collect();
    if present.is_empty() {
        return None;
    }
    let text = match bundle.text(&list) {
        Ok(text) => text,
        Err(error) => {
            let why = format!("{list} cannot be read ({error}), so nothing says what the reports were made of");
            return Some(Checked::of("reports", vec![why], ""));
        }
    };
    let mut problems = Vec::new();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let expected = format!("{seal}  ../{SUMS}");
    if first != expected {
        problems
            .push(format!("{list} line 1: expected `{expected}`, found `{first}`: the reports are of another bundle"));
    }
    let (sums, wrong) = parse_sums(rest);
    problems.extend(wrong.iter().map(|problem| format!("{list}, behind its first line: {problem}")));
    for (name, expected) in &sums {
        let path = format!("{below}{name}");
        match digest_of(bundle, &path) {
            Ok(found) if found == *expected => {}
            Ok(found) => problems.push(format!("`{path}` was changed: expected SHA-256 {expected}, found {found}")),
            Err(error) => problems.push(format!("`{path}` cannot be read: {error}")),
        }
    }
    let listed = |path: &str| sums.contains_key(&path[below.len()..]);
    let strangers = present.iter().filter(|path| **path != list && !listed(path));
    problems.extend(strangers.map(|path| format!("`{path}` is not in {list}")));
    Some(Checked::of("reports", problems, format!("{} files are as they were made of this bundle", sums.len())))
}
