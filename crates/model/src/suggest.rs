//! "Did you mean …?": the known name that a mistyped one most resembles.

/// The name among `known` that `written` was probably meant to be.
///
/// Equal but for case, `_`, `-`, `.` and blanks counts first (so that AWS's own `SelectionWindowDays` finds its key),
/// then few changed letters, then a name that contains the written one.
pub fn closest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bare = bare(written);
    if bare.is_empty() {
        return None;
    }
    let allowed = (bare.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter_map(|name| {
            let candidate = self::bare(name);
            let distance = edits(&bare, &candidate);
            let contains = bare.len() >= 3 && (candidate.contains(&bare) || bare.contains(&candidate));
            (distance <= allowed || contains).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name)
}

/// `a, b and c`, each in backticks.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).take(64).collect()
}

/// Letters to insert, drop, change, or swap with a neighbour (optimal string alignment).
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let change = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut fewest = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                fewest = fewest.min(rows[i - 2][j - 2] + 1);
            }
            row.push(fewest);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let keys = ["selection_window_days", "recovery_point_types", "strata", "unit", "size", "entropy"];
        let names = ["soc2", "iso27001", "nist-800-53", "nist-csf"];
        for (known, written, expected) in [
            (&keys[..], "window", Some("selection_window_days")),
            (&keys, "SelectionWindowDays", Some("selection_window_days")),
            (&keys, "recovery-point-types", Some("recovery_point_types")),
            (&keys, "entorpy", Some("entropy")),
            (&keys, "unti", Some("unit")),
            (&keys, "stratas", Some("strata")),
            (&keys, "schedule_expression", None),
            (&keys, "", None),
            (&keys, "_", None),
            (&names, "SOC-2", Some("soc2")),
            (&names, "iso-27001", Some("iso27001")),
            (&names, "iso27002", Some("iso27001")),
            (&names, "80053", Some("nist-800-53")),
            (&names, "pci", None),
        ] {
            assert_eq!(closest(written, known.iter().copied()), expected, "{written}");
        }
    }

    #[test]
    fn a_list_reads_like_a_sentence() {
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list([]), "nothing");
    }
}
